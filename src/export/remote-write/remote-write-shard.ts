import type { Logger } from '../../telemetry/log.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import { backoffDelays } from '../../util/backoff.ts'
import { type Clock, sleep } from '../../util/clock.ts'
import type { RemoteWriteConfig } from './config.ts'
import { encodeWriteRequest } from '../../storage/prometheus/encode-write-request.ts'
import type { RemoteWriteClient } from './remote-write-client.ts'
import type { RemoteWriteInstruments, RemoteWriteResult } from './remote-write-instruments.ts'

/** Some samples of a batch, not more than one request takes, and whom to tell when they have been dealt with. */
export interface Piece {
  readonly batch: SampleBatch
  /** Indexes of the samples in the batch. */
  readonly samples: readonly number[]
  readonly done: () => void
}

export interface ShardOptions {
  readonly name: string
  readonly config: RemoteWriteConfig['queue_config']
  readonly client: RemoteWriteClient
  readonly clock: Clock
  readonly random: () => number
  readonly instruments: RemoteWriteInstruments
  readonly logger: Logger
  /** Ends the shard; pieces that it still holds are never done. */
  readonly stopped: AbortSignal
}

/** Share of a delay that is random, so that the shards do not retry together. */
const JITTER = 0.2

/** Sends the samples of some series, in order, one request at a time. */
export class RemoteWriteShard {
  readonly #options: ShardOptions
  #pieces: Piece[] = []
  #samples = 0
  /** The oldest piece has waited as long as it may. */
  #due = false
  #cancelDeadline: () => void = () => {}
  #wake: () => void = () => {}
  #roomMade: Array<() => void> = []
  #failing = false

  constructor(options: ShardOptions) {
    this.#options = options
    options.stopped.addEventListener('abort', () => this.#wake(), { once: true })
  }

  /** Samples that wait or are being sent. */
  get pendingSamples(): number {
    return this.#samples
  }

  /** Whether the last attempt failed and is being repeated. */
  get isFailing(): boolean {
    return this.#failing
  }

  /** Whether the samples fit. An empty shard takes any piece. */
  hasRoomFor(sampleCount: number): boolean {
    return this.#samples === 0 || this.#samples + sampleCount <= this.#options.config.capacity
  }

  /** Resolves when a request has made room; also on stop. */
  room(): Promise<void> {
    if (this.#options.stopped.aborted) return Promise.resolve()
    return new Promise((resolve) => this.#roomMade.push(resolve))
  }

  push(piece: Piece): void {
    this.#pieces.push(piece)
    this.#samples += piece.samples.length
    if (this.#pieces.length === 1) this.#startDeadline()
    this.#wake()
  }

  /** Sends what comes until it is stopped. */
  async run(): Promise<void> {
    const { stopped } = this.#options
    while (!stopped.aborted) {
      if (this.#isBatchReady()) await this.#sendNext()
      else await new Promise<void>((resolve) => (this.#wake = resolve))
    }
    this.#cancelDeadline()
    for (const resolve of this.#roomMade.splice(0)) resolve()
  }

  #isBatchReady(): boolean {
    return this.#pieces.length > 0 && (this.#due || this.#samples >= this.#options.config.max_samples_per_send)
  }

  #startDeadline(): void {
    const { clock, config } = this.#options
    this.#due = false
    this.#cancelDeadline = clock.after(config.batch_send_deadline, () => {
      this.#due = true
      this.#wake()
    })
  }

  async #sendNext(): Promise<void> {
    const pieces = this.#takePieces()
    const sampleCount = pieces.reduce((total, { samples }) => total + samples.length, 0)
    const batch = this.#batchOf(pieces)
    const dealtWith = batch.values.length === 0 || (await this.#send(batch))
    this.#samples -= sampleCount
    if (!dealtWith) return
    for (const { done } of pieces) done()
    for (const resolve of this.#roomMade.splice(0)) resolve()
  }

  /** The oldest pieces that fit one request together. */
  #takePieces(): Piece[] {
    let size = 0
    const rest = this.#pieces.findIndex(
      ({ samples }) => (size += samples.length) > this.#options.config.max_samples_per_send,
    )
    const taken = this.#pieces.splice(0, rest === -1 ? this.#pieces.length : Math.max(1, rest))
    this.#cancelDeadline()
    if (this.#pieces.length > 0) this.#startDeadline()
    return taken
  }

  #batchOf(pieces: readonly Piece[]): SampleBatch {
    const { clock, config } = this.#options
    const oldestMs = config.sample_age_limit === 0 ? -Infinity : clock.now() - config.sample_age_limit
    const builder = new SampleBatchBuilder()
    let tooOld = 0
    for (const { batch, samples } of pieces) {
      for (const i of samples) {
        const labels = batch.labels[batch.series[i] ?? 0]
        const timestampMs = batch.timestampsMs[i] ?? 0
        if (labels === undefined) continue
        if (timestampMs < oldestMs) tooOld++
        else if (batch.stale[i] === 1) builder.addStale(labels, timestampMs)
        else builder.add(labels, timestampMs, batch.values[i] ?? NaN)
      }
    }
    this.#count('too_old', tooOld)
    return builder.build()
  }

  /** Tries until the receiver took or refused the batch; false when the shard was stopped before that. */
  async #send(batch: SampleBatch): Promise<boolean> {
    const { client, config, clock, random, stopped } = this.#options
    const body = encodeWriteRequest(batch)
    const backoff = { initialMs: config.min_backoff, maxMs: config.max_backoff, jitter: JITTER, random }
    for (const delayMs of backoffDelays(backoff)) {
      const outcome = await client.send(body, stopped)
      switch (outcome.kind) {
        case 'sent':
          this.#noteSent(batch, body)
          return true
        case 'refused':
          this.#count('refused', batch.values.length)
          this.#log('remote write was refused; these samples will not be sent again', outcome.reason, batch)
          return true
        case 'retry':
          if (stopped.aborted) return false
          this.#noteRetry(batch, outcome.reason)
          await sleep(clock, outcome.afterMs ?? delayMs, stopped)
      }
    }
    return false
  }

  #noteSent(batch: SampleBatch, body: Buffer): void {
    const { name, instruments } = this.#options
    this.#failing = false
    this.#count('sent', batch.values.length)
    instruments.sentBytes.add({ queue: name }, body.length)
    const newestMs = batch.timestampsMs.reduce((newest, timestampMs) => Math.max(newest, timestampMs), 0)
    instruments.highestSentTime.set({ queue: name }, newestMs / 1000)
  }

  #noteRetry(batch: SampleBatch, reason: string): void {
    this.#count('retried', batch.values.length)
    // Once per outage, not once per attempt.
    if (!this.#failing) this.#log('remote write fails and is tried again', reason, batch)
    this.#failing = true
  }

  #log(message: string, reason: string, batch: SampleBatch): void {
    this.#options.logger.warn({ queue: this.#options.name, reason, samples: batch.values.length }, message)
  }

  #count(result: RemoteWriteResult, count: number): void {
    if (count > 0) this.#options.instruments.samples.add({ queue: this.#options.name, result }, count)
  }
}
