import type { SampleWriter } from '../../storage/sample-store.ts'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { scrapeInstruments } from './scrape-instruments.ts'
import type { ScrapeJob } from './scrape-job.ts'
import type { ScrapeSurroundings } from './scrape-loop.ts'
import { REPORT_METADATA } from './scrape-report.ts'
import { type PoolState, TargetPool } from './target-pool.ts'

export interface ScraperOptions {
  /** Takes every scrape; bridges times in which the store is unavailable. */
  readonly writer: SampleWriter
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: InstrumentRegistry
}

/** All scrape jobs. Start with the first `apply`, reload with the next, then stop. */
export class Scraper {
  readonly #surroundings: ScrapeSurroundings
  readonly #pools = new Map<string, TargetPool>()

  constructor({ writer, clock, logger, registry }: ScraperOptions) {
    this.#surroundings = { writer, clock, logger, instruments: scrapeInstruments(registry) }
  }

  /** Makes these the jobs that run. What the new list does not change is not disturbed. */
  async apply(jobs: readonly ScrapeJob[]): Promise<void> {
    if (this.#pools.size === 0 && jobs.length > 0) await this.#describeReports()
    const wanted = new Map(jobs.map((job) => [job.name, job]))
    const gone = [...this.#pools].filter(([name]) => !wanted.has(name))
    for (const [name] of gone) this.#pools.delete(name)
    await Promise.all([...gone.map(([, pool]) => pool.stop()), ...jobs.map((job) => this.#applyJob(job))])
  }

  /** By job, in the order of their names. */
  pools(): PoolState[] {
    return [...this.#pools.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pool]) => pool.state)
  }

  /** Breaks off what is under way and marks all scraped series stale. Idempotent. */
  async stop(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools.clear()
    await Promise.all(pools.map((pool) => pool.stop()))
  }

  async #applyJob(job: ScrapeJob): Promise<void> {
    const pool = this.#pools.get(job.name)
    if (pool !== undefined) return pool.reload(job)
    const created = new TargetPool(job, this.#surroundings)
    this.#pools.set(job.name, created)
    await created.start()
  }

  async #describeReports(): Promise<void> {
    await this.#surroundings.writer.writeMetadata(REPORT_METADATA).catch((error: unknown) => {
      this.#surroundings.logger.warn({ reason: String(error) }, 'the meaning of the scrape series was not stored')
    })
  }
}
