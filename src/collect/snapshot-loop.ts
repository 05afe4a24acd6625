import type { Labels } from '../model/labels.ts'
import { SampleBatchBuilder } from '../model/sample.ts'
import type { SampleWriter } from '../storage/sample-store.ts'
import type { MetricSnapshot } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { MetricFamily } from './metric-family.ts'

export interface SnapshotLoopOptions {
  /** For the log. */
  readonly name: string
  readonly intervalMs: number
  /** Joined to every sample: `job` and `instance`. They win over a label of the same name. */
  readonly labels: Readonly<Record<string, string>>
  readonly gather: () => Promise<readonly MetricSnapshot[]>
  readonly writer: SampleWriter
  readonly clock: Clock
  readonly logger: Logger
}

/** Writes what this process can read itself on an interval, just as if it had been scraped: with `up`, metadata and stale markers. */
export class SnapshotLoop {
  readonly #options: SnapshotLoopOptions
  #cancelTimer: () => void = () => undefined
  #running: Promise<void> = Promise.resolve()
  #isStopped = false
  #live = new Map<string, Labels>()
  /** Families whose metadata is stored. */
  readonly #described = new Set<string>()
  /** Joined labels by the key of the bare ones. */
  #joined = new Map<string, Labels>()

  constructor(options: SnapshotLoopOptions) {
    this.#options = options
  }

  /** Gathers at once, then at every multiple of the interval. */
  start(): void {
    this.#running = this.#run(this.#options.clock.now())
  }

  /** Waits for the round under way, then marks all series stale. Idempotent. */
  async stop(): Promise<void> {
    if (this.#isStopped) return this.#running
    this.#isStopped = true
    this.#cancelTimer()
    await this.#running
    const batch = new SampleBatchBuilder()
    for (const labels of this.#live.values()) batch.addStale(labels, this.#options.clock.now())
    this.#live = new Map()
    if (batch.size > 0) await this.#write(batch)
  }

  #schedule(afterMs: number): void {
    if (this.#isStopped) return
    const { clock, intervalMs } = this.#options
    const dueMs = (Math.floor(afterMs / intervalMs) + 1) * intervalMs
    this.#cancelTimer = clock.after(dueMs - clock.now(), () => {
      this.#running = this.#run(dueMs)
    })
  }

  async #run(timestampMs: number): Promise<void> {
    const { clock, gather } = this.#options
    const snapshots = await gather()
    await this.#write(this.#batchOf([...snapshots, upFamily()], timestampMs))
    await this.#describe(snapshots)
    this.#schedule(Math.max(timestampMs, clock.now()))
  }

  #batchOf(snapshots: readonly MetricSnapshot[], timestampMs: number): SampleBatchBuilder {
    const batch = new SampleBatchBuilder()
    const live = new Map<string, Labels>()
    const joined = new Map<string, Labels>()
    for (const { samples } of snapshots) {
      for (const { labels: bare, value } of samples) {
        const labels = this.#joined.get(bare.key) ?? bare.with(this.#options.labels)
        joined.set(bare.key, labels)
        live.set(labels.key, labels)
        batch.add(labels, timestampMs, value)
      }
    }
    for (const [key, labels] of this.#live) if (!live.has(key)) batch.addStale(labels, timestampMs)
    this.#live = live
    this.#joined = joined
    return batch
  }

  async #write(batch: SampleBatchBuilder): Promise<void> {
    await this.#options.writer.write(batch.build()).catch((error: unknown) => this.#told(error))
  }

  async #describe(snapshots: readonly MetricSnapshot[]): Promise<void> {
    const fresh = snapshots.map(({ metadata }) => metadata).filter(({ name }) => !this.#described.has(name))
    if (fresh.length === 0) return
    await this.#options.writer.writeMetadata(fresh).then(
      () => fresh.forEach(({ name }) => this.#described.add(name)),
      (error: unknown) => this.#told(error),
    )
  }

  #told(error: unknown): void {
    this.#options.logger.error({ loop: this.#options.name, reason: String(error) }, 'own samples were not stored')
  }
}

function upFamily(): MetricSnapshot {
  return new MetricFamily({ name: 'up', type: 'gauge', help: '1 if the target was scraped successfully, 0 if not' })
    .add(1)
    .snapshot()
}
