import type { Worker } from 'node:worker_threads'
import type { Counter, InstrumentRegistry } from '../../../telemetry/instruments.ts'
import type { Logger } from '../../../telemetry/log.ts'
import type { Clock } from '../../../util/clock.ts'
import { startWorker, workerUrl } from '../../../util/worker.ts'
import type { Job, LeafJob, WritingJob } from './job.ts'
import { BLOCK_VALUES, createSharedMemory, SharedBlocks } from './shared-blocks.ts'

/** Values to be computed or written, the cost of all else counted as so many more, from which on it pays to divide a job: some milliseconds. */
const MIN_WORK = 200_000
/** A thread that is not wanted for so long is ended; its memory counts when nobody asks. */
const IDLE_MS = 5 * 60_000
/** After a failure all is computed by the main thread for a while. */
const RESTART_DELAY_MS = 30_000
/** Little lives longer than a series; without a bound it would fill the room that the main thread is given before anything is collected. */
const YOUNG_GENERATION_MB = 8

export interface SecondThreadOptions {
  readonly clock: Clock
  readonly instruments: InstrumentRegistry
  readonly logger: Pick<Logger, 'error'>
  /** Jobs of less work are not divided. For tests. */
  readonly minWork?: number
  /** Blocks are computed by the second thread only, however long that takes. For tests. */
  readonly takesAll?: boolean
  /** Sees each thread as it is started. For tests. */
  readonly onStart?: (worker: Worker) => void
}

/** The second thread in the service of one job. */
export interface Lease {
  readonly job: number
  readonly blocks: SharedBlocks
  /** See `SecondThreadOptions`. */
  readonly takesAll: boolean
  /** The thread has failed: nobody will give blocks back. */
  readonly isBroken: boolean
  end(blocksOfSecond: number, blocksOfMain: number): void
}

/**
 * A thread that computes leaves and writes answers beside the main one. It is started when it is wanted first. It serves one job at a time; others that
 * come meanwhile are done by the main thread alone, which has to share itself between them anyway.
 */
export class SecondThread {
  readonly #options: SecondThreadOptions
  readonly #failures: Counter
  readonly #blocksComputed: Counter<'thread'>
  #running: { readonly worker: Worker; readonly blocks: SharedBlocks } | undefined
  #lease: { isBroken: boolean } | undefined
  #lastJob = 0
  #notBeforeMs = -Infinity
  #isStopped = false
  #cancelIdle: () => void = () => {}

  constructor(options: SecondThreadOptions) {
    this.#options = options
    const { instruments } = options
    this.#failures = instruments.counter({
      name: 'tetrascope_query_thread_failures_total',
      help: 'Times that the second thread of queries ended by itself; the main thread then computes alone.',
    })
    this.#blocksComputed = instruments.counter({
      name: 'tetrascope_query_blocks_total',
      help: 'Blocks of series of queries that were divided between two threads, by the thread that computed them.',
      labelNames: ['thread'],
    })
  }

  /** Undefined when there is little work, in values, or the thread is not to be had. The lease must be ended. */
  lend(job: LeafJob | WritingJob, work: number): Lease | undefined {
    const { clock, minWork = MIN_WORK, takesAll = false } = this.#options
    if (work < minWork || job.stepCount > BLOCK_VALUES || job.stepCount === 0) return undefined
    if (this.#isStopped || this.#lease !== undefined || clock.now() < this.#notBeforeMs) return undefined
    this.#cancelIdle()
    const { worker, blocks } = (this.#running ??= this.#start())
    const id = ++this.#lastJob
    blocks.begin(id)
    worker.postMessage({ ...job, id } satisfies Job)
    const end = (bySecond: number, byMain: number): void => this.#end(blocks, bySecond, byMain)
    const lease = { job: id, blocks, takesAll, isBroken: false, end }
    this.#lease = lease
    return lease
  }

  /** Ends the thread; queries go on without it. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#letGo()
  }

  #start(): { readonly worker: Worker; readonly blocks: SharedBlocks } {
    const memory = createSharedMemory()
    const worker = startWorker(workerUrl('second-thread-worker', import.meta.url), memory, {
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
    })
    worker.on('error', (error) => this.#onFailure(worker, error.message))
    worker.on('exit', (code) => this.#onFailure(worker, `exit code ${code}`))
    // The listeners of the product keep the process alive, not this thread.
    worker.unref()
    this.#options.onStart?.(worker)
    return { worker, blocks: new SharedBlocks(memory) }
  }

  #end(blocks: SharedBlocks, bySecond: number, byMain: number): void {
    blocks.end()
    this.#lease = undefined
    this.#blocksComputed.add({ thread: 'second' }, bySecond)
    this.#blocksComputed.add({ thread: 'main' }, byMain)
    this.#cancelIdle = this.#options.clock.after(IDLE_MS, () => void this.#letGo())
  }

  async #letGo(): Promise<void> {
    this.#cancelIdle()
    if (this.#lease !== undefined) this.#lease.isBroken = true
    const worker = this.#running?.worker
    this.#running = undefined
    await worker?.terminate()
  }

  #onFailure(worker: Worker, reason: string): void {
    if (worker !== this.#running?.worker) return
    this.#running = undefined
    if (this.#lease !== undefined) this.#lease.isBroken = true
    this.#notBeforeMs = this.#options.clock.now() + RESTART_DELAY_MS
    this.#failures.add({}, 1)
    this.#options.logger.error({ reason }, 'the second thread of queries failed; they go on without it')
    void worker.terminate()
  }
}
