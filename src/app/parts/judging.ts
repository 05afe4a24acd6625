import { AgreementMonitor, type AgreementSettings } from '../../evaluation/judge/agreement-monitor.ts'
import { ChatEndpoint } from '../../evaluation/judge/chat-endpoint.ts'
import type { JudgeConfig } from '../../evaluation/judge/config.ts'
import { type Criterion, judgedAs } from '../../evaluation/judge/criterion.ts'
import { JudgeBudget, type JudgeLimits } from '../../evaluation/judge/judge-budget.ts'
import { JudgeInstruments } from '../../evaluation/judge/judge-instruments.ts'
import { JudgeRunner } from '../../evaluation/judge/judge-runner.ts'
import { Judge } from '../../evaluation/judge/judge.ts'
import { SELF_CONSISTENCY } from '../../evaluation/judge/self-consistency.ts'
import type { EvaluationRunner } from '../../evaluation/runner.ts'
import type { Forgetting } from '../../ingest/forgetting.ts'
import type { Privacy } from '../../ingest/privacy/privacy.ts'
import type { Evaluation } from '../../model/evaluation.ts'
import type { Event } from '../../model/event.ts'
import type { Request } from '../../model/request.ts'
import type { TokenUsage } from '../../model/span.ts'
import type { PriceTable } from '../../pricing/price-table.ts'
import { costParts, totalOf } from '../../pricing/price.ts'
import type { Store } from '../../storage/store.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'

interface Others {
  readonly store: Store
  readonly prices: PriceTable
  readonly privacy: Privacy
  readonly forgetting: Forgetting
  readonly evaluation: EvaluationRunner
}

/** What the day has cost and what the series have counted outlives a change of the configuration. */
interface Kept {
  readonly instruments: JudgeInstruments
  readonly budget: JudgeBudget
  readonly agreement: AgreementMonitor
}

interface Asking {
  /** The settings that it was made of, as text. */
  readonly madeOf: string
  readonly judge: Judge
  readonly runner: JudgeRunner
}

/** The model that judges, and who asks it; nobody while none is configured. */
export class Judging {
  readonly #base: Base
  readonly #others: Others
  #kept: Kept | undefined
  #asking: Asking | undefined
  #isStarted = false

  constructor(base: Base, others: Others) {
    this.#base = base
    this.#others = others
    this.#asking = this.#ask(base.settings)
  }

  /** Undefined while none is configured. */
  get judge(): Judge | undefined {
    return this.#asking?.judge
  }

  async start(): Promise<void> {
    this.#isStarted = true
    await this.#startKept()
  }

  /** Takes over another judge or other criteria. What waits, and what is under way, is judged by them; what the day has cost stays spent. */
  async apply(settings: Settings): Promise<void> {
    const before = this.#asking
    if (before?.madeOf === textOf(settings)) return
    const isFirst = this.#kept === undefined
    this.#asking = this.#ask(settings)
    if (isFirst && this.#isStarted) await this.#startKept()
    if (this.#asking === undefined) {
      this.#kept?.agreement.apply(undefined)
      await before?.runner.stop()
    } else await before?.runner.handOver(this.#asking.runner)
  }

  async stop(): Promise<void> {
    this.#kept?.agreement.stop()
    await this.#asking?.runner.stop()
    await this.#kept?.budget.stop()
  }

  onRequests(requests: readonly Request[]): void {
    this.#asking?.runner.onRequests(requests)
  }

  onEvents(events: readonly Event[]): void {
    void this.#asking?.runner.onEvents(events)
  }

  onEvaluations(evaluations: readonly Evaluation[]): void {
    void this.#asking?.runner.onEvaluations(evaluations)
  }

  async #startKept(): Promise<void> {
    await this.#kept?.budget.start()
    this.#kept?.agreement.start()
  }

  #ask(settings: Settings): Asking | undefined {
    const { judge: config } = settings.evaluation
    const { criteria } = settings
    if (config === undefined || !config.enabled) return undefined
    const { store, prices, privacy, forgetting, evaluation } = this.#others
    const { instruments, budget } = this.#keep(config, criteria)
    const judge = constructJudge(this.#base, config, { prices, instruments, budget })
    const runner = new JudgeRunner({
      config,
      criteria,
      judge,
      evaluations: store.evaluations,
      requests: store.requests,
      visible: privacy.visibleSpan,
      isForgotten: forgetting.covers,
      record: (evaluations) => evaluation.record(evaluations),
      instruments,
      logger: this.#base.logger,
    })
    return { madeOf: textOf(settings), judge, runner }
  }

  #keep(config: JudgeConfig, criteria: readonly Criterion[]): Kept {
    const agreement = agreementSettings(config, criteria)
    if (this.#kept === undefined) return (this.#kept = this.#construct(limitsOf(config), agreement))
    this.#kept.budget.limit(limitsOf(config))
    this.#kept.agreement.apply(agreement)
    return this.#kept
  }

  #construct(limits: JudgeLimits, agreement: AgreementSettings): Kept {
    const { clock, logger, instruments: registry } = this.#base
    const { state, events, evaluations } = this.#others.store
    const onSaveFailure = (error: unknown): void =>
      logger.warn({ error }, 'what the judge spent could not be saved, it is tried again')
    return {
      instruments: new JudgeInstruments(registry),
      budget: new JudgeBudget({ ...limits, clock, state, onSaveFailure }),
      agreement: new AgreementMonitor({ ...agreement, events, evaluations, instruments: registry, clock, logger }),
    }
  }
}

/** All that makes a judge what it is. */
function textOf({ evaluation, criteria }: Settings): string {
  return JSON.stringify([evaluation.judge, criteria])
}

function agreementSettings(config: JudgeConfig, criteria: readonly Criterion[]): AgreementSettings {
  const others = config.self_consistency === undefined ? [] : [SELF_CONSISTENCY]
  return { config: config.agreement, evaluators: [...criteria.map(judgedAs), ...others] }
}

export function limitsOf({ budget }: JudgeConfig): JudgeLimits {
  return { callsPerDay: budget.calls_per_day, usdPerDay: budget.usd_per_day }
}

interface JudgeParts {
  readonly prices: PriceTable
  readonly instruments: JudgeInstruments
  readonly budget: JudgeBudget
}

/** The judge alone, as commands need it too. */
export function constructJudge(
  { clock, random }: Pick<Base, 'clock' | 'random'>,
  config: JudgeConfig,
  { prices, instruments, budget }: JudgeParts,
): Judge {
  const costOf = judgeCost(config, prices, clock)
  const endpoint = new ChatEndpoint(config.endpoint, clock)
  return new Judge({ config, endpoint, budget, instruments, costOf, clock, random })
}

function judgeCost({ endpoint }: JudgeConfig, prices: PriceTable, clock: Base['clock']) {
  return (model: string, usage: TokenUsage): bigint | undefined => {
    const price = prices.priceOf(endpoint.provider, model, clock.now())
    return price === undefined ? undefined : totalOf(costParts(price, usage, ''))
  }
}
