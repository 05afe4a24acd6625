import { AgreementMonitor } from '../../evaluation/judge/agreement-monitor.ts'
import { ChatEndpoint } from '../../evaluation/judge/chat-endpoint.ts'
import type { JudgeConfig } from '../../evaluation/judge/config.ts'
import { judgedAs } from '../../evaluation/judge/criterion.ts'
import { JudgeBudget } from '../../evaluation/judge/judge-budget.ts'
import { JudgeInstruments } from '../../evaluation/judge/judge-instruments.ts'
import { JudgeRunner } from '../../evaluation/judge/judge-runner.ts'
import { Judge } from '../../evaluation/judge/judge.ts'
import { SELF_CONSISTENCY } from '../../evaluation/judge/self-consistency.ts'
import type { EvaluationRunner } from '../../evaluation/runner.ts'
import type { Privacy } from '../../ingest/privacy/privacy.ts'
import type { TokenUsage } from '../../model/span.ts'
import type { PriceTable } from '../../pricing/price-table.ts'
import { costParts, totalOf } from '../../pricing/price.ts'
import type { StateStore } from '../../storage/state-store.ts'
import type { Store } from '../../storage/store.ts'
import type { Base } from './base.ts'

export interface Judging {
  readonly judge: Judge
  readonly runner: JudgeRunner
  start(): Promise<void>
  stop(): Promise<void>
}

interface Others {
  readonly prices: PriceTable
  readonly privacy: Privacy
  readonly evaluation: EvaluationRunner
}

/** The model that judges, and who asks it. Undefined when none is configured. */
export function constructJudging(
  base: Base,
  store: Store,
  { prices, privacy, evaluation }: Others,
): Judging | undefined {
  const { settings, clock, logger, instruments: registry } = base
  const { judge: config } = settings.evaluation
  if (config === undefined || !config.enabled) return undefined
  const { judge, budget, instruments } = constructJudge(base, config, { prices, state: store.state })
  const { criteria } = settings
  const runner = new JudgeRunner({
    config,
    criteria,
    judge,
    evaluations: store.evaluations,
    requests: store.requests,
    visible: privacy.visibleSpan,
    record: (evaluations) => evaluation.record(evaluations),
    instruments,
    logger,
  })
  const agreement = new AgreementMonitor({
    config: config.agreement,
    evaluators: [...criteria.map(judgedAs), ...(config.self_consistency === undefined ? [] : [SELF_CONSISTENCY])],
    events: store.events,
    evaluations: store.evaluations,
    instruments: registry,
    clock,
    logger,
  })
  return {
    judge,
    runner,
    start: async () => {
      await budget.start()
      agreement.start()
    },
    stop: async () => {
      agreement.stop()
      await runner.stop()
      await budget.stop()
    },
  }
}

type JudgeSurroundings = Pick<Base, 'clock' | 'random' | 'logger' | 'instruments'>

interface JudgeParts {
  readonly judge: Judge
  readonly budget: JudgeBudget
  readonly instruments: JudgeInstruments
}

/** The judge alone, as commands need it too. */
export function constructJudge(
  { clock, random, logger, instruments: registry }: JudgeSurroundings,
  config: JudgeConfig,
  { prices, state }: { readonly prices: PriceTable; readonly state: StateStore },
): JudgeParts {
  const instruments = new JudgeInstruments(registry)
  const budget = new JudgeBudget({
    callsPerDay: config.budget.calls_per_day,
    usdPerDay: config.budget.usd_per_day,
    clock,
    state,
    onSaveFailure: (error) => logger.warn({ error }, 'what the judge spent could not be saved, it is tried again'),
  })
  const costOf = judgeCost(config, prices, clock)
  const endpoint = new ChatEndpoint(config.endpoint, clock)
  return { judge: new Judge({ config, endpoint, budget, instruments, costOf, clock, random }), budget, instruments }
}

function judgeCost({ endpoint }: JudgeConfig, prices: PriceTable, clock: Base['clock']) {
  return (model: string, usage: TokenUsage): bigint | undefined => {
    const price = prices.priceOf(endpoint.provider, model, clock.now())
    return price === undefined ? undefined : totalOf(costParts(price, usage, ''))
  }
}
