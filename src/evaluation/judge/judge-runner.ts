import type { Evaluation, Score } from '../../model/evaluation.ts'
import type { Event } from '../../model/event.ts'
import { isLlmSpan, type LlmSpan, type Request } from '../../model/request.ts'
import type { Span } from '../../model/span.ts'
import type { RequestStore } from '../../storage/request-store.ts'
import type { EvaluationStore } from '../../storage/store.ts'
import type { Logger } from '../../telemetry/log.ts'
import { BoundedQueue } from '../../util/bounded-queue.ts'
import type { EvaluationInput } from '../evaluator.ts'
import { inputOf } from '../input-of.ts'
import type { JudgeConfig } from './config.ts'
import { type Criterion, judgedAs } from './criterion.ts'
import type { JudgeInstruments } from './judge-instruments.ts'
import { judgeSampling } from './judge-sampler.ts'
import type { Failure, Judge } from './judge.ts'
import { SELF_CONSISTENCY, selfConsistency } from './self-consistency.ts'

/** Feedback below it is bad news (0: thumbs down, 1: thumbs up). */
const NEGATIVE_FEEDBACK = 0.5

export interface JudgeRunnerOptions {
  readonly config: JudgeConfig
  readonly criteria: readonly Criterion[]
  readonly judge: Judge
  readonly evaluations: Pick<EvaluationStore, 'evaluationsOf'>
  readonly requests: Pick<RequestStore, 'request'>
  /** What another party may read of a span: undefined when its texts may not leave. */
  readonly visible: (span: Span) => Span | undefined
  /** Whether a request was deleted meanwhile: nobody is asked about it any more. */
  readonly isForgotten?: (job: Pick<JudgeJob, 'traceId' | 'spanId' | 'timeMs'>) => boolean
  /** Takes results in, as those of the evaluators. */
  readonly record: (evaluations: readonly Evaluation[]) => Promise<void>
  readonly instruments: JudgeInstruments
  readonly logger: Logger
}

interface JudgeJob {
  readonly traceId: string
  readonly spanId: string
  readonly timeMs: number
  readonly input: EvaluationInput
}

/** One thing that is asked about a request. */
interface Task {
  readonly evaluator: string
  readonly version: string
  readonly ask: (input: EvaluationInput) => Promise<Score | Failure | undefined>
}

/**
 * Has requests judged beside the evaluators, which never wait for it: a bounded queue, few calls at once, and what does not come about is
 * counted. What is stored already is not asked for again.
 */
export class JudgeRunner {
  readonly #options: JudgeRunnerOptions
  readonly #queue: BoundedQueue<JudgeJob>
  readonly #tasks: readonly Task[]
  readonly #underWay = new Set<JudgeJob>()
  #state: 'running' | 'handed_over' | 'stopped' = 'running'
  #whenIdle: Array<() => void> = []
  /** The trouble that was logged last; the same again is only counted. */
  #trouble = ''

  constructor(options: JudgeRunnerOptions) {
    this.#options = options
    this.#queue = new BoundedQueue(options.config.queue_capacity)
    this.#tasks = tasksOf(options)
  }

  /** Takes a share of the requests and returns at once. */
  onRequests(requests: readonly Request[]): void {
    for (const { span } of requests) {
      if (judgeSampling(this.#options.config, span) !== 'not_sampled') this.#enqueue(span)
    }
    this.#pump()
  }

  /** Has requests judged that somebody was not content with. */
  async onEvents(events: readonly Event[]): Promise<void> {
    if (!this.#options.config.sampling.always.negative_feedback) return
    await this.#lookUp(
      events.filter(({ type, spanId, value }) => {
        return type === 'feedback' && spanId !== '' && value !== undefined && value < NEGATIVE_FEEDBACK
      }),
    )
  }

  /** Has requests judged that one of the configured evaluators has flagged. */
  async onEvaluations(evaluations: readonly Evaluation[]): Promise<void> {
    const { flagged } = this.#options.config.sampling.always
    if (flagged.length === 0) return
    await this.#lookUp(
      evaluations.filter(({ evaluator, verdict }) => verdict === 'flagged' && flagged.includes(evaluator)),
    )
  }

  /** Resolves when everything that was taken is judged or has failed. */
  async drained(): Promise<void> {
    while (this.#underWay.size > 0 || this.#queue.size > 0)
      await new Promise<void>((resolve) => this.#whenIdle.push(resolve))
  }

  /** Ends for another runner, which takes up what waits and begins anew what is under way: what is stored by then is not asked for again. */
  async handOver(to: JudgeRunner): Promise<void> {
    this.#state = 'handed_over'
    const jobs = [...this.#underWay, ...this.#queue.take(this.#queue.size)]
    await this.#options.judge.stop()
    await this.drained()
    for (const job of jobs) to.#take(job)
    to.#pump()
  }

  /** Takes nothing more, gives up what is under way, counts what is left. Idempotent. */
  async stop(): Promise<void> {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    this.#options.instruments.dropped('stopped', this.#queue.take(this.#queue.size).length)
    await this.#options.judge.stop()
    await this.drained()
  }

  async #lookUp(found: ReadonlyArray<{ readonly traceId: string; readonly spanId: string }>): Promise<void> {
    try {
      for (const { traceId, spanId } of found) {
        const request = await this.#options.requests.request(traceId, spanId)
        if (request !== undefined) this.#enqueue(request.span)
      }
    } catch (error) {
      this.#failed(unexpected(error))
    }
    this.#pump()
  }

  #enqueue(span: LlmSpan): void {
    if (this.#state !== 'running' || span.kind !== 'llm') return
    const visible = this.#options.visible(span)
    if (visible === undefined || !isLlmSpan(visible)) return
    const input = inputOf(visible)
    if (input.response === '') return
    const { traceId, spanId, startMs: timeMs } = span
    this.#take({ traceId, spanId, timeMs, input })
  }

  #take(job: JudgeJob): void {
    if (!this.#queue.push(job)) this.#options.instruments.dropped('queue_full')
  }

  #pump(): void {
    while (this.#underWay.size < this.#options.config.concurrency && this.#queue.size > 0) {
      for (const job of this.#queue.take(1)) void this.#run(job)
    }
    this.#options.instruments.waiting(this.#queue.size)
    if (this.#underWay.size === 0 && this.#queue.size === 0) for (const tell of this.#whenIdle.splice(0)) tell()
  }

  async #run(job: JudgeJob): Promise<void> {
    if (this.#options.isForgotten?.(job) === true) return
    this.#underWay.add(job)
    try {
      const stored = await this.#storedOf(job)
      for (const task of this.#tasks) {
        if (stored.has(`${task.evaluator} ${task.version}`)) this.#options.instruments.remembered('store')
        else await this.#runTask(task, job)
      }
    } catch (error) {
      this.#failed(unexpected(error))
    }
    this.#underWay.delete(job)
    this.#pump()
  }

  async #storedOf({ traceId, spanId }: JudgeJob): Promise<ReadonlySet<string>> {
    const stored = await this.#options.evaluations.evaluationsOf(traceId, spanId)
    return new Set(stored.map(({ evaluator, evaluatorVersion }) => `${evaluator} ${evaluatorVersion}`))
  }

  async #runTask({ evaluator, version, ask }: Task, { traceId, spanId, timeMs, input }: JudgeJob): Promise<void> {
    const outcome = await ask(input)
    if (outcome === undefined) return
    if ('kind' in outcome) return this.#failed(outcome)
    this.#trouble = ''
    const origin = { traceId, spanId, timeMs, evaluator, evaluatorVersion: version, model: input.model }
    await this.#options.record([{ ...origin, ...outcome }])
  }

  #failed({ cause, reason }: Failure): void {
    // Whoever took it over asks again.
    if (this.#state === 'handed_over') return
    const { instruments, logger } = this.#options
    instruments.dropped(this.#state === 'stopped' ? 'stopped' : cause === 'busy' ? 'queue_full' : cause)
    if (cause === this.#trouble || this.#state === 'stopped') return
    this.#trouble = cause
    logger.warn({ cause, reason }, 'a request is not judged; further ones for the same cause are only counted')
  }
}

/** The store does not answer; nothing else here throws. */
function unexpected(error: unknown): Failure {
  return { kind: 'failed', cause: 'failed', reason: error instanceof Error ? error.message : String(error) }
}

function tasksOf({ config, criteria, judge }: JudgeRunnerOptions): Task[] {
  const tasks = criteria.map((criterion): Task => {
    const ask: Task['ask'] = async (input) => {
      const judgement = await judge.judge(criterion, input)
      if (judgement.kind === 'not_applicable') return undefined
      return judgement.kind === 'judged' ? judgement.score : judgement
    }
    return { evaluator: judgedAs(criterion), version: judge.versionOf(criterion), ask }
  })
  const again = config.self_consistency
  if (again === undefined) return tasks
  const version = `1@${again.model || 'same'}x${again.samples}`
  return [...tasks, { evaluator: SELF_CONSISTENCY, version, ask: (input) => selfConsistency(judge, again, input) }]
}
