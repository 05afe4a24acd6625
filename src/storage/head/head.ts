import { compareText, type Labels, METRIC_NAME } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { SampleBatch } from '../../model/sample.ts'
import type { Series } from '../../model/series.ts'
import { sorting } from '../../util/sorting.ts'
import { atOnce, type Steps } from '../../util/steps.ts'
import { type Count, findingLargest } from '../cardinality.ts'
import type { Cardinality, TimeRange } from '../sample-store.ts'
import { ChunkArena } from './chunk-arena.ts'
import { LabelIndex } from './label-index.ts'
import { MemorySeries, type SampleMemory } from './memory-series.ts'
import { SampleSlots } from './sample-slots.ts'
import { SeriesBlock } from './series-block.ts'
import { SeriesByLabels } from './series-by-labels.ts'

export interface HeadOptions {
  /** How far back samples are kept. */
  readonly windowMs: number
  /** Bound of the memory for samples and series. Beyond nine tenths of it the window becomes shorter; what does not fit is refused. */
  readonly maxSizeBytes: number
  /** For how long a running read may still rely on samples that have left the window. Longer than a query may take. */
  readonly graceMs: number
  /** The head knows all samples from this time on, because it sees every write of them. */
  readonly minTimeMs: number
}

/** What became of the samples of a batch. `tooOld` lie before the window, `refused` did not fit. */
export interface AppendCounts {
  appended: number
  late: number
  replaced: number
  tooOld: number
  refused: number
}

/** Label set, objects, table entries and postings of one series, measured. */
const SERIES_SIZE_BYTES = 720
/** A few milliseconds' work. */
const SERIES_PER_STEP = 2_000
/** Series of which samples are taken away in one go: what stays of them is packed anew. */
const DELETED_PER_STEP = 200
/** Samples that are taken in one go; when all are of new series they take about 10 ms. */
const SAMPLES_PER_STEP = 1_000
const FULL_SHARE = 0.9
/** How much shorter the window becomes each time that the head is found too full. */
const SHORTENING = 0.8

/**
 * The newest hours of every series in memory. It is a cache with an exact edge: every sample at or after `minTimeMs` that was ever written is
 * here. Whatever breaks that promise for a sample (no room, a kind it cannot hold) moves the edge behind that sample instead.
 */
export class Head {
  readonly #options: HeadOptions
  readonly #memory: SampleMemory = { arena: new ChunkArena(), slots: new SampleSlots() }
  readonly #series = new SeriesByLabels<MemorySeries>()
  readonly #index = new LabelIndex<MemorySeries>()
  #nextId = 0
  #minTimeMs: number
  /** Time of the newest sample that lay before the edge and was not kept. */
  #newestTooOldMs = -Infinity
  /** Edges of the past, oldest first; samples are released when the edge that they fell behind is older than the grace. */
  readonly #edges: Array<{ readonly atMs: number; readonly minTimeMs: number }> = []

  constructor(options: HeadOptions) {
    this.#options = options
    this.#minTimeMs = options.minTimeMs
  }

  /** Every sample at or after this time is in the head. */
  get minTimeMs(): number {
    return this.#minTimeMs
  }

  get seriesCount(): number {
    return this.#series.size
  }

  get sizeBytes(): number {
    const { arena, slots } = this.#memory
    return arena.sizeBytes + slots.sizeBytes + this.#series.size * SERIES_SIZE_BYTES
  }

  /** Takes samples in any order. A sample with the time of a known one replaces it. */
  append(batch: SampleBatch): AppendCounts {
    return atOnce(this.appending(batch))
  }

  /** The same in steps. */
  *appending(batch: SampleBatch): Steps<AppendCounts> {
    const counts: AppendCounts = { appended: 0, late: 0, replaced: 0, tooOld: 0, refused: 0 }
    let full = this.sizeBytes >= this.#options.maxSizeBytes
    const targets: Array<MemorySeries | undefined> = []
    for (let i = 0; i < batch.series.length; i++) {
      if (i % SAMPLES_PER_STEP === SAMPLES_PER_STEP - 1) {
        yield
        full = this.sizeBytes >= this.#options.maxSizeBytes
        // Meanwhile series without samples may have been let go.
        targets.length = 0
      }
      const timestampMs = Math.floor(batch.timestampsMs[i] ?? 0)
      if (timestampMs < this.#minTimeMs) {
        counts.tooOld++
        this.#newestTooOldMs = Math.max(this.#newestTooOldMs, timestampMs)
        continue
      }
      if (full || batch.histograms.has(i)) {
        this.startAt(timestampMs + 1)
        counts.refused++
        continue
      }
      const index = batch.series[i] ?? 0
      const target = (targets[index] ??= this.#seriesOf(labelsOf(batch, index)))
      counts[target.append(timestampMs, batch.values[i] ?? NaN, batch.stale[i] ?? 0)]++
    }
    return counts
  }

  /** Moves the edge: what lies before `minTimeMs` was or may have been written without the head seeing it. */
  startAt(minTimeMs: number): void {
    this.#minTimeMs = Math.max(this.#minTimeMs, minTimeMs)
  }

  /** Moves the edge back as far as possible: nothing was stored between the new edge and the old one but what was appended here. */
  reachBackTo(minTimeMs: number): void {
    this.#minTimeMs = Math.min(this.#minTimeMs, Math.max(minTimeMs, this.#newestTooOldMs + 1))
  }

  /** The series with these labels, when the head has samples of it. */
  find(labels: Labels): MemorySeries | undefined {
    return this.#series.get(labels)
  }

  /** Whether a sample with these labels would be of a series that is here already. */
  knows(labels: Labels): boolean {
    return this.#known(labels) !== undefined
  }

  /** How many series of this name are here. */
  seriesCountOf(metricName: string): number {
    return this.#index.having(METRIC_NAME, metricName).length
  }

  /**
   * The series that match all matchers, whether they have samples in a range or not, in steps as all that may go through many series.
   * A copy: it may be walked while others append.
   */
  *matching(matchers: readonly Matcher[]): Steps<MemorySeries[]> {
    return [...(yield* this.#index.selecting(matchers))]
  }

  /** As `SampleReader.select`, for the samples that are here. */
  *select(matchers: readonly Matcher[], range: TimeRange): Generator<readonly Series[], void, undefined> {
    yield* readBlocks(atOnce(this.matching(matchers)), range)
  }

  /** As `SampleReader.series`. */
  *series(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Steps<Labels[]> {
    return (yield* this.#living(selectors, range)).map(({ labels }) => labels)
  }

  *labelNames(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Steps<string[]> {
    const names = new Set<string>()
    if (selectors.length === 0) {
      for (const name of this.#index.names()) if (yield* this.#isLiving(name, range)) names.add(name)
    } else {
      for (const { labels } of yield* this.#living(selectors, range)) for (const name of labels.names()) names.add(name)
    }
    return yield* sorting([...names], compareText)
  }

  *labelValues(name: string, selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Steps<string[]> {
    const values =
      selectors.length === 0
        ? yield* this.#livingValues(name, range)
        : new Set((yield* this.#living(selectors, range)).map(({ labels }) => labels.get(name)))
    return yield* sorting(
      [...values].filter((value) => value !== ''),
      compareText,
    )
  }

  /** As `SampleReader.cardinality`. Series that come or go meanwhile are counted or not. */
  *countingCardinality(limit: number): Steps<Cardinality> {
    const names = this.#index.names()
    const sizes: Count[] = []
    const valueCounts: Count[] = []
    for (const name of names) {
      const counts = this.#index.counts(name)
      sizes.push([name, counts.reduce((sum, [value, count]) => sum + Buffer.byteLength(value) * count, 0)])
      valueCounts.push([name, counts.length])
      yield
    }
    return {
      seriesCount: this.#series.size,
      labelPairCount: valueCounts.reduce((sum, [, count]) => sum + count, 0),
      ...(yield* this.#chunkStatistics()),
      sizeBytesByLabelName: yield* findingLargest(sizes, limit),
      seriesCountByMetricName: yield* findingLargest(this.#index.counts(METRIC_NAME), limit),
      labelValueCountByLabelName: yield* findingLargest(valueCounts, limit),
      seriesCountByLabelPair: yield* findingLargest(this.#pairCounts(names), limit),
    }
  }

  *#chunkStatistics(): Steps<Pick<Cardinality, 'chunkCount' | 'minTimeMs' | 'maxTimeMs'>> {
    let [chunkCount, minTimeMs, maxTimeMs] = [0, Infinity, -Infinity]
    let seen = 0
    for (const series of this.#series.values()) {
      chunkCount += series.chunkCount
      minTimeMs = Math.min(minTimeMs, series.minMs)
      maxTimeMs = Math.max(maxTimeMs, series.maxMs)
      if (++seen % SERIES_PER_STEP === 0) yield
    }
    if (maxTimeMs === -Infinity) return { chunkCount, minTimeMs: undefined, maxTimeMs: undefined }
    return { chunkCount, minTimeMs, maxTimeMs }
  }

  /** Removes the samples of the matching series in the range. */
  *deleting(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Steps<void> {
    const touched = yield* this.#living(selectors, range)
    for (let from = 0; from < touched.length; from += DELETED_PER_STEP) {
      // Meanwhile some may have been let go, and others of the same labels have come.
      const some = touched.slice(from, from + DELETED_PER_STEP).filter((series) => series.livesIn(this.#memory))
      for (const series of some) series.delete(range)
      this.#remove(some.filter(({ maxMs }) => maxMs === -Infinity))
      yield
    }
  }

  /**
   * Moves the edge to the beginning of the window, at once, and lets go of what has been behind it for longer than the grace: samples, and series
   * that have nothing newer. That is done in steps, one for each turn of the generator, so that others get their turn in between;
   * the caller must go through all of them. To be called about once a minute.
   */
  truncate(nowMs: number): Generator<void, void, undefined> {
    const { windowMs, maxSizeBytes, graceMs } = this.#options
    this.startAt(nowMs - windowMs)
    if (this.sizeBytes > maxSizeBytes * FULL_SHARE) {
      this.startAt(Math.floor(nowMs - (nowMs - this.#minTimeMs) * SHORTENING))
    }
    this.#edges.push({ atMs: nowMs, minTimeMs: this.#minTimeMs })
    let releasable = -Infinity
    while (this.#edges[0] !== undefined && this.#edges[0].atMs <= nowMs - graceMs) {
      releasable = this.#edges.shift()?.minTimeMs ?? releasable
    }
    return this.#release(releasable)
  }

  *#release(minMs: number): Generator<void, void, undefined> {
    if (minMs === -Infinity) return
    let ended: MemorySeries[] = []
    let seen = 0
    for (const series of this.#series.values()) {
      if (series.maxMs < minMs) ended.push(series)
      else series.truncate(minMs)
      if (++seen % SERIES_PER_STEP !== 0) continue
      this.#remove(ended)
      ended = []
      yield
    }
    this.#remove(ended)
  }

  #remove(series: readonly MemorySeries[]): void {
    for (const one of series) {
      one.end()
      this.#series.delete(one)
    }
    this.#index.remove(series)
  }

  /** From a note on the labels, which spares looking at their texts, or by the texts; then it is noted. */
  #known(labels: Labels): MemorySeries | undefined {
    const noted = labels.headNote
    if (noted instanceof MemorySeries && noted.livesIn(this.#memory)) return noted
    const series = this.#series.get(labels)
    if (series === undefined) return undefined
    labels.headNote = series
    labels.storeNote ??= series.labels.storeNote
    labels.shareTexts(series.labels.pairs)
    return series
  }

  #seriesOf(labels: Labels): MemorySeries {
    const series = this.#known(labels) ?? this.#create(labels)
    // For equal sets to come. A sender that makes its label sets anew each time has the store look each of them up otherwise.
    if (series.labels.storeNote !== labels.storeNote) series.labels.storeNote = labels.storeNote
    return series
  }

  #create(labels: Labels): MemorySeries {
    this.#index.intern(labels)
    const created = new MemorySeries(this.#nextId++, labels, this.#memory)
    this.#series.add(created)
    this.#index.add(created)
    labels.headNote = created
    return created
  }

  /** The series with a sample in the range that match any of the selectors, each once. */
  *#living(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Steps<MemorySeries[]> {
    const found = new Set<MemorySeries>()
    for (const matchers of selectors.length === 0 ? [[]] : selectors) {
      for (const series of yield* this.#index.selecting(matchers)) found.add(series)
    }
    const living: MemorySeries[] = []
    let seen = 0
    for (const series of found) {
      if (series.hasSampleIn(range)) living.push(series)
      if (++seen % SERIES_PER_STEP === 0) yield
    }
    return living
  }

  *#livingValues(name: string, range: TimeRange): Steps<string[]> {
    const living: string[] = []
    let seen = 0
    for (const value of this.#index.values(name)) {
      if (this.#index.having(name, value).some((series) => series.hasSampleIn(range))) living.push(value)
      if (++seen % SERIES_PER_STEP === 0) yield
    }
    return living
  }

  /** Whether any series with the label has a sample in the range. */
  *#isLiving(name: string, range: TimeRange): Steps<boolean> {
    let seen = 0
    for (const value of this.#index.values(name)) {
      if (this.#index.having(name, value).some((series) => series.hasSampleIn(range))) return true
      if (++seen % SERIES_PER_STEP === 0) yield
    }
    return false
  }

  *#pairCounts(names: readonly string[]): Generator<Count, void, undefined> {
    for (const name of names) {
      for (const [value, count] of this.#index.counts(name)) yield [`${name}=${value}`, count]
    }
  }
}

/** The samples of the series in the range, in blocks that reuse one room for decoding; empty ones where many series have none. */
export function* readBlocks(
  series: readonly MemorySeries[],
  range: TimeRange,
): Generator<readonly Series[], void, undefined> {
  const [first] = series
  if (first === undefined) return
  const block = new SeriesBlock(series.length * Math.max(1, first.countAtMost(range)))
  for (const [i, one] of series.entries()) {
    if (block.isFull || i % SERIES_PER_STEP === SERIES_PER_STEP - 1) yield block.take()
    block.add(one, range)
  }
  if (!block.isEmpty) yield block.take()
}

function labelsOf(batch: SampleBatch, index: number): Labels {
  const labels = batch.labels[index]
  if (labels === undefined) throw new Error(`a sample of the batch names series ${index} of ${batch.labels.length}`)
  return labels
}
