import type { Event } from '../../model/event.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import type { EvaluationStore, EventStore } from '../../storage/store.ts'
import type { Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { type Agreement, agreementOf, type JudgedTwice } from './agreement.ts'
import type { JudgeConfig } from './config.ts'

/** The newest of the window that count. */
const MAX_FEEDBACK = 20_000
const MAX_JUDGEMENTS = 20_000
/** Feedback from here on is good news. */
const POSITIVE_FEEDBACK = 0.5

export interface AgreementSettings {
  readonly config: JudgeConfig['agreement']
  /** Evaluators whose verdicts are compared: those of the judge. */
  readonly evaluators: readonly string[]
}

export interface AgreementMonitorOptions extends AgreementSettings {
  readonly events: Pick<EventStore, 'events'>
  readonly evaluations: Pick<EvaluationStore, 'evaluations'>
  readonly instruments: InstrumentRegistry
  readonly clock: Clock
  readonly logger: Logger
}

/** States how far the judge's verdicts agree with the feedback of humans on the same requests, by evaluator. */
export class AgreementMonitor {
  readonly #options: AgreementMonitorOptions
  /** Undefined: nothing is compared. */
  #settings: AgreementSettings | undefined
  readonly #gauges: ReadonlyArray<readonly [Gauge<'evaluator'>, (found: Agreement) => number | undefined]>
  #cancel: () => void = () => undefined
  #isStopped = false

  constructor(options: AgreementMonitorOptions) {
    this.#options = options
    this.#settings = options
    const gauge = (name: string, help: string): Gauge<'evaluator'> =>
      options.instruments.gauge({ name, help, labelNames: ['evaluator'] })
    const what = 'requests of which the verdict of the judge and the feedback of a human are known'
    this.#gauges = [
      [
        gauge('llm_judge_agreement_ratio', `Share of the ${what} in which both say the same, 0-1`),
        ({ share }) => share,
      ],
      [
        gauge('llm_judge_agreement_lower_ratio', `Lower 95 % bound of the agreeing share of the ${what} (Wilson)`),
        ({ interval }) => interval.lower,
      ],
      [
        gauge('llm_judge_agreement_kappa', `Cohen's kappa over the ${what}: 1 agreement, 0 chance`),
        ({ kappa }) => kappa,
      ],
      [gauge('llm_judge_agreement_samples', `Number of ${what}`), ({ samples }) => samples],
    ]
  }

  start(): void {
    const settings = this.#settings
    if (this.#isStopped || settings === undefined) return
    this.#cancel = this.#options.clock.after(settings.config.interval, () => {
      // A round that was under way when other settings came is not the one that goes on.
      void this.refresh().then(() => settings === this.#settings && this.start())
    })
  }

  /** Takes over other evaluators, another window; undefined ends it for now. The next round compares by them. */
  apply(settings: AgreementSettings | undefined): void {
    this.#settings = settings
    this.#cancel()
    this.#state(new Map())
    this.start()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  /** Compares anew; what has left the window counts no more. A store that does not answer is asked again the next time. */
  async refresh(): Promise<void> {
    const { clock, events, logger } = this.#options
    const settings = this.#settings
    if (settings === undefined) return
    const { config, evaluators } = settings
    const nowMs = clock.now()
    const range = { minMs: nowMs - config.window, maxMs: nowMs }
    try {
      const feedback = humanVerdicts(await events.events({ range, type: 'feedback', limit: MAX_FEEDBACK }))
      const found = new Map<string, Agreement>()
      for (const evaluator of evaluators) {
        const agreement = agreementOf(await this.#pairs(evaluator, range, feedback))
        if (agreement !== undefined) found.set(evaluator, agreement)
      }
      if (settings === this.#settings) this.#state(found)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      logger.warn({ reason }, 'the agreement of the judge with feedback is not measured')
    }
  }

  async #pairs(
    evaluator: string,
    range: TimeRange,
    feedback: ReadonlyMap<string, boolean>,
  ): Promise<readonly JudgedTwice[]> {
    if (feedback.size === 0) return []
    const judged = await this.#options.evaluations.evaluations({ range, evaluator, limit: MAX_JUDGEMENTS })
    const pairs = new Map<string, JudgedTwice>()
    // Newest first, and of one request with several versions of the judge only one counts.
    for (const { traceId, spanId, verdict } of judged) {
      const byHuman = feedback.get(`${traceId} ${spanId}`) ?? feedback.get(`${traceId} `)
      const key = `${traceId} ${spanId}`
      if (byHuman !== undefined && !pairs.has(key)) pairs.set(key, { byJudge: verdict === 'ok', byHuman })
    }
    return [...pairs.values()]
  }

  #state(found: ReadonlyMap<string, Agreement>): void {
    for (const [gauge, valueOf] of this.#gauges) {
      gauge.clear()
      for (const [evaluator, agreement] of found) {
        const value = valueOf(agreement)
        if (value !== undefined) gauge.set({ evaluator }, value)
      }
    }
  }
}

/** Whether the answer is good, by trace and span ('' when the feedback is on the whole trace); of several the newest counts. */
function humanVerdicts(events: readonly Event[]): ReadonlyMap<string, boolean> {
  const verdicts = new Map<string, boolean>()
  for (const { traceId, spanId, value } of events) {
    const key = `${traceId} ${spanId}`
    if (traceId !== '' && value !== undefined && !verdicts.has(key)) verdicts.set(key, value >= POSITIVE_FEEDBACK)
  }
  return verdicts
}
