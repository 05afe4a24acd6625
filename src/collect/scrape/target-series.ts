import type { Labels } from '../../model/labels.ts'
import type { Exemplar, MetricMetadata } from '../../model/series.ts'
import { SampleBatchBuilder } from '../../model/sample.ts'
import { ExpositionError } from '../exposition/exposition-error.ts'
import { type ExpositionFormat, type ParsedExposition, parseExposition } from '../exposition/exposition.ts'
import { LineCache } from '../exposition/line-cache.ts'
import { ScrapeError } from './scrape-error.ts'
import type { ScrapeSettings } from './scrape-job.ts'
import { seriesLabels } from './series-labels.ts'

/** Samples further ahead of the scrape than this would be stored where no query looks. */
const MAX_AHEAD_MS = 10 * 60_000

/** What one good scrape found. */
export interface TargetSamples {
  readonly batch: SampleBatchBuilder
  readonly exemplars: readonly Exemplar[]
  /** Undefined when all of it was written before. */
  readonly metadata: readonly MetricMetadata[] | undefined
  readonly scraped: number
  readonly kept: number
  readonly seriesAdded: number
  /** Samples left out: a series twice in one body, or a time too far ahead. */
  readonly refused: { readonly duplicate: number; readonly tooFarAhead: number }
}

export interface TargetBody {
  readonly body: Buffer
  readonly format: ExpositionFormat
  readonly timestampMs: number
}

/**
 * The series that one target exposes, remembered from scrape to scrape: under which labels each line is stored, and which series the
 * last scrape had, so that those that vanish are marked stale.
 */
export class TargetSeries {
  readonly #labels: Labels
  readonly #settings: ScrapeSettings
  readonly #cache = new LineCache()
  #epoch = 0
  /** Stored labels by slot of the cache; null: dropped by relabelling. */
  #stored: Array<Labels | null | undefined> = []
  /** The series of the last scrape, by key, that end when they vanish. */
  #live: ReadonlyMap<string, Labels> = new Map()
  #hasUnwrittenMetadata = false

  constructor(labels: Labels, settings: ScrapeSettings) {
    this.#labels = labels
    this.#settings = settings
  }

  /** The series that are not marked stale yet. */
  get live(): ReadonlyMap<string, Labels> {
    return this.#live
  }

  /** Continues where another loop of the same target ended: what it had and we never see is marked stale. */
  takeOver(live: ReadonlyMap<string, Labels>): void {
    this.#live = live
  }

  /** The metadata of the last read is stored and need not be given again. */
  metadataWritten(): void {
    this.#hasUnwrittenMetadata = false
  }

  /** Turns a body into what is to be stored, stale markers of vanished series included. Throws `ScrapeError`; nothing has then changed. */
  read(body: TargetBody): TargetSamples {
    const parsed = this.#parse(body)
    if (this.#epoch !== this.#cache.epoch) this.#stored = []
    this.#epoch = this.#cache.epoch
    const reading = new Reading(body.timestampMs, this.#settings)
    for (let i = 0; i < parsed.series.length; i++) this.#readSample(parsed, i, reading)
    this.#checkSampleLimit(parsed.values.length, reading.kept)
    const seriesAdded = this.#replaceLive(reading, body.timestampMs)
    return {
      batch: reading.batch,
      exemplars: this.#exemplars(parsed, body.timestampMs),
      metadata: this.#hasUnwrittenMetadata ? parsed.metadata() : undefined,
      scraped: parsed.values.length,
      kept: reading.kept,
      seriesAdded,
      refused: { duplicate: reading.duplicates, tooFarAhead: reading.tooFarAhead },
    }
  }

  /** Stale markers for all live series, after which there are none: the scrape failed, or the target is gone. */
  end(batch: SampleBatchBuilder, timestampMs: number): void {
    for (const labels of this.#live.values()) batch.addStale(labels, timestampMs)
    this.#live = new Map()
  }

  #parse({ body, format }: TargetBody): ParsedExposition {
    try {
      const parsed = parseExposition(body, { format, cache: this.#cache })
      this.#hasUnwrittenMetadata ||= parsed.hasNewMetadata
      return parsed
    } catch (error) {
      // The cache now knows comments that nobody was told of.
      this.#hasUnwrittenMetadata = true
      if (!(error instanceof ExpositionError)) throw error
      throw new ScrapeError(
        error.message,
        { scraped: error.samplesBefore, kept: error.samplesBefore },
        { cause: error },
      )
    }
  }

  #readSample(parsed: ParsedExposition, i: number, reading: Reading): void {
    const slot = parsed.series[i] ?? 0
    const labels = this.#storedLabels(parsed, slot)
    if (labels !== null) reading.add(labels, parsed.values[i] ?? NaN, parsed.timestampsMs[i] ?? NaN)
  }

  #storedLabels(parsed: ParsedExposition, slot: number): Labels | null {
    const known = this.#stored[slot]
    if (known !== undefined) return known
    const exposed = parsed.labels[slot]
    const labels = exposed === undefined ? null : (seriesLabels(exposed, this.#labels, this.#settings) ?? null)
    this.#stored[slot] = labels
    return labels
  }

  #checkSampleLimit(scraped: number, kept: number): void {
    const limit = this.#settings.limits.samples
    if (limit === 0 || kept <= limit) return
    throw new ScrapeError(`sample limit exceeded (samples: ${kept}, limit: ${limit})`, { scraped, kept })
  }

  /** Marks what vanished; gives the number of series that are new. */
  #replaceLive(reading: Reading, timestampMs: number): number {
    const before = this.#live
    for (const [key, labels] of before) {
      if (!reading.seen.has(key)) reading.batch.addStale(labels, timestampMs)
    }
    let added = 0
    for (const key of reading.seen.keys()) if (!before.has(key)) added++
    this.#live = reading.live
    return added
  }

  #exemplars(parsed: ParsedExposition, timestampMs: number): Exemplar[] {
    return parsed.exemplars.flatMap((exemplar) => {
      const seriesLabels = this.#storedLabels(parsed, exemplar.series)
      if (seriesLabels === null) return []
      const { labels, value } = exemplar
      return [{ seriesLabels, labels, value, timestampMs: exemplar.timestampMs ?? timestampMs }]
    })
  }
}

/** What is gathered while one body is gone through. */
class Reading {
  readonly batch = new SampleBatchBuilder()
  /** Every series of the body. */
  readonly seen = new Map<string, Labels>()
  /** Those that become stale when they vanish: a series whose samples bear times of their own does not, unless that is asked for. */
  readonly live = new Map<string, Labels>()
  kept = 0
  duplicates = 0
  tooFarAhead = 0
  readonly #scrapedAtMs: number
  readonly #honorTimestamps: boolean
  readonly #trackTimestamps: boolean

  constructor(scrapedAtMs: number, settings: ScrapeSettings) {
    this.#scrapedAtMs = scrapedAtMs
    this.#honorTimestamps = settings.honorTimestamps
    this.#trackTimestamps = settings.trackTimestampsStaleness
  }

  add(labels: Labels, value: number, ownTimestampMs: number): void {
    const hasOwnTime = this.#honorTimestamps && !Number.isNaN(ownTimestampMs)
    this.kept++
    if (hasOwnTime && ownTimestampMs > this.#scrapedAtMs + MAX_AHEAD_MS) {
      this.tooFarAhead++
      return
    }
    const key = labels.key
    const isRepeated = this.seen.has(key)
    // The first of equal series counts, as in Prometheus; with times of their own they are different samples.
    if (isRepeated && !hasOwnTime) {
      this.duplicates++
      return
    }
    this.batch.add(labels, hasOwnTime ? ownTimestampMs : this.#scrapedAtMs, value)
    if (isRepeated) return
    this.seen.set(key, labels)
    if (!hasOwnTime || this.#trackTimestamps) this.live.set(key, labels)
  }
}
