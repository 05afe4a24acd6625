import type { Logger } from '../../telemetry/log.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import type { Exemplar } from '../../model/series.ts'
import { backoffDelays } from '../../util/backoff.ts'
import { type Clock, sleep } from '../../util/clock.ts'
import type { RemoteWriteConfig } from './config.ts'
import { encodeWriteRequest } from '../../storage/prometheus/encode-write-request.ts'
import type { RemoteWriteClient } from './remote-write-client.ts'
import type { RemoteWriteInstruments, RemoteWriteResult } from './remote-write-instruments.ts'

/** Some samples of a batch, or some exemplars, not more than one request takes, and whom to tell when they have been dealt with. */
export interface Piece {
  readonly batch: SampleBatch
  /** Indexes of the samples in the batch. */
  readonly samples: readonly number[]
  readonly exemplars: readonly Exemplar[]
  readonly done: () => void
}

/** What a request and a shard have a bound of. */
export function sizeOf({ samples, exemplars }: Pick<Piece, 'samples' | 'exemplars'>): number {
  return samples.length + exemplars.length
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

/** What one request brings. */
interface Outgoing {
  readonly batch: SampleBatch
  readonly exemplars: readonly Exemplar[]
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

  /** Samples and exemplars that wait or are being sent. */
  get pendingSamples(): number {
    return this.#samples
  }

  /** Whether the last attempt failed and is being repeated. */
  get isFailing(): boolean {
    return this.#failing
  }

  /** Whether so many more fit. An empty shard takes any piece. */
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
    this.#samples += sizeOf(piece)
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
    const sampleCount = pieces.reduce((total, piece) => total + sizeOf(piece), 0)
    const request = { batch: this.#batchOf(pieces), exemplars: this.#exemplarsOf(pieces) }
    const isEmpty = request.batch.values.length === 0 && request.exemplars.length === 0
    const dealtWith = isEmpty || (await this.#send(request))
    this.#samples -= sampleCount
    if (!dealtWith) return
    for (const { done } of pieces) done()
    for (const resolve of this.#roomMade.splice(0)) resolve()
  }

  /** The oldest pieces that fit one request together. */
  #takePieces(): Piece[] {
    let size = 0
    const rest = this.#pieces.findIndex((piece) => (size += sizeOf(piece)) > this.#options.config.max_samples_per_send)
    const taken = this.#pieces.splice(0, rest === -1 ? this.#pieces.length : Math.max(1, rest))
    this.#cancelDeadline()
    if (this.#pieces.length > 0) this.#startDeadline()
    return taken
  }

  #batchOf(pieces: readonly Piece[]): SampleBatch {
    const oldestMs = this.#oldestMs()
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

  #exemplarsOf(pieces: readonly Piece[]): readonly Exemplar[] {
    const all = pieces.flatMap(({ exemplars }) => exemplars)
    const oldestMs = this.#oldestMs()
    const wanted = all.filter(({ timestampMs }) => timestampMs >= oldestMs)
    this.#count('too_old', 0, all.length - wanted.length)
    return wanted
  }

  #oldestMs(): number {
    const { clock, config } = this.#options
    return config.sample_age_limit === 0 ? -Infinity : clock.now() - config.sample_age_limit
  }

  /** Tries until the receiver took or refused the batch; false when the shard was stopped before that. */
  async #send(request: Outgoing): Promise<boolean> {
    const { client, config, clock, random, stopped } = this.#options
    const { batch, exemplars } = request
    const body = encodeWriteRequest(batch, [], exemplars)
    const backoff = { initialMs: config.min_backoff, maxMs: config.max_backoff, jitter: JITTER, random }
    for (const delayMs of backoffDelays(backoff)) {
      const outcome = await client.send(body, stopped)
      switch (outcome.kind) {
        case 'sent':
          this.#noteSent(request, body)
          return true
        case 'refused':
          this.#count('refused', batch.values.length, exemplars.length)
          this.#log('remote write was refused; these samples will not be sent again', outcome.reason, request)
          return true
        case 'retry':
          if (stopped.aborted) return false
          this.#noteRetry(request, outcome.reason)
          await sleep(clock, outcome.afterMs ?? delayMs, stopped)
      }
    }
    return false
  }

  #noteSent({ batch, exemplars }: Outgoing, body: Buffer): void {
    const { name, instruments } = this.#options
    this.#failing = false
    this.#count('sent', batch.values.length, exemplars.length)
    instruments.sentBytes.add({ queue: name }, body.length)
    if (batch.values.length === 0) return
    const newestMs = batch.timestampsMs.reduce((newest, timestampMs) => Math.max(newest, timestampMs), 0)
    instruments.highestSentTime.set({ queue: name }, newestMs / 1000)
  }

  #noteRetry(request: Outgoing, reason: string): void {
    this.#count('retried', request.batch.values.length, request.exemplars.length)
    // Once per outage, not once per attempt.
    if (!this.#failing) this.#log('remote write fails and is tried again', reason, request)
    this.#failing = true
  }

  #log(message: string, reason: string, { batch, exemplars }: Outgoing): void {
    const sizes = { samples: batch.values.length, exemplars: exemplars.length }
    this.#options.logger.warn({ queue: this.#options.name, reason, ...sizes }, message)
  }

  #count(result: RemoteWriteResult, samples: number, exemplars = 0): void {
    const { name: queue, instruments } = this.#options
    if (samples > 0) instruments.samples.add({ queue, result }, samples)
    if (exemplars > 0) instruments.exemplars.add({ queue, result }, exemplars)
  }
}
