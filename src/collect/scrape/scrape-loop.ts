import { formatDuration } from '../../model/duration.ts'
import { SampleBatchBuilder } from '../../model/sample.ts'
import type { MetricMetadata } from '../../model/series.ts'
import type { SampleWriter } from '../../storage/sample-store.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { inTurns } from '../../util/steps.ts'
import { type HttpAnswer, type HttpClient, HttpGetError } from '../../http/http-client.ts'
import { acceptHeader, formatOf } from './content-negotiation.ts'
import { ScrapeError } from './scrape-error.ts'
import type { ScrapeInstruments } from './scrape-instruments.ts'
import type { ScrapeSettings } from './scrape-job.ts'
import { ScrapeReportSeries } from './scrape-report.ts'
import { nextDueMs, scrapeTimestampMs } from './scrape-schedule.ts'
import { spreadOf, type Target } from './target.ts'
import { TargetSeries, type TargetSamples } from './target-series.ts'

const USER_AGENT = 'Tetrascope'

export type TargetHealth = 'unknown' | 'up' | 'down'

/** How the last scrape of a target went. */
export interface TargetStatus {
  readonly health: TargetHealth
  /** '' after a good scrape. */
  readonly lastError: string
  /** Undefined before the first scrape. */
  readonly lastScrapeMs: number | undefined
  readonly lastDurationMs: number
}

/** What all loops share. */
export interface ScrapeSurroundings {
  readonly writer: SampleWriter
  readonly clock: Clock
  readonly logger: Logger
  readonly instruments: ScrapeInstruments
}

export interface ScrapeLoopOptions extends ScrapeSurroundings {
  readonly target: Target
  readonly settings: ScrapeSettings
  readonly client: HttpClient
  /** The loop of the same labels that this one replaces: it is stopped first, and its series go on here. */
  readonly forerunner?: ScrapeLoop
}

/** Scrapes one target on its interval: never two scrapes at once, never one that outlives its timeout. */
export class ScrapeLoop {
  readonly target: Target
  readonly #options: ScrapeLoopOptions
  readonly #series: TargetSeries
  readonly #reportSeries: ScrapeReportSeries
  readonly #stopping = new AbortController()
  #forerunner: ScrapeLoop | undefined
  #cancelTimer: () => void = () => undefined
  #running: Promise<void> = Promise.resolve()
  #metadata: readonly MetricMetadata[] = []
  #status: TargetStatus = { health: 'unknown', lastError: '', lastScrapeMs: undefined, lastDurationMs: 0 }
  /** Set while the job as a whole may not be scraped. */
  #refusal: string | undefined
  #hasScraped = false

  constructor(options: ScrapeLoopOptions) {
    const { target, settings, forerunner, ...surroundings } = options
    this.target = target
    this.#options = { target, settings, ...surroundings }
    this.#forerunner = forerunner
    this.#series = new TargetSeries(target.labels, settings)
    this.#reportSeries = new ScrapeReportSeries(target.labels, settings, target.timeoutMs)
  }

  get status(): TargetStatus {
    return this.#status
  }

  /** What the target said of its families when it last said something new. */
  get metadata(): readonly MetricMetadata[] {
    return this.#metadata
  }

  start(): void {
    this.#running = this.#begin()
  }

  /** While a reason is given every scrape fails with it, without asking the target. */
  refuse(reason: string | undefined): void {
    this.#refusal = reason
  }

  /**
   * Ends the loop; a scrape under way is broken off. With `markStale` the target's series end now; without it the loop that
   * replaces this one goes on with them. Idempotent.
   */
  async stop({ markStale }: { readonly markStale: boolean }): Promise<void> {
    this.#stopping.abort(new Error('the target is no longer scraped'))
    this.#cancelTimer()
    await this.#running
    if (!markStale || !this.#hasScraped) return
    this.#hasScraped = false
    const batch = new SampleBatchBuilder()
    const nowMs = this.#options.clock.now()
    this.#series.end(batch, nowMs)
    this.#reportSeries.end(batch, nowMs)
    await this.#write(batch)
  }

  async #begin(): Promise<void> {
    const forerunner = this.#forerunner
    if (forerunner !== undefined) {
      await forerunner.stop({ markStale: false })
      this.#forerunner = undefined
      this.#series.takeOver(forerunner.#series.live)
      this.#hasScraped = forerunner.#hasScraped
      this.#status = forerunner.#status
      this.#metadata = forerunner.#metadata
    }
    this.#schedule(this.#options.clock.now())
  }

  #schedule(afterMs: number): void {
    if (this.#stopping.signal.aborted) return
    const { clock, target } = this.#options
    const dueMs = nextDueMs(afterMs, target.intervalMs, spreadOf(target))
    this.#cancelTimer = clock.after(dueMs - clock.now(), () => {
      // A timer may fire a little early; counting from the due time keeps it from firing twice.
      this.#running = this.#scrape(dueMs).then(() => this.#schedule(Math.max(dueMs, clock.now())))
    })
  }

  /** One scrape from asking to stored. Never rejects. */
  async #scrape(dueMs: number): Promise<void> {
    const { clock, instruments, target } = this.#options
    const startMs = clock.now()
    instruments.delay.observe({}, Math.max(0, startMs - dueMs) / 1_000)
    const timestampMs = scrapeTimestampMs(dueMs, startMs, target.intervalMs)
    const outcome = await this.#fetchAndRead(timestampMs)
    // What a shutdown broke off says nothing about the target.
    if (this.#stopping.signal.aborted) return
    const durationMs = clock.now() - startMs
    if (outcome instanceof ScrapeError) await this.#failed(outcome, timestampMs, durationMs)
    else await this.#succeeded(outcome, timestampMs, durationMs)
  }

  async #fetchAndRead(timestampMs: number): Promise<(TargetSamples & { readonly bodyBytes: number }) | ScrapeError> {
    try {
      if (this.#refusal !== undefined) throw new ScrapeError(this.#refusal)
      const { body, contentType } = await this.#fetch()
      const format = formatOf(contentType, this.#options.settings.fallbackProtocol)
      const samples = await inTurns(this.#series.read({ body, format, timestampMs }))
      return { ...samples, bodyBytes: body.length }
    } catch (error) {
      if (error instanceof ScrapeError) return error
      if (!(error instanceof HttpGetError))
        this.#options.logger.error({ err: error, url: this.target.url }, 'scraping went wrong')
      return new ScrapeError(error instanceof Error ? error.message : String(error), undefined, { cause: error })
    }
  }

  async #fetch(): Promise<HttpAnswer> {
    const { clock, client, target, settings } = this.#options
    const late = new AbortController()
    const cancel = clock.after(target.timeoutMs, () =>
      late.abort(new Error(`context deadline exceeded (scrape_timeout ${formatDuration(target.timeoutMs)})`)),
    )
    const headers = {
      accept: acceptHeader(settings.protocols),
      'accept-encoding': settings.compression ? 'gzip' : 'identity',
      'user-agent': USER_AGENT,
      'x-prometheus-scrape-timeout-seconds': String(target.timeoutMs / 1_000),
    }
    const signal = AbortSignal.any([late.signal, this.#stopping.signal])
    return client.get({ url: target.url, headers, bodyLimitBytes: settings.limits.bodyBytes, signal }).finally(cancel)
  }

  async #succeeded(
    samples: TargetSamples & { readonly bodyBytes: number },
    timestampMs: number,
    durationMs: number,
  ): Promise<void> {
    const { instruments, writer } = this.#options
    this.#setStatus('up', '', timestampMs, durationMs)
    if (samples.refused.duplicate > 0)
      instruments.refusedSamples.add({ reason: 'duplicate' }, samples.refused.duplicate)
    if (samples.refused.tooFarAhead > 0) {
      instruments.refusedSamples.add({ reason: 'too_far_ahead' }, samples.refused.tooFarAhead)
    }
    if (samples.metadata !== undefined) this.#metadata = samples.metadata
    this.#reportSeries.add(samples.batch, timestampMs, { isUp: true, durationMs, ...samples })
    await this.#write(samples.batch)
    if (samples.metadata !== undefined && (await this.#try(writer.writeMetadata(samples.metadata)))) {
      this.#series.metadataWritten()
    }
    if (samples.exemplars.length > 0) await this.#try(writer.writeExemplars(samples.exemplars))
  }

  async #failed(error: ScrapeError, timestampMs: number, durationMs: number): Promise<void> {
    const { instruments, logger, target } = this.#options
    if (this.#status.lastError !== error.message) {
      logger.warn({ scrape_job: target.job, url: target.url, reason: error.message }, 'scrape failed')
    }
    instruments.failures.add({ scrape_job: target.job })
    this.#setStatus('down', error.message, timestampMs, durationMs)
    const batch = new SampleBatchBuilder()
    this.#series.end(batch, timestampMs)
    const { samplesScraped: scraped, samplesKept: kept } = error
    this.#reportSeries.add(batch, timestampMs, {
      isUp: false,
      durationMs,
      scraped,
      kept,
      seriesAdded: 0,
      bodyBytes: -1,
    })
    await this.#write(batch)
  }

  #setStatus(health: TargetHealth, lastError: string, lastScrapeMs: number, lastDurationMs: number): void {
    this.#hasScraped = true
    this.#status = { health, lastError, lastScrapeMs, lastDurationMs }
  }

  async #write(batch: SampleBatchBuilder): Promise<void> {
    const stored = await this.#try(this.#options.writer.write(batch.build()))
    if (!stored) this.#options.instruments.lostSamples.add({}, batch.size)
  }

  /** A store that takes nothing is the writer's to bridge (it is given one that spools); what still fails is told and counted. */
  async #try(work: Promise<void>): Promise<boolean> {
    try {
      await work
      return true
    } catch (error) {
      const { logger, target } = this.#options
      logger.error(
        { scrape_job: target.job, url: target.url, reason: String(error) },
        'scraped samples were not stored',
      )
      return false
    }
  }
}
