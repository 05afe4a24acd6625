import type { Labels } from '../../model/labels.ts'
import type { Exemplar, MetricMetadata } from '../../model/series.ts'
import { SampleBatchBuilder } from '../../model/sample.ts'
import type { Steps } from '../../util/steps.ts'
import { ExpositionError } from '../exposition/exposition-error.ts'
import { type ExpositionFormat, type ParsedExposition, parseExpositionInSteps } from '../exposition/exposition.ts'
import { LineCache } from '../exposition/line-cache.ts'
import { CreatedTimes } from './created-times.ts'
import { ScrapeError } from './scrape-error.ts'
import type { ScrapeSettings } from './scrape-job.ts'
import { seriesLabels } from './series-labels.ts'

/** Samples further ahead of the scrape than this would be stored where no query looks. */
const MAX_AHEAD_MS = 10 * 60_000

/** A series that began longer ago is not given a zero: nothing was known of it in between. */
const MAX_CREATED_AGO_MS = 3_600_000

/** Samples that are read in one go; of new series they take about 5 ms. */
const SAMPLES_PER_STEP = 500

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

/** A series as it is stored, and when it was seen. */
interface StoredSeries {
  readonly labels: Labels
  /** The number of the scrape that had it last. */
  lastScrape: number
  /** The time of its last sample; -Infinity before the first. */
  lastMs: number
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
  /** By slot of the cache; null: dropped by relabelling. Several lines may be one series. */
  #bySlot: Array<StoredSeries | null | undefined> = []
  #byKey = new Map<string, StoredSeries>()
  /** The series of the last scrape that end when they vanish. */
  #live: readonly StoredSeries[] = []
  #scrape = 0
  /** The scrape before the one under way, when it was a good one. */
  #lastGood = 0
  #hasUnwrittenMetadata = false

  constructor(labels: Labels, settings: ScrapeSettings) {
    this.#labels = labels
    this.#settings = settings
  }

  /** The series that are not marked stale yet. */
  get live(): readonly Labels[] {
    return this.#live.map(({ labels }) => labels)
  }

  /** Continues where another loop of the same target ended: what it had and we never see is marked stale. */
  takeOver(live: readonly Labels[]): void {
    this.#live = live.map((labels) => this.#seriesOf(labels))
    for (const series of this.#live) series.lastScrape = this.#lastGood
  }

  /** The metadata of the last read is stored and need not be given again. */
  metadataWritten(): void {
    this.#hasUnwrittenMetadata = false
  }

  /** Turns a body, in steps, into what is to be stored, stale markers of vanished series included. Throws `ScrapeError`; `live` is then as before. */
  *read(body: TargetBody): Steps<TargetSamples> {
    const parsed = yield* this.#parse(body)
    if (this.#epoch !== this.#cache.epoch) this.#forget()
    const reading = new Reading(++this.#scrape, this.#lastGood, body.timestampMs, this.#settings)
    const created =
      this.#settings.zeroAtCreation && body.format === 'openmetrics' ? new CreatedTimes(parsed) : undefined
    for (let i = 0; i < parsed.series.length; i++) {
      this.#readSample(parsed, i, reading, created)
      if (i % SAMPLES_PER_STEP === SAMPLES_PER_STEP - 1) yield
    }
    this.#checkSampleLimit(parsed.values.length, reading.kept)
    this.#markVanished(reading.batch, body.timestampMs)
    this.#live = reading.live
    this.#lastGood = this.#scrape
    return {
      batch: reading.batch,
      exemplars: this.#exemplars(parsed, body.timestampMs),
      metadata: this.#hasUnwrittenMetadata ? parsed.metadata() : undefined,
      scraped: parsed.values.length,
      kept: reading.kept,
      seriesAdded: reading.added,
      refused: { duplicate: reading.duplicates, tooFarAhead: reading.tooFarAhead },
    }
  }

  /** Stale markers for all live series, after which there are none: the scrape failed, or the target is gone. */
  end(batch: SampleBatchBuilder, timestampMs: number): void {
    for (const { labels } of this.#live) batch.addStale(labels, timestampMs)
    this.#live = []
    this.#lastGood = NaN
  }

  *#parse({ body, format }: TargetBody): Steps<ParsedExposition> {
    try {
      const parsed = yield* parseExpositionInSteps(body, { format, cache: this.#cache })
      this.#hasUnwrittenMetadata ||= parsed.hasNewMetadata
      return parsed
    } catch (error) {
      // The cache now knows comments that nobody was told of.
      this.#hasUnwrittenMetadata = true
      if (!(error instanceof ExpositionError)) throw error
      const counts = { scraped: error.samplesBefore, kept: error.samplesBefore }
      throw new ScrapeError(error.message, counts, { cause: error })
    }
  }

  /** The cache gave its slots anew; of the series only the live ones are still of interest. */
  #forget(): void {
    this.#epoch = this.#cache.epoch
    this.#bySlot = []
    this.#byKey = new Map(this.#live.map((series) => [series.labels.key, series]))
  }

  #readSample(parsed: ParsedExposition, i: number, reading: Reading, created: CreatedTimes | undefined): void {
    const slot = parsed.series[i] ?? 0
    const series = this.#storedSeries(parsed, slot)
    if (series === null) return
    const exposed = created === undefined ? undefined : parsed.labels[slot]
    if (created !== undefined && exposed !== undefined) {
      if (created.isCreated(exposed)) return
      reading.addZero(series, created.createdMs(exposed))
    }
    reading.add(series, parsed.values[i] ?? NaN, parsed.timestampsMs[i] ?? NaN)
  }

  #storedSeries(parsed: ParsedExposition, slot: number): StoredSeries | null {
    const known = this.#bySlot[slot]
    if (known !== undefined) return known
    const exposed = parsed.labels[slot]
    const labels = exposed === undefined ? undefined : seriesLabels(exposed, this.#labels, this.#settings)
    const series = labels === undefined ? null : this.#seriesOf(labels)
    this.#bySlot[slot] = series
    return series
  }

  #seriesOf(labels: Labels): StoredSeries {
    const known = this.#byKey.get(labels.key)
    if (known !== undefined) return known
    const series = { labels, lastScrape: NaN, lastMs: -Infinity }
    this.#byKey.set(labels.key, series)
    return series
  }

  #checkSampleLimit(scraped: number, kept: number): void {
    const limit = this.#settings.limits.samples
    if (limit === 0 || kept <= limit) return
    throw new ScrapeError(`sample limit exceeded (samples: ${kept}, limit: ${limit})`, { scraped, kept })
  }

  #markVanished(batch: SampleBatchBuilder, timestampMs: number): void {
    for (const { labels, lastScrape } of this.#live) {
      if (lastScrape !== this.#scrape) batch.addStale(labels, timestampMs)
    }
  }

  #exemplars(parsed: ParsedExposition, timestampMs: number): Exemplar[] {
    return parsed.exemplars.flatMap((exemplar) => {
      const series = this.#storedSeries(parsed, exemplar.series)
      if (series === null) return []
      const { labels, value } = exemplar
      return [{ seriesLabels: series.labels, labels, value, timestampMs: exemplar.timestampMs ?? timestampMs }]
    })
  }
}

/** What is gathered while one body is gone through. */
class Reading {
  readonly batch = new SampleBatchBuilder()
  /** Those that become stale when they vanish: a series whose samples bear times of their own does not, unless that is asked for. */
  readonly live: StoredSeries[] = []
  kept = 0
  added = 0
  duplicates = 0
  tooFarAhead = 0
  readonly #scrape: number
  readonly #lastGood: number
  readonly #scrapedAtMs: number
  readonly #honorTimestamps: boolean
  readonly #trackTimestamps: boolean
  readonly #mayHaveZeros: boolean

  constructor(scrape: number, lastGood: number, scrapedAtMs: number, settings: ScrapeSettings) {
    this.#scrape = scrape
    this.#lastGood = lastGood
    this.#scrapedAtMs = scrapedAtMs
    this.#honorTimestamps = settings.honorTimestamps
    this.#trackTimestamps = settings.trackTimestampsStaleness
    this.#mayHaveZeros = settings.zeroAtCreation
  }

  /** A zero where the series began to count, when that was since its last sample: so its first value counts in full. */
  addZero(series: StoredSeries, createdMs: number | undefined): void {
    const at = Math.round(createdMs ?? NaN)
    const isNews = at > series.lastMs && at > this.#scrapedAtMs - MAX_CREATED_AGO_MS && at < this.#scrapedAtMs
    if (isNews && series.lastScrape !== this.#scrape) this.batch.add(series.labels, at, 0)
  }

  add(series: StoredSeries, value: number, ownTimestampMs: number): void {
    this.kept++
    if (this.#honorTimestamps && !Number.isNaN(ownTimestampMs))
      return this.#addWithOwnTime(series, value, ownTimestampMs)
    // The first of equal series counts, as in Prometheus.
    if (series.lastScrape === this.#scrape) {
      this.duplicates++
      return
    }
    this.#see(series)
    this.live.push(series)
    // Only a zero can have put the series into the batch before.
    const index = this.#mayHaveZeros ? this.batch.seriesOf(series.labels) : this.batch.newSeries(series.labels)
    this.batch.put(index, this.#scrapedAtMs, value)
    series.lastMs = this.#scrapedAtMs
  }

  /** A series may then stand in a body several times, with different times. */
  #addWithOwnTime(series: StoredSeries, value: number, timestampMs: number): void {
    if (timestampMs > this.#scrapedAtMs + MAX_AHEAD_MS) {
      this.tooFarAhead++
      return
    }
    const isFirst = series.lastScrape !== this.#scrape
    if (isFirst) this.#see(series)
    if (isFirst && this.#trackTimestamps) this.live.push(series)
    this.batch.add(series.labels, timestampMs, value)
    series.lastMs = Math.max(series.lastMs, timestampMs)
  }

  #see(series: StoredSeries): void {
    if (series.lastScrape !== this.#lastGood) this.added++
    series.lastScrape = this.#scrape
  }
}
