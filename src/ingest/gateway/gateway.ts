import type { Worker } from 'node:worker_threads'
import type { Span } from '../../model/span.ts'
import type { Counter, InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { startWorker, workerUrl } from '../../util/worker.ts'
import type { GatewayConfig } from './config.ts'
import type { FromGateway, ToGateway } from './gateway-message.ts'
import type { RecordPiece } from './record-reader.ts'

const CLOSE_GRACE_MS = 5_000
/** Nobody waits for the commit of a record; those of a second at once would hold a core up for long enough that calls notice. */
const COMMIT_INTERVAL_MS = 100
/** So many do not wait for the interval to end, nor does what would fill much of the room for records. */
const BATCH_SIZE = 1_000
const BATCH_SHARE = 1 / 4

export interface GatewayOptions {
  readonly config: GatewayConfig
  /** SHA-256 (hex) of the tokens that callers may show in `x-tetrascope-token`; none: everybody may call. */
  readonly tokens: readonly string[]
  readonly host: string
  readonly port: number
  /** Takes spans into the product. Resolves when they are safe: committed, or in a spool. Must not reject for a store that is away. */
  readonly takeSpans: (spans: readonly Span[]) => Promise<void>
  /** Calls of a model have begun (positive) or ended. */
  readonly onActive: (model: string, change: number) => void
  readonly clock: Clock
  readonly instruments: InstrumentRegistry
  readonly logger: Logger
}

/** The gateway, on a thread of its own: a heavy query on the main thread must never delay a token. */
export class Gateway {
  readonly #options: GatewayOptions
  readonly #dropped: Counter
  /** What has come since the last commit began. */
  #batch: Span[] = []
  #cancelCommit: (() => void) | undefined
  #worker: Worker | undefined
  #closed: (() => void) | undefined

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#dropped = options.instruments.counter({
      name: 'tetrascope_gateway_records_dropped_total',
      help: 'Calls that were passed on but not recorded, because too many records waited for the store or a call could not be read',
    })
  }

  /** Resolves with the port when calls are taken. Rejects with the listener's error (`code` EADDRINUSE and the like). */
  start(): Promise<number> {
    const { config, tokens, host, port } = this.#options
    const worker = startWorker(workerUrl('gateway-worker', import.meta.url), { config, tokens, host, port })
    this.#worker = worker
    return new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.on('message', (message: FromGateway) => {
        if (message.type === 'listening') resolve(message.port)
        else if (message.type === 'failed') reject(Object.assign(new Error(message.message), { code: message.code }))
        else this.#onMessage(message, worker)
      })
    })
  }

  /** Takes no new calls, waits a few seconds for those under way and for their records. Idempotent. */
  async stop(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    this.#worker = undefined
    void this.#commit(worker)
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve
      worker.once('exit', () => resolve())
    })
    const close: ToGateway = { type: 'close', graceMs: CLOSE_GRACE_MS }
    worker.postMessage(close)
    await closed
    await worker.terminate()
  }

  #onMessage(message: Exclude<FromGateway, { type: 'listening' | 'failed' }>, worker: Worker): void {
    switch (message.type) {
      case 'spans':
        return this.#onPiece(message, worker)
      case 'active':
        for (const [model, change] of Object.entries(message.changes)) this.#options.onActive(model, change)
        return
      case 'closed':
        return this.#closed?.()
    }
  }

  #onPiece({ spans, dropped }: RecordPiece, worker: Worker): void {
    if (dropped > 0) this.#dropped.add({}, dropped)
    this.#batch.push(...spans)
    const enough = Math.min(BATCH_SIZE, this.#options.config.queue_capacity * BATCH_SHARE)
    const isStopping = this.#worker === undefined
    if (isStopping || this.#batch.length >= enough) void this.#commit(worker)
    else this.#cancelCommit ??= this.#options.clock.after(COMMIT_INTERVAL_MS, () => void this.#commit(worker))
  }

  /** Batches wait for their commit side by side: the store puts together what waits. */
  async #commit(worker: Worker): Promise<void> {
    this.#cancelCommit?.()
    this.#cancelCommit = undefined
    const batch = this.#batch
    if (batch.length === 0) return
    this.#batch = []
    await this.#take(batch)
    const taken: ToGateway = { type: 'taken', count: batch.length }
    worker.postMessage(taken)
  }

  async #take(spans: readonly Span[]): Promise<void> {
    try {
      await this.#options.takeSpans(spans)
    } catch (error) {
      this.#dropped.add({}, spans.length)
      this.#options.logger.error({ err: error, spans: spans.length }, 'records of the gateway were lost')
    }
  }
}
