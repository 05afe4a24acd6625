import type { Histogram } from '../../model/histogram.ts'
import { compareText, type Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { SampleBatch } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata, Series } from '../../model/series.ts'
import { countCardinality } from '../cardinality.ts'
import type { Cancellation, Cardinality, SampleStore, SelectHints, TimeRange } from '../sample-store.ts'

const SERIES_PER_BLOCK = 1_000

/** The samples of one series, ascending in time. */
interface StoredSeries {
  readonly labels: Labels
  readonly timestampsMs: number[]
  readonly samples: StoredSample[]
}

interface StoredSample {
  readonly value: number
  readonly stale: boolean
  readonly histogram: Histogram | undefined
}

/** Samples in plain arrays, for tests and short-lived tools: it grows without a bound and forgets all at the end of the process. */
export class MemorySampleStore implements SampleStore {
  readonly #series = new Map<string, StoredSeries>()
  readonly #metadata = new Map<string, MetricMetadata>()
  readonly #exemplars = new Map<string, Exemplar>()

  async write(batch: SampleBatch): Promise<void> {
    const targets = batch.labels.map((labels) => this.#seriesOf(labels))
    for (let i = 0; i < batch.series.length; i++) {
      const target = targets[batch.series[i] ?? 0]
      if (target === undefined)
        throw new Error(`sample ${i} of the batch names series ${batch.series[i]}, which it has not`)
      const value = batch.values[i] ?? NaN
      put(target, batch.timestampsMs[i] ?? 0, {
        value,
        stale: batch.stale[i] === 1,
        histogram: batch.histograms.get(i),
      })
    }
  }

  async writeMetadata(metadata: readonly MetricMetadata[]): Promise<void> {
    for (const entry of metadata) this.#metadata.set(entry.name, entry)
  }

  async writeExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    for (const exemplar of exemplars) this.#exemplars.set(exemplarKey(exemplar), exemplar)
  }

  async *select(
    matchers: readonly Matcher[],
    range: TimeRange,
    _hints: SelectHints,
    cancellation?: Cancellation,
  ): AsyncIterable<readonly Series[]> {
    let block: Series[] = []
    for (const stored of this.#matching([matchers], range)) {
      cancellation?.throwIfAborted()
      block.push(cut(stored, range))
      if (block.length < SERIES_PER_BLOCK) continue
      yield block
      block = []
    }
    if (block.length > 0) yield block
  }

  async series(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Labels[]> {
    return this.#matching(selectors, range).map((stored) => stored.labels)
  }

  async labelNames(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    return distinct(this.#matching(selectors, range).flatMap(({ labels }) => labels.names()))
  }

  async labelValues(name: string, selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<string[]> {
    const values = this.#matching(selectors, range).map(({ labels }) => labels.get(name))
    return distinct(values.filter((value) => value !== ''))
  }

  async metadata(): Promise<MetricMetadata[]> {
    return [...this.#metadata.values()].sort((a, b) => compareText(a.name, b.name))
  }

  async exemplars(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<Exemplar[]> {
    return [...this.#exemplars.values()]
      .filter(({ timestampMs }) => timestampMs >= range.minMs && timestampMs <= range.maxMs)
      .filter(({ seriesLabels }) => matchesAny(selectors, seriesLabels))
      .sort((a, b) => a.timestampMs - b.timestampMs)
  }

  async cardinality(limit: number): Promise<Cardinality> {
    const stored = [...this.#series.values()]
    const times = stored.flatMap(({ timestampsMs }) => [timestampsMs[0], timestampsMs.at(-1)])
    const known = times.filter((timeMs) => timeMs !== undefined)
    return countCardinality(
      stored.map(({ labels }) => labels),
      {
        minTimeMs: known.length === 0 ? undefined : known.reduce((a, b) => Math.min(a, b)),
        maxTimeMs: known.length === 0 ? undefined : known.reduce((a, b) => Math.max(a, b)),
      },
      limit,
    )
  }

  async deleteSamples(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): Promise<void> {
    for (const stored of this.#matching(selectors, range)) {
      const from = lowerBound(stored.timestampsMs, range.minMs)
      const count = lowerBound(stored.timestampsMs, range.maxMs + 1) - from
      stored.timestampsMs.splice(from, count)
      stored.samples.splice(from, count)
      if (stored.samples.length === 0) this.#series.delete(stored.labels.key)
    }
  }

  #seriesOf(labels: Labels): StoredSeries {
    const known = this.#series.get(labels.key)
    if (known !== undefined) return known
    const created = { labels, timestampsMs: [], samples: [] }
    this.#series.set(labels.key, created)
    return created
  }

  #matching(selectors: ReadonlyArray<readonly Matcher[]>, range: TimeRange): StoredSeries[] {
    return [...this.#series.values()].filter(
      (stored) => hasSampleIn(stored, range) && matchesAny(selectors, stored.labels),
    )
  }
}

function put(series: StoredSeries, timestampMs: number, sample: StoredSample): void {
  const at = lowerBound(series.timestampsMs, timestampMs)
  const replaces = series.timestampsMs[at] === timestampMs ? 1 : 0
  series.timestampsMs.splice(at, replaces, timestampMs)
  series.samples.splice(at, replaces, sample)
}

function hasSampleIn({ timestampsMs }: StoredSeries, range: TimeRange): boolean {
  const first = timestampsMs[lowerBound(timestampsMs, range.minMs)]
  return first !== undefined && first <= range.maxMs
}

function cut({ labels, timestampsMs, samples }: StoredSeries, range: TimeRange): Series {
  const from = lowerBound(timestampsMs, range.minMs)
  const to = lowerBound(timestampsMs, range.maxMs + 1)
  const kept = samples.slice(from, to)
  const histograms = new Map<number, Histogram>()
  kept.forEach(({ histogram }, i) => histogram !== undefined && histograms.set(i, histogram))
  return {
    labels,
    timestampsMs: Float64Array.from(timestampsMs.slice(from, to)),
    values: Float64Array.from(kept, ({ value }) => value),
    stale: kept.some(({ stale }) => stale) ? Uint8Array.from(kept, ({ stale }) => (stale ? 1 : 0)) : null,
    histograms: histograms.size > 0 ? histograms : null,
  }
}

function matchesAny(selectors: ReadonlyArray<readonly Matcher[]>, labels: Labels): boolean {
  if (selectors.length === 0) return true
  return selectors.some((matchers) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))))
}

function exemplarKey({ seriesLabels, labels, timestampMs, value }: Exemplar): string {
  return [seriesLabels.key, labels.key, timestampMs, value].join('\xfe')
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort(compareText)
}

/** The first index whose time is at or after `timeMs`; appending, the usual case, needs no search. */
function lowerBound(timestampsMs: readonly number[], timeMs: number): number {
  let low = 0
  let high = timestampsMs.length
  if ((timestampsMs[high - 1] ?? -Infinity) < timeMs) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timestampsMs[middle] ?? 0) < timeMs) low = middle + 1
    else high = middle
  }
  return low
}
