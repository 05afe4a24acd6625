import type { Labels } from '../../model/labels.ts'
import type { MetricMetadata } from '../../model/series.ts'
import { Discovery } from '../../discovery/discovery.ts'
import type { TargetGroup } from '../../discovery/discoverer.ts'
import { HttpClient } from '../../http/http-client.ts'
import type { ScrapeJob } from './scrape-job.ts'
import { ScrapeLoop, type ScrapeSurroundings, type TargetStatus } from './scrape-loop.ts'
import { type Target, targetsOf } from './target.ts'

/** The targets of one job and their loops. */
export interface PoolState {
  readonly job: ScrapeJob
  readonly active: ReadonlyArray<{
    readonly target: Target
    readonly status: TargetStatus
    /** What the target said of its families when it last said something new. */
    readonly metadata: readonly MetricMetadata[]
  }>
  readonly dropped: readonly Labels[]
  /** Dropped targets in all; `dropped` may hold fewer (`keep_dropped_targets`). */
  readonly droppedCount: number
}

interface Scraped {
  /** As discovered last; its discovered labels may be newer than the loop. */
  target: Target
  readonly loop: ScrapeLoop
}

/** Scrapes all targets of one job; follows discovery and reloads. */
export class TargetPool {
  readonly #surroundings: ScrapeSurroundings
  readonly #discovery: Discovery
  #scraped = new Map<string, Scraped>()
  #job: ScrapeJob
  #client: HttpClient
  #groups: readonly TargetGroup[] = []
  #dropped: readonly Labels[] = []
  /** Loops that end, and clients that are let go after them. */
  readonly #ending = new Set<Promise<void>>()

  constructor(job: ScrapeJob, surroundings: ScrapeSurroundings) {
    this.#job = job
    this.#surroundings = surroundings
    this.#client = new HttpClient(job.settings.http)
    this.#discovery = new Discovery(surroundings, (groups) => {
      this.#groups = groups
      void this.#sync(this.#scraped)
    })
  }

  get state(): PoolState {
    const { keepDroppedTargets } = this.#job.settings.limits
    const dropped = keepDroppedTargets === 0 ? this.#dropped : this.#dropped.slice(0, keepDroppedTargets)
    const active = [...this.#scraped.values()].map(({ target, loop }) => ({
      target,
      status: loop.status,
      metadata: loop.metadata,
    }))
    return { job: this.#job, active, dropped, droppedCount: this.#dropped.length }
  }

  async start(): Promise<void> {
    await this.#discovery.apply(this.#job.discovery)
  }

  /** Takes over a new version of the job. Loops of targets that it does not change run on. */
  async reload(job: ScrapeJob): Promise<void> {
    const isSameScrape = JSON.stringify(job.settings) === JSON.stringify(this.#job.settings)
    this.#job = job
    if (!isSameScrape) this.#replaceLoops()
    await this.#discovery.apply(job.discovery)
  }

  /** Marks all series of the job's targets stale. */
  async stop(): Promise<void> {
    await this.#discovery.stop()
    await Promise.all([...this.#scraped.values()].map(({ loop }) => loop.stop({ markStale: true })))
    this.#scraped.clear()
    await Promise.all(this.#ending)
    await this.#client.close()
  }

  /** The same targets scraped another way. */
  #replaceLoops(): void {
    const oldClient = this.#client
    this.#client = new HttpClient(this.#job.settings.http)
    const stopped = this.#sync(new Map())
    this.#end(stopped.then(() => oldClient.close()))
  }

  /**
   * Makes the targets that discovery knows now those that are scraped; loops in `keep` go on as they are. A loop that is not kept ends;
   * where another one of the same labels begins, it goes on with the old one's series. Resolves when all old loops have ended.
   */
  async #sync(keep: ReadonlyMap<string, Scraped>): Promise<void> {
    const wanted = this.#wantedTargets()
    const leaving = [...this.#scraped].filter(([key]) => !wanted.has(key) || !keep.has(key)).map(([, { loop }]) => loop)
    const forerunners = new Map(leaving.map((loop) => [loop.target.labels.key, loop]))
    const next = new Map<string, Scraped>()
    for (const [key, target] of wanted) {
      const loop = keep.get(key)?.loop ?? this.#startLoop(target, take(forerunners, target.labels.key))
      next.set(key, { target, loop })
    }
    this.#scraped = next
    const refusal = refusalOf(next.size, this.#job.settings.limits.targets)
    for (const { loop } of next.values()) loop.refuse(refusal)
    const orphans = new Set(forerunners.values())
    const ended = Promise.all(leaving.map((loop) => loop.stop({ markStale: orphans.has(loop) }))).then(() => undefined)
    this.#end(ended)
    await ended
  }

  #wantedTargets(): Map<string, Target> {
    const wanted = new Map<string, Target>()
    const dropped: Labels[] = []
    for (const outcome of this.#groups.flatMap((group) => targetsOf(group, this.#job))) {
      switch (outcome.kind) {
        case 'target':
          wanted.set(outcome.target.key, outcome.target)
          break
        case 'dropped':
          dropped.push(outcome.discoveredLabels)
          break
        case 'invalid': {
          const { discoveredLabels, reason } = outcome
          const about = { scrape_job: this.#job.name, labels: discoveredLabels.toString(), reason }
          this.#surroundings.logger.error(about, 'a discovered target cannot be scraped')
          break
        }
      }
    }
    this.#dropped = dropped
    return wanted
  }

  #startLoop(target: Target, forerunner: ScrapeLoop | undefined): ScrapeLoop {
    const options = { ...this.#surroundings, target, settings: this.#job.settings, client: this.#client }
    const loop = new ScrapeLoop(forerunner === undefined ? options : { ...options, forerunner })
    loop.start()
    return loop
  }

  /** Remembers what ends on its own, so that `stop` can wait for it. */
  #end(ending: Promise<void>): void {
    const watched = ending.finally(() => this.#ending.delete(watched))
    this.#ending.add(watched)
  }
}

function take<K, V>(map: Map<K, V>, key: K): V | undefined {
  const value = map.get(key)
  map.delete(key)
  return value
}

function refusalOf(targets: number, limit: number): string | undefined {
  return limit === 0 || targets <= limit
    ? undefined
    : `target_limit exceeded (number of targets: ${targets}, limit: ${limit})`
}
