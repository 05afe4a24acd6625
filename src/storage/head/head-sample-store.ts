import { compareText, type Labels, METRIC_NAME } from '../../model/labels.ts'
import { Matcher } from '../../model/matcher.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata, Series } from '../../model/series.ts'
import type { Counter, Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Clock } from '../../util/clock.ts'
import { inTurns } from '../../util/steps.ts'
import type {
  Cancellation,
  Cardinality,
  PackedSelection,
  SampleStore,
  SelectHints,
  TimeRange,
} from '../sample-store.ts'
import { SeriesLimitError } from '../store.ts'
import { type AppendCounts, Head, readBlocks } from './head.ts'
import { HeadSelection } from './head-selection.ts'
import type { MemorySeries } from './memory-series.ts'
import { admitting, type SeriesLimits } from './series-limits.ts'
import { SeriesBlock } from './series-block.ts'

export interface HeadSampleStoreOptions {
  /** Where samples are committed and whence older ones are read. */
  readonly backing: SampleStore
  readonly clock: Clock
  readonly instruments: InstrumentRegistry
  /** How far back the head goes. */
  readonly windowMs?: number
  /** Bound of the head's memory. */
  readonly maxSizeBytes?: number
  /** Without them any number of series is taken. */
  readonly limits?: SeriesLimits
  /** How much of the past `start` reads from the backing store. */
  readonly warmUpMs?: number
}

/** A sample store with the newest hours in memory. `start` before the first write, `stop` at the end; both idempotent. Until it is started all reads go to the backing store. */
export interface HeadSampleStore extends SampleStore {
  /** Fills the head with the last samples of the backing store, then keeps it to its window. Never rejects: a cold head is only slower. */
  start(): Promise<void>
  /** New series are measured by these limits from now on; those that are there stay. */
  limit(limits: SeriesLimits): void
  stop(): void
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const DEFAULT_WINDOW_MS = 2 * HOUR_MS
const DEFAULT_MAX_SIZE_BYTES = 1024 ** 3
/** The lookback of an instant query and a little more: what rules ask for in their first round. */
const DEFAULT_WARM_UP_MS = 10 * MINUTE_MS
/** Nobody should wait longer for the first page. */
const WARM_UP_LIMIT_MS = 5_000
const TRUNCATION_INTERVAL_MS = MINUTE_MS
/** Longer than a query may take (two minutes by default). */
const GRACE_MS = 5 * MINUTE_MS
/**
 * Clocks of senders may run ahead, so that the process before this one stored samples of times to come.
 * The edge of a head that was not warmed up lies behind them.
 */
const CLOCK_SKEW_MS = 10 * MINUTE_MS

const NO_HINTS: SelectHints = { func: '', rangeMs: 0, stepMs: 0 }
const EVERY_SERIES = new Matcher(METRIC_NAME, '!=', '')

/** `committed in the backing store, then visible in the head`; reads from the head where it knows all, from the backing store before that. */
export function createHeadSampleStore(options: HeadSampleStoreOptions): HeadSampleStore {
  return new CachedSampleStore(options)
}

class CachedSampleStore implements HeadSampleStore {
  readonly #backing: SampleStore
  readonly #clock: Clock
  readonly #head: Head
  readonly #windowMs: number
  #limits: SeriesLimits
  readonly #instruments: HeadInstruments
  #state: 'new' | 'warming' | 'ready' = 'new'
  #cancelTruncation: (() => void) | undefined

  constructor(options: HeadSampleStoreOptions) {
    this.#backing = options.backing
    this.#clock = options.clock
    this.#instruments = createHeadInstruments(options.instruments)
    this.#limits = options.limits ?? { series: 0, seriesPerMetric: 0 }
    this.#windowMs = options.windowMs ?? DEFAULT_WINDOW_MS
    this.#head = new Head({
      windowMs: this.#windowMs,
      maxSizeBytes: options.maxSizeBytes ?? DEFAULT_MAX_SIZE_BYTES,
      graceMs: GRACE_MS,
      minTimeMs: options.clock.now() - (options.warmUpMs ?? DEFAULT_WARM_UP_MS),
    })
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'warming'
    await this.#warmUp()
    this.#state = 'ready'
    this.#scheduleTruncation()
  }

  limit(limits: SeriesLimits): void {
    this.#limits = limits
  }

  stop(): void {
    this.#cancelTruncation?.()
    this.#cancelTruncation = undefined
  }

  async write(batch: SampleBatch): Promise<void> {
    const { batch: admitted, refused, reason } = await inTurns(admitting(batch, this.#head, this.#limits))
    await this.#backing.write(admitted)
    this.#count(await inTurns(this.#head.appending(admitted)))
    this.#show()
    if (reason === '') return
    for (const [limit, count] of Object.entries(refused)) this.#instruments.refusedSeries.add({ limit }, count)
    throw new SeriesLimitError(reason, admitted, refused.series + refused.series_per_metric)
  }

  writeMetadata(metadata: readonly MetricMetadata[]): Promise<void> {
    return this.#backing.writeMetadata(metadata)
  }

  writeExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    return this.#backing.writeExemplars(exemplars)
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    cancellation?: Cancellation,
  ): AsyncGenerator<readonly Series[], void, undefined> {
    const { older, newer } = this.#split(range)
    const inHead = newer === undefined ? [] : await inTurns(this.#head.matching(matchers))
    const joined = new Set<MemorySeries>()
    if (older !== undefined) {
      for await (const block of this.#backing.select(matchers, older, hints, cancellation)) {
        yield newer === undefined ? block : this.#join(block, newer, joined)
      }
    }
    if (newer === undefined) return
    const rest = joined.size === 0 ? inHead : inHead.filter((series) => !joined.has(series))
    for (const block of readBlocks(rest, newer)) {
      cancellation?.throwIfAborted()
      yield block
    }
  }

  async selectPacked(matchers: readonly Matcher[], range: TimeRange): Promise<PackedSelection | undefined> {
    const { older, newer } = this.#split(range)
    if (older !== undefined || newer === undefined) return undefined
    return new HeadSelection(await inTurns(this.#head.matching(matchers)), newer)
  }

  async series(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Labels[]> {
    const { older, newer } = this.#split(range)
    const found = newer === undefined ? [] : await inTurns(this.#head.series(selectors, newer))
    if (older === undefined) return found
    const known = new Set(found.map(({ key }) => key))
    const before = await this.#backing.series(selectors, older)
    return [...found, ...before.filter(({ key }) => !known.has(key))]
  }

  async labelNames(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    const { older, newer } = this.#split(range)
    const found = newer === undefined ? [] : await inTurns(this.#head.labelNames(selectors, newer))
    return older === undefined ? found : union(found, await this.#backing.labelNames(selectors, older))
  }

  async labelValues(name: string, selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    const { older, newer } = this.#split(range)
    const found = newer === undefined ? [] : await inTurns(this.#head.labelValues(name, selectors, newer))
    return older === undefined ? found : union(found, await this.#backing.labelValues(name, selectors, older))
  }

  metadata(): Promise<MetricMetadata[]> {
    return this.#backing.metadata()
  }

  exemplars(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Exemplar[]> {
    return this.#backing.exemplars(selectors, range)
  }

  /** Of the series in the head, as Prometheus does. */
  cardinality(limit: number): Promise<Cardinality> {
    return inTurns(this.#head.countingCardinality(limit))
  }

  async deleteSamples(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<void> {
    await this.#backing.deleteSamples(selectors, range)
    await inTurns(this.#head.deleting(selectors, range))
  }

  /** The parts of the range that the backing store and the head answer; they never overlap. */
  #split({ minMs, maxMs }: TimeRange): { older: TimeRange | undefined; newer: TimeRange | undefined } {
    const edgeMs = this.#state === 'ready' ? this.#head.minTimeMs : Infinity
    return {
      older: minMs < edgeMs ? { minMs, maxMs: Math.min(maxMs, edgeMs - 1) } : undefined,
      newer: maxMs >= edgeMs ? { minMs: Math.max(minMs, edgeMs), maxMs } : undefined,
    }
  }

  /** Lengthens the series of a block by what the head has of them, and notes which those were. */
  #join(block: readonly Series[], newer: TimeRange, joined: Set<MemorySeries>): readonly Series[] {
    const lengthened = new SeriesBlock(block.reduce((total, { values }) => total + 2 * values.length, 0))
    for (const older of block) {
      const series = this.#head.find(older.labels)
      if (series === undefined) {
        lengthened.pass(older)
        continue
      }
      joined.add(series)
      lengthened.join(older, series, newer)
    }
    return lengthened.take()
  }

  async #warmUp(): Promise<void> {
    const newest: TimeRange = { minMs: this.#head.minTimeMs, maxMs: Number.MAX_SAFE_INTEGER }
    const untilMs = this.#clock.now() + WARM_UP_LIMIT_MS
    try {
      for await (const block of this.#backing.select([EVERY_SERIES], newest, NO_HINTS)) {
        this.#count(this.#head.append(batchOf(block)))
        if (this.#clock.now() > untilMs) return this.#startCold()
      }
      await this.#reachBack()
    } catch {
      // The store that cannot be read now will be read by the queries, which report what is wrong with it.
      this.#startCold()
    }
  }

  #startCold(): void {
    this.#head.startAt(this.#clock.now() + CLOCK_SKEW_MS)
  }

  /** What is sent to a new store may be of the last hours; the head then knows all of them. */
  async #reachBack(): Promise<void> {
    const windowStartMs = this.#clock.now() - this.#windowMs
    const unseen: TimeRange = { minMs: windowStartMs, maxMs: this.#head.minTimeMs - 1 }
    const blocks = this.#backing.select([EVERY_SERIES], unseen, NO_HINTS)
    for await (const block of blocks) if (block.length > 0) return
    this.#head.reachBackTo(windowStartMs)
  }

  #scheduleTruncation(): void {
    this.#cancelTruncation = this.#clock.after(TRUNCATION_INTERVAL_MS, () => {
      // Before the steps: time goes on meanwhile, and `stop` must find the timer.
      this.#scheduleTruncation()
      void this.#truncate()
    })
  }

  async #truncate(): Promise<void> {
    for (const _ of this.#head.truncate(this.#clock.now())) await new Promise((resolve) => setImmediate(resolve))
    this.#show()
  }

  #show(): void {
    this.#instruments.series.set({}, this.#head.seriesCount)
    this.#instruments.sizeBytes.set({}, this.#head.sizeBytes)
    this.#instruments.minTime.set({}, this.#head.minTimeMs / 1000)
  }

  #count(counts: AppendCounts): void {
    const { samples } = this.#instruments
    for (const [result, count] of Object.entries(counts)) if (count > 0) samples.add({ result }, count)
  }
}

interface HeadInstruments {
  readonly samples: Counter<'result'>
  readonly refusedSeries: Counter<'limit'>
  readonly series: Gauge
  readonly sizeBytes: Gauge
  readonly minTime: Gauge
}

function createHeadInstruments(instruments: InstrumentRegistry): HeadInstruments {
  return {
    samples: instruments.counter({
      name: 'tetrascope_head_samples_total',
      help: 'Samples handed to the head, by what became of them.',
      labelNames: ['result'],
    }),
    refusedSeries: instruments.counter({
      name: 'tetrascope_series_refused_total',
      help: 'New series that were refused in a batch because a limit was reached; counted again whenever they are sent again.',
      labelNames: ['limit'],
    }),
    series: instruments.gauge({ name: 'tetrascope_head_series', help: 'Series in the head.' }),
    sizeBytes: instruments.gauge({
      name: 'tetrascope_head_size_bytes',
      help: 'Memory that the head holds for samples and series.',
      unit: 'bytes',
    }),
    minTime: instruments.gauge({
      name: 'tetrascope_head_min_time_seconds',
      help: 'The head answers queries from this time on, seconds since 1970.',
      unit: 'seconds',
    }),
  }
}

function batchOf(block: readonly Series[]): SampleBatch {
  const builder = new SampleBatchBuilder()
  for (const { labels, timestampsMs, values, stale } of block) {
    const series = builder.newSeries(labels)
    for (let i = 0; i < values.length; i++) {
      if (stale?.[i] === 1) builder.putStale(series, timestampsMs[i] ?? 0)
      else builder.put(series, timestampsMs[i] ?? 0, values[i] ?? NaN)
    }
  }
  return builder.build()
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort(compareText)
}
