import type { Worker } from 'node:worker_threads'
import type { Evaluation } from '../model/evaluation.ts'
import type { Event } from '../model/event.ts'
import type { LlmSpan, Request } from '../model/request.ts'
import type { RequestStore } from '../storage/request-store.ts'
import type { EvaluationStore } from '../storage/store.ts'
import type { InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import { backoffDelays } from '../util/backoff.ts'
import { BoundedQueue } from '../util/bounded-queue.ts'
import type { Clock } from '../util/clock.ts'
import { sleep } from '../util/clock.ts'
import { startWorker, workerUrl } from '../util/worker.ts'
import type { EvaluationConfig } from './config.ts'
import { EvaluationInstruments } from './evaluation-instruments.ts'
import type { EvaluationJob, EvaluationOutcome, WorkerMessage } from './evaluation-job.ts'
import { choiceOf } from './evaluators.ts'
import { inputOf, isOverlong } from './input-of.ts'
import { unpackEvaluations } from './packed-evaluations.ts'
import { Sampler } from './sampler.ts'

/** Batches that the worker has or waits for: while one is computed, the next is already there. */
const MAX_BATCHES_AT_WORKER = 2
/** Batches whose results are being committed; more than that, and the worker waits for the store. */
const MAX_BATCHES_AT_STORE = 4
const WRITE_ATTEMPTS = 5
/** A batch takes milliseconds. One that takes this long has met a defect, and the worker is replaced. */
const BATCH_TIMEOUT_MS = 60_000
const WORKER_RESTART_DELAY_MS = 1_000
const STOP_TIMEOUT_MS = 10_000

export interface EvaluationRunnerOptions {
  readonly config: EvaluationConfig
  readonly evaluations: EvaluationStore
  /** Where a request is read again when feedback about it arrives. */
  readonly requests: Pick<RequestStore, 'request'>
  readonly instruments: InstrumentRegistry
  readonly logger: Logger
  readonly clock: Clock
  readonly random: () => number
  /** Whether a request was deleted meanwhile: it is not evaluated any more. */
  readonly isForgotten?: (job: Pick<EvaluationJob, 'traceId' | 'spanId' | 'timeMs'>) => boolean
  /** Told of results as they come, before they are committed. */
  readonly onEvaluated?: (evaluations: readonly Evaluation[]) => void
}

/**
 * Evaluates requests as they arrive, on a thread of its own. Neither the sender nor the store of the requests waits
 * for it: what does not fit into the queue is dropped and counted.
 */
export class EvaluationRunner {
  readonly #options: EvaluationRunnerOptions
  readonly #instruments: EvaluationInstruments
  #config: EvaluationConfig
  #queue: BoundedQueue<EvaluationJob>
  #sampler: Sampler
  #worker: Worker | undefined
  /** Sizes of the batches that the worker has not answered, oldest first. */
  #atWorker: number[] = []
  #atStore = 0
  /** A worker has died and the next one is not due yet. */
  #isReplacing = false
  #state: 'new' | 'running' | 'stopping' | 'stopped' = 'new'
  #cancelTimeout: () => void = () => undefined
  #whenIdle: (() => void) | undefined

  constructor(options: EvaluationRunnerOptions) {
    this.#options = options
    this.#config = options.config
    this.#instruments = new EvaluationInstruments(options.instruments)
    this.#queue = new BoundedQueue(options.config.queue_capacity)
    this.#sampler = new Sampler(options.config, options.clock)
  }

  /** From now on requests are taken. The thread begins with the first of them: a product that only scrapes does not pay for it. */
  start(): void {
    if (this.#state !== 'new') return
    this.#state = 'running'
    this.#pump()
  }

  /**
   * Takes over a configuration, with evaluators of the user's own read anew. What waits is judged by the new evaluators; what a smaller queue
   * does not hold is dropped and counted.
   */
  apply(config: EvaluationConfig): void {
    // A policy that stays goes on counting where it was.
    if (JSON.stringify(policyOf(config)) !== JSON.stringify(policyOf(this.#config)))
      this.#sampler = new Sampler(config, this.#options.clock)
    this.#config = config
    const waiting = this.#queue.take(this.#queue.size)
    this.#queue = new BoundedQueue(config.queue_capacity)
    this.#instruments.dropped('queue_full', waiting.filter((job) => !this.#queue.push(job)).length)
    this.#worker?.postMessage({ choice: choiceOf(config) } satisfies WorkerMessage)
    this.#pump()
  }

  /** Takes a share of the requests for evaluation and returns at once. */
  onRequests(requests: readonly Request[]): void {
    if (!this.#accepts()) return
    for (const { span } of requests) {
      const { depth } = this.#sampler.decide(span)
      if (depth !== 'none') this.#enqueue(span, depth)
    }
    this.#pump()
  }

  /** Evaluates requests in full on which feedback has arrived and which the sampling policy had passed over. */
  async onEvents(events: readonly Event[]): Promise<void> {
    if (!this.#accepts() || !this.#config.sampling.always.feedback) return
    for (const event of events) {
      if (event.type !== 'feedback' || event.spanId === '') continue
      const request = await this.#lookUp(event)
      if (request !== undefined && this.#sampler.decided(request.span).depth !== 'all')
        this.#enqueue(request.span, 'all')
    }
    this.#pump()
  }

  async #lookUp({ traceId, spanId }: Event): Promise<Request | undefined> {
    try {
      return await this.#options.requests.request(traceId, spanId)
    } catch (error) {
      this.#instruments.dropped('lookup_failed', 1)
      this.#options.logger.warn({ err: error, traceId, spanId }, 'a request with feedback cannot be read')
      return undefined
    }
  }

  /** Takes in results that came about elsewhere: counted, told and committed like its own. Resolves when that is done, or given up and counted. */
  async record(evaluations: readonly Evaluation[]): Promise<void> {
    this.#instruments.evaluated(evaluations)
    this.#options.onEvaluated?.(evaluations)
    if (!(await this.#tryToWrite(evaluations))) this.#instruments.dropped('store_failed', evaluations.length)
  }

  /** Resolves when everything that was taken is evaluated and committed. Who waits for that keeps the process alive. */
  async drained(): Promise<void> {
    this.#worker?.ref()
    while (!this.#isIdle()) await new Promise<void>((resolve) => (this.#whenIdle = resolve))
    if (this.#state === 'running') this.#worker?.unref()
  }

  /** Takes nothing more, finishes what waits for at most ten seconds, counts what is left, ends the worker. Idempotent. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') {
      if (this.#state === 'new') this.#state = 'stopped'
      return
    }
    this.#state = 'stopping'
    this.#worker?.ref()
    await Promise.race([this.drained(), sleep(this.#options.clock, STOP_TIMEOUT_MS)])
    this.#state = 'stopped'
    this.#cancelTimeout()
    this.#instruments.dropped('stopped', this.#queue.size + this.#atWorker.reduce((sum, size) => sum + size, 0))
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  /** What the user has declared runs in any case: naming built-in evaluators is about those. */
  #accepts(): boolean {
    return this.#config.enabled && (this.#state === 'new' || this.#state === 'running')
  }

  #enqueue(span: LlmSpan, depth: EvaluationJob['depth']): void {
    if (span.kind !== 'llm') return
    const input = inputOf(span)
    if (input.prompt === '' && input.response === '') return
    if (isOverlong(input)) this.#instruments.overlong()
    const job = { traceId: span.traceId, spanId: span.spanId, timeMs: span.startMs, input, depth }
    if (!this.#queue.push(job)) this.#instruments.dropped('queue_full', 1)
  }

  /** Hands batches to the worker as long as it and the store keep up. */
  #pump(): void {
    if (this.#worker === undefined && this.#queue.size > 0 && !this.#isReplacing) this.#startWorker()
    const worker = this.#worker
    if (worker !== undefined) {
      while (this.#queue.size > 0 && this.#hasRoom()) this.#hand(worker, this.#nextBatch())
    }
    this.#instruments.waiting(this.#queue.size)
    if (this.#isIdle()) this.#whenIdle?.()
  }

  #hand(worker: Worker, jobs: readonly EvaluationJob[]): void {
    if (jobs.length === 0) return
    this.#atWorker.push(jobs.length)
    if (this.#atWorker.length === 1) this.#watchWorker(worker)
    worker.postMessage({ jobs } satisfies WorkerMessage)
  }

  /** When more waits than half of the queue holds, breadth comes before depth: every request gets the cheap evaluators. */
  #nextBatch(): readonly EvaluationJob[] {
    const isBehind = this.#queue.size > this.#queue.capacity / 2
    const jobs = this.#wanted(this.#queue.take(this.#config.batch_size))
    if (!isBehind) return jobs
    return jobs.map((job) => {
      if (job.depth === 'all') this.#instruments.reduced()
      return { ...job, depth: 'cheap' }
    })
  }

  #hasRoom(): boolean {
    return this.#atWorker.length < MAX_BATCHES_AT_WORKER && this.#atStore < MAX_BATCHES_AT_STORE
  }

  #isIdle(): boolean {
    return this.#queue.size === 0 && this.#atWorker.length === 0 && this.#atStore === 0
  }

  #startWorker(): void {
    const worker = startWorker(workerUrl('evaluation-worker', import.meta.url), choiceOf(this.#config))
    worker.on('message', (outcome: EvaluationOutcome) => this.#onOutcome(worker, outcome))
    worker.on('error', (error) => this.#replaceWorker(worker, error.message))
    worker.on('exit', (code) => this.#replaceWorker(worker, `exit code ${code}`))
    // The listeners of the product keep the process alive, not this thread.
    worker.unref()
    this.#worker = worker
  }

  #watchWorker(worker: Worker): void {
    this.#cancelTimeout = this.#options.clock.after(BATCH_TIMEOUT_MS, () => {
      this.#replaceWorker(worker, `no answer within ${BATCH_TIMEOUT_MS} ms`)
    })
  }

  #onOutcome(worker: Worker, outcome: EvaluationOutcome): void {
    if (worker !== this.#worker) return
    this.#cancelTimeout()
    this.#atWorker.shift()
    if (this.#atWorker.length > 0) this.#watchWorker(worker)
    for (const { evaluator, message } of outcome.failures) {
      this.#instruments.failed(evaluator)
      this.#options.logger.error({ evaluator, error: message }, 'evaluator failed')
    }
    const evaluations = this.#wanted(unpackEvaluations(outcome.evaluations))
    this.#instruments.evaluated(evaluations)
    this.#options.onEvaluated?.(evaluations)
    for (const measured of outcome.diversity) this.#instruments.diversity(measured)
    void this.#write(evaluations)
    this.#pump()
  }

  /** Without what belongs to deleted requests. */
  #wanted<Item extends Pick<EvaluationJob, 'traceId' | 'spanId' | 'timeMs'>>(items: readonly Item[]): readonly Item[] {
    const { isForgotten } = this.#options
    return isForgotten === undefined ? items : items.filter((item) => !isForgotten(item))
  }

  async #write(evaluations: readonly Evaluation[]): Promise<void> {
    this.#atStore++
    const isWritten = await this.#tryToWrite(evaluations)
    this.#atStore--
    if (!isWritten) this.#instruments.dropped('store_failed', evaluations.length)
    this.#pump()
  }

  async #tryToWrite(evaluations: readonly Evaluation[]): Promise<boolean> {
    if (evaluations.length === 0) return true
    const delays = backoffDelays({ initialMs: 200, maxMs: 5_000, jitter: 0.2, random: this.#options.random })
    for (let attempt = 1; attempt <= WRITE_ATTEMPTS; attempt++) {
      try {
        await this.#options.evaluations.writeEvaluations(evaluations)
        return true
      } catch (error) {
        this.#options.logger.warn(
          { err: error, attempt, results: evaluations.length },
          'evaluations are not stored yet',
        )
      }
      if (attempt < WRITE_ATTEMPTS) await sleep(this.#options.clock, delays.next().value)
    }
    return false
  }

  /** A worker that died or hangs takes its batches with it, for they may be the cause; a new one goes on with the next. */
  #replaceWorker(worker: Worker, reason: string): void {
    if (worker !== this.#worker || this.#state === 'stopped') return
    this.#worker = undefined
    this.#cancelTimeout()
    const lost = this.#atWorker.reduce((sum, size) => sum + size, 0)
    this.#atWorker = []
    this.#instruments.dropped('worker_failed', lost)
    this.#options.logger.error({ reason, lost }, 'the evaluation worker failed and is started again')
    void worker.terminate()
    this.#isReplacing = true
    this.#options.clock.after(WORKER_RESTART_DELAY_MS, () => {
      this.#isReplacing = false
      if (this.#state !== 'stopped') this.#pump()
    })
  }
}

/** What decides which requests are read. */
function policyOf({ sampling, cheap_for_all: cheapForAll }: EvaluationConfig): object {
  return { sampling, cheapForAll }
}
