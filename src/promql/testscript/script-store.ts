import { compareText, type Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { Exemplar, MetricMetadata, Series } from '../../model/series.ts'
import { countCardinality } from '../../storage/cardinality.ts'
import type { Cancellation, Cardinality, SampleReader, SelectHints, TimeRange } from '../../storage/sample-store.ts'
import type { LoadCommand, LoadedSeries, Point } from './script.ts'

/** A value of a loaded series; native histograms are not computed with and leave nothing behind. */
interface StoredPoint {
  readonly value: number
  readonly stale: boolean
  /** 0: unknown. */
  readonly startMs: number
}

interface StoredSeries {
  readonly labels: Labels
  readonly points: Map<number, StoredPoint>
}

const SERIES_PER_BLOCK = 1_000

/** What a script has loaded since its last `clear`: a sample reader over a few series in memory. */
export class ScriptStore implements SampleReader {
  readonly #series = new Map<string, StoredSeries>()
  /** Label sets that hold native histograms, by key. */
  readonly #native = new Map<string, Labels>()
  /** The columns of each series, made when they are asked for and dropped by a change. */
  readonly #columns = new Map<string, Series>()

  clear(): void {
    this.#series.clear()
    this.#native.clear()
    this.#columns.clear()
  }

  load(command: LoadCommand): void {
    for (const series of command.series) {
      this.#loadSeries(series, command.stepMs)
      const base = command.withCustomBuckets ? histogramLabels(series.labels) : undefined
      if (base !== undefined) this.#native.set(base.key, base)
    }
  }

  /** Whether the matchers select a series that holds, or would hold, native histograms. */
  matchesNativeHistogram(matchers: readonly Matcher[]): boolean {
    return [...this.#native.values()].some((labels) => matchesAll(matchers, labels))
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    _hints: SelectHints,
    cancellation?: Cancellation,
  ): AsyncIterable<readonly Series[]> {
    const found = this.#matching([matchers], range)
    for (let i = 0; i < found.length; i += SERIES_PER_BLOCK) {
      cancellation?.throwIfAborted()
      yield found.slice(i, i + SERIES_PER_BLOCK)
    }
  }

  async series(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Labels[]> {
    return this.#matching(selectors, range).map(({ labels }) => labels)
  }

  async labelNames(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    return distinct(this.#matching(selectors, range).flatMap(({ labels }) => labels.names()))
  }

  async labelValues(name: string, selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    return distinct(this.#matching(selectors, range).flatMap(({ labels }) => labels.get(name) || []))
  }

  /** Scripts load values and nothing else. */
  async metadata(): Promise<MetricMetadata[]> {
    return []
  }

  async exemplars(): Promise<Exemplar[]> {
    return []
  }

  async cardinality(): Promise<Cardinality> {
    return countCardinality([], { minTimeMs: undefined, maxTimeMs: undefined }, 0)
  }

  #loadSeries({ labels, points, startOffsetsMs }: LoadedSeries, stepMs: number): void {
    const stored = this.#series.get(labels.key) ?? { labels, points: new Map<number, StoredPoint>() }
    for (const [i, point] of points.entries()) {
      const offsetMs = startOffsetsMs?.[i] ?? null
      const value = storedPoint(point, offsetMs === null ? 0 : i * stepMs + offsetMs)
      if (value !== undefined) stored.points.set(i * stepMs, value)
    }
    if (points.some(({ kind }) => kind === 'histogram')) this.#native.set(labels.key, labels)
    if (stored.points.size > 0) this.#series.set(labels.key, stored)
    this.#columns.delete(labels.key)
  }

  #matching(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Series[] {
    const found: Series[] = []
    for (const stored of this.#series.values()) {
      if (selectors.length > 0 && !selectors.some((matchers) => matchesAll(matchers, stored.labels))) continue
      const series = cut(this.#columnsOf(stored), range)
      if (series.timestampsMs.length > 0) found.push(series)
    }
    return found
  }

  #columnsOf(stored: StoredSeries): Series {
    const known = this.#columns.get(stored.labels.key)
    if (known !== undefined) return known
    const columns = toColumns(stored)
    this.#columns.set(stored.labels.key, columns)
    return columns
  }
}

function storedPoint(point: Point, startMs: number): StoredPoint | undefined {
  switch (point.kind) {
    case 'value':
      return { value: point.value, stale: false, startMs }
    case 'stale':
      return { value: NaN, stale: true, startMs }
    case 'gap':
    case 'histogram':
      return undefined
  }
}

function toColumns({ labels, points }: StoredSeries): Series {
  const sorted = [...points].sort(([a], [b]) => a - b)
  const values = sorted.map(([, point]) => point)
  return {
    labels,
    timestampsMs: Float64Array.from(sorted, ([timestampMs]) => timestampMs),
    values: Float64Array.from(values, ({ value }) => value),
    stale: values.some(({ stale }) => stale) ? Uint8Array.from(values, ({ stale }) => Number(stale)) : null,
    histograms: null,
    startTimestampsMs: values.some(({ startMs }) => startMs !== 0)
      ? Float64Array.from(values, ({ startMs }) => startMs)
      : null,
  }
}

function cut(series: Series, { minMs, maxMs }: TimeRange): Series {
  const { timestampsMs, values, stale, startTimestampsMs } = series
  const start = indexFrom(timestampsMs, minMs)
  const end = indexFrom(timestampsMs, maxMs + 1)
  return {
    ...series,
    timestampsMs: timestampsMs.subarray(start, end),
    values: values.subarray(start, end),
    stale: stale && stale.subarray(start, end),
    startTimestampsMs: startTimestampsMs?.subarray(start, end) ?? null,
  }
}

function indexFrom(timestampsMs: Float64Array, timeMs: number): number {
  const index = timestampsMs.findIndex((timestampMs) => timestampMs >= timeMs)
  return index === -1 ? timestampsMs.length : index
}

/** The labels of the histogram that a series is a part of: without `le` and the suffix of the name. Undefined when it is none. */
function histogramLabels(labels: Labels): Labels | undefined {
  const match = /^(.+)_(bucket|count|sum)$/.exec(labels.metricName)
  if (match === null) return undefined
  return labels.with({ __name__: match[1] ?? '', le: '' })
}

function matchesAll(matchers: readonly Matcher[], labels: Labels): boolean {
  return matchers.every((matcher) => matcher.matches(labels.get(matcher.name)))
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareText)
}
