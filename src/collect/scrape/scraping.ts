import type { ScrapeJob } from './scrape-job.ts'
import type { ScrapeSurroundings } from './scrape-loop.ts'
import { type PoolState, TargetPool } from './target-pool.ts'

/** All jobs of `scrape_configs`. Construct, start, reload, stop. */
export class Scraping {
  readonly #surroundings: ScrapeSurroundings
  #pools = new Map<string, TargetPool>()

  constructor(surroundings: ScrapeSurroundings) {
    this.#surroundings = surroundings
  }

  get pools(): PoolState[] {
    return [...this.#pools.values()].map((pool) => pool.state)
  }

  /** Begins with these jobs, or goes on with them: jobs of the same name keep what did not change, others end or begin. */
  async apply(jobs: readonly ScrapeJob[]): Promise<void> {
    const before = this.#pools
    this.#pools = new Map()
    const left = new Map(before)
    for (const job of jobs) {
      const known = before.get(job.name)
      left.delete(job.name)
      this.#pools.set(job.name, known ?? new TargetPool(job, this.#surroundings))
      await (known === undefined ? this.#pools.get(job.name)?.start() : known.reload(job))
    }
    await Promise.all([...left.values()].map((pool) => pool.stop()))
  }

  /** Marks every scraped series stale. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.stop()))
    this.#pools.clear()
  }
}
