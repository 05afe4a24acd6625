import type { Labels } from '../model/labels.ts'
import type { Matcher } from '../model/matcher.ts'
import type { SampleBatch } from '../model/sample.ts'
import type { Exemplar, MetricMetadata, Series } from '../model/series.ts'

/** What writes samples: scrapes, remote write, recording rules, our own instruments. */
export interface SampleWriter {
  /**
   * Resolves when every sample of the batch is committed: it survives a kill of the process from then on.
   * Rejects with `StoreUnavailableError` when the store cannot take it; the caller then retries, spools, or tells its sender;
   * with `SamplesRefusedError` when some of it will never be taken (too many series, for example), the rest being committed.
   * A sample with the time of one already stored replaces it when the value differs ("last write wins"); order does not matter.
   */
  write(batch: SampleBatch): Promise<void>
  /** Remembers type, help and unit of metric families; the newest statement of each name counts. */
  writeMetadata(metadata: readonly MetricMetadata[]): Promise<void>
  writeExemplars(exemplars: readonly Exemplar[]): Promise<void>
}

/** Closed time range, both ends included, milliseconds. */
export interface TimeRange {
  readonly minMs: number
  readonly maxMs: number
}

export const ALL_TIMES: TimeRange = { minMs: -Infinity, maxMs: Infinity }

/**
 * The windows that a query looks through, (firstEndMs + k * stepMs - rangeMs, firstEndMs + k * stepMs] for k = 0, 1 ..., and what it wants of each.
 * The first window begins at the start of the range that is selected.
 */
export interface SampleWindows {
  readonly firstEndMs: number
  readonly stepMs: number
  readonly rangeMs: number
  readonly wanted: WantedSamples
}

/** `newest` may be a stale marker; the others pass over those. Smallest and largest are NaN only when all values are. */
export type WantedSamples = 'every' | 'newest' | 'newest-value' | 'smallest' | 'largest'

/** What the query will do with the series. A store may use it to read less; it may also ignore it. */
export interface SelectHints {
  /** The function directly around the selector ('' for an instant selector). */
  readonly func: string
  /** Range of a range selector, 0 for an instant selector. */
  readonly rangeMs: number
  readonly stepMs: number
  /** A store may leave out samples as long as each window still has what is wanted of it. Absent: every sample of the range is wanted. */
  readonly windows?: SampleWindows
}

/** Somebody may give up a read. */
export interface Cancellation {
  /** For what the read waits for. It may be made at the moment that it is asked for, which takes as long as reading a series from memory. */
  readonly signal: AbortSignal
  /** Throws when the read was given up: what the signal's reason would be, or why. */
  throwIfAborted(): void
}

/**
 * The series of a selection, of which samples are read when they are asked for: here, or on another thread from a copy of how they lie in
 * memory. A series may have no sample in the range; what is written or deleted meanwhile may be seen or not.
 */
export interface PackedSelection {
  readonly length: number
  labelsOf(index: number): Labels
  /** The series as in a block of `select`, lent until the next is asked for; undefined when it has no sample in the range. */
  read(index: number): Series | undefined
  /** Copies its packed samples to `words[at]` and on, for `readPacked`. Gives the index behind them; -1 where there is no room. */
  pack(index: number, words: Uint32Array, at: number): number
}

/** What reads samples: PromQL and the API. */
export interface SampleReader {
  /**
   * The series that match all matchers and have a sample in the range, in blocks, in no particular order; each series occurs once.
   * Series of a block hold exactly their samples inside the range (or with `hints.windows` those that matter), ascending, no two of equal time.
   * The arrays are only lent: they are valid until the next block is asked for. Copy what you keep.
   * At least one matcher must not match the empty string (callers check that).
   * A block may be empty: others should have a turn.
   * Blocks are small enough (at most about 1,000 series or 250,000 samples) that working on one does not stall the event loop.
   */
  select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    cancellation?: Cancellation,
  ): AsyncIterable<readonly Series[]>
  /** What `select` gives, where all of the range is in memory; undefined where some of it is elsewhere. A store may lack this. */
  selectPacked?(matchers: readonly Matcher[], range: TimeRange): Promise<PackedSelection | undefined>
  /** The label sets of the series with a sample in the range that match all matchers of at least one list; all series when there are no lists. */
  series(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Labels[]>
  /** Sorted, like `labelValues`. */
  labelNames(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]>
  labelValues(name: string, selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]>
  metadata(): Promise<MetricMetadata[]>
  /** By ascending time; the same exemplar written twice counts once. */
  exemplars(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Exemplar[]>
  /** Numbers for `/api/v1/status/tsdb`. */
  cardinality(limit: number): Promise<Cardinality>
}

/** What makes a store large. Each list holds the largest counts, largest first. */
export interface Cardinality {
  readonly seriesCount: number
  /** Different name=value pairs. */
  readonly labelPairCount: number
  /** Chunks of samples in memory; 0 where there are none. */
  readonly chunkCount: number
  /** Undefined when there is no sample. */
  readonly minTimeMs: number | undefined
  readonly maxTimeMs: number | undefined
  readonly seriesCountByMetricName: ReadonlyArray<readonly [name: string, count: number]>
  readonly labelValueCountByLabelName: ReadonlyArray<readonly [name: string, count: number]>
  /** The bytes of a label's values, over all series. */
  readonly sizeBytesByLabelName: ReadonlyArray<readonly [name: string, sizeBytes: number]>
  readonly seriesCountByLabelPair: ReadonlyArray<readonly [pair: string, count: number]>
}

export interface SampleDeleter {
  /** Removes the samples of the matching series in the range. */
  deleteSamples(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<void>
}

export interface SampleStore extends SampleWriter, SampleReader, SampleDeleter {}
