import { setMaxListeners } from 'node:events'
import type { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata } from '../../model/series.ts'
import { decodeRecord, encodeBatch } from '../../storage/spool/batch-encoding.ts'
import type { SpoolInstruments } from '../../storage/spool/spool-instruments.ts'
import { Spool } from '../../storage/spool/spool.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { fnv1a } from '../../util/fnv.ts'
import { queueName, type RemoteWriteConfig } from './config.ts'
import { outgoingBatch, outgoingExemplars } from './outgoing-batch.ts'
import { encodeWriteRequest } from '../../storage/prometheus/encode-write-request.ts'
import { RemoteWriteClient } from './remote-write-client.ts'
import type { RemoteWriteInstruments } from './remote-write-instruments.ts'
import { type Piece, RemoteWriteShard, sizeOf } from './remote-write-shard.ts'

export interface RemoteWriteQueueOptions {
  readonly config: RemoteWriteConfig
  /** Directory of this queue alone. */
  readonly directory: string
  /** Bound of what waits on disk while the receiver is away; the oldest is dropped. */
  readonly maxSpoolBytes?: number
  /** `global.external_labels`: added to series that do not have them. */
  readonly externalLabels: Readonly<Record<string, string>>
  readonly userAgent: string
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly instruments: RemoteWriteInstruments
  readonly spoolInstruments: SpoolInstruments
  readonly logger: Logger
}

const DEFAULT_MAX_SPOOL_BYTES = 512 * 1024 * 1024
const SPOOL_SEGMENT_BYTES = 1024 * 1024
/** Batches that may be on their way from the disk to the shards at once. */
const SPOOL_CONCURRENCY = 64
const NOTHING = new SampleBatchBuilder().build()
/** Metric families whose metadata is remembered to be sent. */
const MAX_METADATA = 10_000

/**
 * Sends samples to one remote write receiver. Each batch goes to disk first (it survives the end of this process), from there to shards that
 * send side by side; a series always goes through the same shard, so that its samples arrive in order. While the receiver fails,
 * batches wait on disk. More shards are added while the receiver keeps up with each but not with all.
 */
export class RemoteWriteQueue {
  readonly #options: RemoteWriteQueueOptions
  readonly #name: string
  readonly #client: RemoteWriteClient
  readonly #spool: Spool
  readonly #stopped = new AbortController()
  readonly #metadata = new Map<string, MetricMetadata>()
  #shards: RemoteWriteShard[] = []
  #running: Array<Promise<void>> = []
  /** Batches are spread over the shards one after the other, in the order in which they were written. */
  #spreading: Promise<void> = Promise.resolve()
  /** Gives up a record that the shards have not dealt with. */
  readonly #underWay = new Set<() => void>()
  #cancelMetadata: () => void = () => {}

  private constructor(options: RemoteWriteQueueOptions, spool: Spool) {
    this.#options = options
    this.#name = queueName(options.config)
    this.#spool = spool
    this.#client = new RemoteWriteClient(options.config, options.userAgent)
    // Each shard listens, and so does its request or its pause; more would be a leak.
    setMaxListeners(options.config.queue_config.max_shards * 2 + 2, this.#stopped.signal)
  }

  /** Opens the queue and goes on with what an earlier process left. Rejects when the directory cannot be used. */
  static async start(options: RemoteWriteQueueOptions): Promise<RemoteWriteQueue> {
    const spool = await Spool.open({
      name: `remote_write ${queueName(options.config)}`,
      directory: options.directory,
      maxSizeBytes: options.maxSpoolBytes ?? DEFAULT_MAX_SPOOL_BYTES,
      segmentSizeBytes: SPOOL_SEGMENT_BYTES,
      // The store has the samples safely on disk; what the loss of power takes here is missing at the receiver only.
      fsync: 'never',
      concurrency: SPOOL_CONCURRENCY,
      // Not asked before `spool.start`.
      sink: (record) => queue.#take(record),
      clock: options.clock,
      random: options.random,
      instruments: options.spoolInstruments,
    })
    const queue = new RemoteWriteQueue(options, spool)
    queue.#addShards(options.config.queue_config.min_shards)
    spool.start()
    queue.#scheduleMetadata()
    return queue
  }

  /** Takes a batch to be sent. Resolves when it is on disk, or when it was dropped for want of disk (counted). */
  async offer(batch: SampleBatch): Promise<void> {
    const { config, externalLabels, instruments } = this.#options
    const outgoing = outgoingBatch(batch, { externalLabels, rules: config.write_relabel_configs })
    const dropped = batch.values.length - outgoing.values.length
    if (dropped > 0) instruments.samples.add({ queue: this.#name, result: 'dropped_by_rule' }, dropped)
    if (outgoing.values.length === 0) return
    const spooled = await this.#spool.append(encodeBatch(outgoing))
    if (!spooled) instruments.samples.add({ queue: this.#name, result: 'unspoolable' }, outgoing.values.length)
  }

  /** Takes exemplars like a batch, where they are to be sent; behind the batch that they came with, which they are only taken after. */
  async offerExemplars(exemplars: readonly Exemplar[]): Promise<void> {
    const { config, externalLabels, instruments } = this.#options
    if (!config.send_exemplars) return
    const outgoing = outgoingExemplars(exemplars, { externalLabels, rules: config.write_relabel_configs })
    const dropped = exemplars.length - outgoing.length
    if (dropped > 0) instruments.exemplars.add({ queue: this.#name, result: 'dropped_by_rule' }, dropped)
    if (outgoing.length === 0) return
    const spooled = await this.#spool.append(encodeBatch(NOTHING, outgoing))
    if (!spooled) instruments.exemplars.add({ queue: this.#name, result: 'unspoolable' }, outgoing.length)
  }

  /** Remembers metadata; all of it is sent every `metadata_config.send_interval`. */
  offerMetadata(metadata: readonly MetricMetadata[]): void {
    for (const entry of metadata) {
      if (this.#metadata.size < MAX_METADATA || this.#metadata.has(entry.name)) this.#metadata.set(entry.name, entry)
    }
  }

  /** Ends the requests under way; what was not sent waits on disk for the next process. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#cancelMetadata()
    await Promise.all(this.#running)
    for (const giveUp of this.#underWay) giveUp()
    await this.#spool.stop()
    await this.#client.close()
  }

  #addShards(count: number): void {
    const { config, clock, random, instruments, logger } = this.#options
    for (let i = 0; i < count; i++) {
      const shard = new RemoteWriteShard({
        name: this.#name,
        config: config.queue_config,
        client: this.#client,
        clock,
        random,
        instruments,
        logger,
        stopped: this.#stopped.signal,
      })
      this.#shards.push(shard)
      this.#running.push(shard.run())
    }
    instruments.shards.set({ queue: this.#name }, this.#shards.length)
  }

  /** Resolves when every sample of the record was sent or refused. Rejects on stop, so that the record stays in the spool. */
  #take(record: Buffer): Promise<'taken' | 'unusable'> {
    let decoded: ReturnType<typeof decodeRecord>
    try {
      decoded = decodeRecord(record)
    } catch {
      return Promise.resolve('unusable')
    }
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(new Error('the queue was stopped'))
      this.#underWay.add(giveUp)
      const done = (): void => {
        this.#underWay.delete(giveUp)
        resolve('taken')
      }
      this.#spreading = this.#spreading.then(() => this.#spread(decoded, done))
    })
  }

  /** Gives each sample and exemplar to the shard of its series, waiting for room. `done` is called when the last of them was dealt with. */
  async #spread(record: ReturnType<typeof decodeRecord>, done: () => void): Promise<void> {
    if (this.#isTooSlow()) await this.#growWhenIdle()
    const parts = this.#partsOf(record)
    let left = parts.reduce((total, { pieces }) => total + pieces.length, 0)
    if (left === 0) done()
    for (const { shard, pieces } of parts) {
      for (const part of pieces) {
        const piece: Piece = { ...part, batch: record.batch, done: () => --left === 0 && done() }
        while (!shard.hasRoomFor(sizeOf(piece)) && !this.#stopped.signal.aborted) await shard.room()
        shard.push(piece)
      }
    }
    this.#showPending()
  }

  /** What the record holds by shard, in pieces that fit a request. */
  #partsOf({ batch, exemplars }: ReturnType<typeof decodeRecord>): Array<{ shard: RemoteWriteShard; pieces: Part[] }> {
    const shardOf = ({ key }: Labels): number => fnv1a(key) % this.#shards.length
    const shardOfSeries = batch.labels.map(shardOf)
    const samples: number[][] = this.#shards.map(() => [])
    for (let i = 0; i < batch.series.length; i++) samples[shardOfSeries[batch.series[i] ?? 0] ?? 0]?.push(i)
    const ofShard: Exemplar[][] = this.#shards.map(() => [])
    for (const exemplar of exemplars) ofShard[shardOf(exemplar.seriesLabels)]?.push(exemplar)
    const size = this.#options.config.queue_config.max_samples_per_send
    return this.#shards.map((shard, i) => ({
      shard,
      pieces: [
        ...chunksOf(samples[i] ?? [], size).map((chunk) => ({ samples: chunk, exemplars: [] })),
        ...chunksOf(ofShard[i] ?? [], size).map((chunk) => ({ samples: [], exemplars: chunk })),
      ],
    }))
  }

  /** All shards are busy without failing: the receiver could take more side by side. */
  #isTooSlow(): boolean {
    const { capacity, max_shards: max } = this.#options.config.queue_config
    return (
      this.#shards.length < max &&
      this.#shards.every((shard) => !shard.isFailing && shard.pendingSamples > capacity / 2)
    )
  }

  /** Doubles the shards. Series change their shard by that, so everything under way must have arrived before. */
  async #growWhenIdle(): Promise<void> {
    for (const shard of this.#shards) {
      while (shard.pendingSamples > 0 && !this.#stopped.signal.aborted) await shard.room()
    }
    const { max_shards: max } = this.#options.config.queue_config
    this.#addShards(Math.min(this.#shards.length, max - this.#shards.length))
  }

  #scheduleMetadata(): void {
    const { config, clock } = this.#options
    if (!config.metadata_config.send) return
    this.#cancelMetadata = clock.after(config.metadata_config.send_interval, () => {
      void this.#sendMetadata()
      this.#scheduleMetadata()
    })
  }

  /** Once: what does not arrive is sent with the next round. */
  async #sendMetadata(): Promise<void> {
    const all = [...this.#metadata.values()]
    for (const part of chunksOf(all, this.#options.config.metadata_config.max_samples_per_send)) {
      const outcome = await this.#client.send(encodeWriteRequest(NOTHING, part), this.#stopped.signal)
      if (outcome.kind === 'sent' || this.#stopped.signal.aborted) continue
      this.#options.logger.warn({ queue: this.#name, reason: outcome.reason }, 'remote write did not take the metadata')
    }
  }

  #showPending(): void {
    const pending = this.#shards.reduce((total, { pendingSamples }) => total + pendingSamples, 0)
    this.#options.instruments.pendingSamples.set({ queue: this.#name }, pending)
  }
}

type Part = Pick<Piece, 'samples' | 'exemplars'>

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}
