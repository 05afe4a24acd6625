import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import type { Evaluation } from '../model/evaluation.ts'
import { isLlmSpan, type LlmSpan } from '../model/request.ts'
import type { RequestRow, RequestStore } from '../storage/request-store.ts'
import type { TimeRange } from '../storage/sample-store.ts'
import type { EvaluationStore } from '../storage/store.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { startWorker, workerUrl } from '../util/worker.ts'
import type { EvaluationConfig } from './config.ts'
import type { EvaluationJob, EvaluationOutcome, EvaluatorFailure, WorkerMessage } from './evaluation-job.ts'
import { checkChoice, choiceOf } from './evaluators.ts'
import { inputOf } from './input-of.ts'
import { unpackEvaluations } from './packed-evaluations.ts'

/** Requests that are read, evaluated and committed at once. */
const PAGE_SIZE = 100
/** A page takes milliseconds; one that takes this long has met a defect. */
const PAGE_TIMEOUT_MS = 60_000

export interface ReevaluationOptions {
  readonly config: EvaluationConfig
  readonly evaluations: Pick<EvaluationStore, 'writeEvaluations'>
  readonly requests: Pick<RequestStore, 'listRequests' | 'request' | 'totals'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Which requests are evaluated again, and by what. */
export interface ReevaluationQuestion {
  readonly range: TimeRange
  /** Undefined: all that the configuration chooses. */
  readonly evaluators: readonly string[] | undefined
  /** Undefined: every model. */
  readonly model: string | undefined
}

export interface ReevaluationProgress {
  readonly state: 'running' | 'done' | 'failed' | 'stopped'
  readonly startedMs: number
  readonly endedMs: number | undefined
  readonly question: ReevaluationQuestion
  /** Requests of the range, as they were counted at the beginning. */
  readonly total: number
  readonly requests: number
  /** Results that are committed. */
  readonly evaluations: number
  /** Times that an evaluator threw, or could not be loaded. */
  readonly failures: number
  /** Why it failed; '' otherwise. */
  readonly error: string
}

/** Requests are being evaluated again already. */
export class ReevaluationRunningError extends Error {
  constructor(startedMs: number) {
    super(`requests are being evaluated again since ${new Date(startedMs).toISOString()}; that has to end first`)
    this.name = 'ReevaluationRunningError'
  }
}

/**
 * Evaluates stored requests again, as after a new version of an evaluator. Results of another version stand beside the earlier ones, those of
 * the same version take their place. They are rows only: the series tell of requests when they happen, and are not told again. On a thread
 * of its own, a page at a time, so that live requests do not wait.
 */
export class Reevaluation {
  readonly #options: ReevaluationOptions
  #config: EvaluationConfig
  #progress: ReevaluationProgress | undefined
  #running: Promise<void> | undefined
  #isStopped = false

  constructor(options: ReevaluationOptions) {
    this.#options = options
    this.#config = options.config
  }

  /** Takes over a configuration; a run under way ends by the one that it began with. */
  apply(config: EvaluationConfig): void {
    this.#config = config
  }

  /** Of the run under way, or of the last one; undefined before the first. */
  get progress(): ReevaluationProgress | undefined {
    return this.#progress
  }

  /** Begins. Rejects with `ReevaluationRunningError`, `UnknownEvaluatorError`, or what the store says. */
  async start(question: ReevaluationQuestion): Promise<ReevaluationProgress> {
    const known = this.#progress
    if (known?.state === 'running') throw new ReevaluationRunningError(known.startedMs)
    const choice = choiceOf(this.#config)
    checkChoice({ ...choice, names: question.evaluators })
    const startedMs = this.#options.clock.now()
    const counts = { total: 0, requests: 0, evaluations: 0, failures: 0 }
    const begun = { state: 'running' as const, startedMs, endedMs: undefined, question, ...counts, error: '' }
    this.#progress = begun
    try {
      this.#progress = { ...begun, total: await this.#count(question) }
    } catch (error) {
      this.#end('failed', error instanceof Error ? error.message : String(error))
      throw error
    }
    const worker = startWorker(workerUrl('evaluation-worker', import.meta.url), {
      ...choice,
      names: question.evaluators ?? choice.names,
    })
    this.#running = this.#run(worker, question)
    return this.#progress
  }

  /** Resolves when the run under way has ended. */
  async ended(): Promise<void> {
    await this.#running
  }

  /** Ends after the page under way. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #run(worker: Worker, question: ReevaluationQuestion): Promise<void> {
    try {
      let cursor: string | undefined
      do {
        cursor = await this.#page(worker, question, cursor)
      } while (cursor !== undefined && !this.#isStopped)
      this.#end(cursor === undefined ? 'done' : 'stopped')
    } catch (error) {
      this.#end('failed', error instanceof Error ? error.message : String(error))
    } finally {
      await worker.terminate()
    }
  }

  /** The cursor of the next page; undefined after the last. */
  async #page(worker: Worker, { range, model }: ReevaluationQuestion, cursor?: string): Promise<string | undefined> {
    const filter = model === undefined ? {} : { model }
    const query = { range, filter, limit: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) }
    const { rows, nextCursor } = await this.#options.requests.listRequests(query)
    const jobs = await this.#jobs(rows)
    const { evaluations, failures } = await this.#answerTo(worker, jobs)
    if (evaluations.length > 0) await this.#options.evaluations.writeEvaluations(evaluations)
    for (const { evaluator, message } of failures)
      this.#options.logger.warn({ evaluator, error: message }, 'evaluator failed')
    this.#add({ requests: rows.length, evaluations: evaluations.length, failures: failures.length })
    return nextCursor
  }

  async #jobs(rows: readonly RequestRow[]): Promise<EvaluationJob[]> {
    // The list has previews; evaluators need the whole texts.
    const found = await Promise.all(rows.map(({ traceId, spanId }) => this.#options.requests.request(traceId, spanId)))
    return found.flatMap((request) => (request !== undefined && isLlmSpan(request.span) ? jobsOf(request.span) : []))
  }

  /** What the worker makes of the jobs. Rejects when it ends before, or takes too long. */
  async #answerTo(
    worker: Worker,
    jobs: readonly EvaluationJob[],
  ): Promise<{ readonly evaluations: readonly Evaluation[]; readonly failures: readonly EvaluatorFailure[] }> {
    const answered = new AbortController()
    const { signal } = answered
    const cancelTimeout = this.#options.clock.after(PAGE_TIMEOUT_MS, () => void worker.terminate())
    worker.postMessage({ jobs } satisfies WorkerMessage)
    try {
      const ended = once(worker, 'exit', { signal }).then(([code]) => {
        throw new Error(`the evaluation worker ended with code ${code}`)
      })
      const [outcome] = (await Promise.race([once(worker, 'message', { signal }), ended])) as [EvaluationOutcome]
      return { evaluations: unpackEvaluations(outcome.evaluations), failures: outcome.failures }
    } finally {
      cancelTimeout()
      answered.abort()
    }
  }

  async #count({ range, model }: ReevaluationQuestion): Promise<number> {
    const totals = await this.#options.requests.totals(range)
    const chosen = totals.filter((found) => model === undefined || found.model === model)
    return chosen.reduce((sum, { requests }) => sum + requests, 0)
  }

  #add({ requests, evaluations, failures }: Pick<ReevaluationProgress, 'requests' | 'evaluations' | 'failures'>): void {
    const known = this.#progress
    if (known === undefined) return
    this.#progress = {
      ...known,
      requests: known.requests + requests,
      evaluations: known.evaluations + evaluations,
      failures: known.failures + failures,
    }
  }

  #end(state: 'done' | 'failed' | 'stopped', error = ''): void {
    const known = this.#progress
    if (known === undefined) return
    this.#progress = { ...known, state, endedMs: this.#options.clock.now(), error }
    if (state === 'failed') this.#options.logger.error({ error }, 'requests are not evaluated again')
  }
}

function jobsOf(span: LlmSpan): EvaluationJob[] {
  if (span.kind !== 'llm') return []
  const input = inputOf(span)
  if (input.prompt === '' && input.response === '') return []
  return [{ traceId: span.traceId, spanId: span.spanId, timeMs: span.startMs, input, depth: 'all' }]
}
