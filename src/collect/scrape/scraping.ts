import type { ScrapeJob } from './scrape-job.ts'
import type { ScrapeSurroundings } from './scrape-loop.ts'
import { REPORT_METADATA } from './scrape-report.ts'
import { type PoolState, TargetPool } from './target-pool.ts'

/** All jobs of `scrape_configs`. Construct, start with the first `apply`, reload with the next, stop. */
export class Scraping {
  readonly #surroundings: ScrapeSurroundings
  #pools = new Map<string, TargetPool>()

  constructor(surroundings: ScrapeSurroundings) {
    this.#surroundings = surroundings
  }

  /** In the order of the configuration. */
  get pools(): PoolState[] {
    return [...this.#pools.values()].map((pool) => pool.state)
  }

  /** Begins with these jobs, or goes on with them: jobs of the same name keep what did not change, others end or begin. */
  async apply(jobs: readonly ScrapeJob[]): Promise<void> {
    const before = this.#pools
    if (before.size === 0 && jobs.length > 0) await this.#describeReports()
    this.#pools = new Map(
      jobs.map((job) => [job.name, before.get(job.name) ?? new TargetPool(job, this.#surroundings)]),
    )
    const gone = [...before].filter(([name]) => !this.#pools.has(name))
    await Promise.all([
      ...gone.map(([, pool]) => pool.stop()),
      ...jobs.map((job) =>
        before.has(job.name) ? this.#pools.get(job.name)?.reload(job) : this.#pools.get(job.name)?.start(),
      ),
    ])
  }

  /** Breaks off what is under way and marks every scraped series stale. Idempotent. */
  async stop(): Promise<void> {
    const pools = [...this.#pools.values()]
    this.#pools = new Map()
    await Promise.all(pools.map((pool) => pool.stop()))
  }

  async #describeReports(): Promise<void> {
    await this.#surroundings.writer.writeMetadata(REPORT_METADATA).catch((error: unknown) => {
      this.#surroundings.logger.warn(
        { reason: String(error) },
        'the meaning of the series about scrapes was not stored',
      )
    })
  }
}
