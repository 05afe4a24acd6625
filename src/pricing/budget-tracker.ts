import { modelOf, type Request } from '../model/request.ts'
import type { AttributeValue } from '../model/span.ts'
import { OWNER_ATTRIBUTES } from '../storage/request-costs.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Gauge, InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import { AnchoredRegex } from '../util/anchored-regex.ts'
import type { Clock } from '../util/clock.ts'
import type { BudgetConfig } from './config.ts'
import { type NanoUsd, nanoUsdOf, usdOf } from './money.ts'

/** What was spent is written to the state store at most this often, and when the tracker stops. */
const SAVE_MS = 10_000
const KIND = 'budget'

export interface BudgetTrackerOptions {
  readonly budgets: readonly BudgetConfig[]
  readonly state: StateStore
  readonly registry: InstrumentRegistry
  readonly clock: Clock
  readonly logger: Logger
}

interface Budget {
  readonly config: BudgetConfig
  readonly model: AnchoredRegex | undefined
  /** Beginning of the day or month (UTC) that `spent` belongs to. */
  periodMs: number
  spent: NanoUsd
}

/** How a budget stands now. */
export interface BudgetStatus {
  readonly name: string
  readonly period: BudgetConfig['period']
  readonly periodStartMs: number
  readonly limitUsd: number
  readonly spentUsd: number
  /** 0.8 is the first alert, 1 the second. */
  readonly usedRatio: number
}

/**
 * Adds up what requests cost against the budgets of the configuration, in exact decimals, and states it as series:
 * `llm_budget_used_ratio`, `llm_budget_spent_usd`, `llm_budget_limit_usd`. A request counts in the period in which it ended;
 * those of an earlier period that come late do not count in this one. Lifecycle: construct, `start`, `spend` ..., `stop`.
 */
export class BudgetTracker {
  readonly #options: BudgetTrackerOptions
  readonly #budgets: Budget[]
  readonly #series: BudgetSeries
  #dirty = false
  #cancelTimer: () => void = () => undefined

  constructor(options: BudgetTrackerOptions) {
    this.#options = options
    this.#series = budgetSeries(options.registry)
    this.#budgets = options.budgets.map((config) => ({
      config,
      model: config.model === undefined ? undefined : AnchoredRegex.compile(config.model),
      periodMs: 0,
      spent: 0n,
    }))
  }

  /** Takes up what was spent before a restart. */
  async start(): Promise<void> {
    const saved = await this.#options.state.documents(KIND)
    for (const budget of this.#budgets) {
      const document = savedBudget(saved.get(budget.config.name))
      if (document !== undefined) Object.assign(budget, document)
    }
    this.#tick()
  }

  /** Writes what was spent; idempotent. */
  async stop(): Promise<void> {
    this.#cancelTimer()
    this.#cancelTimer = () => undefined
    await this.#save()
  }

  /** Counts requests, each once; those without a known cost change nothing. */
  spend(requests: readonly Request[]): void {
    const nowMs = this.#options.clock.now()
    for (const budget of this.#budgets) {
      roll(budget, nowMs)
      for (const request of requests) this.#spendOn(budget, request)
    }
    this.#state()
  }

  /** In the order of the configuration. */
  status(): BudgetStatus[] {
    const nowMs = this.#options.clock.now()
    return this.#budgets.map((budget) => {
      roll(budget, nowMs)
      const { name, period, limit_usd: limitUsd } = budget.config
      const spentUsd = usdOf(budget.spent)
      return { name, period, periodStartMs: budget.periodMs, limitUsd, spentUsd, usedRatio: spentUsd / limitUsd }
    })
  }

  #spendOn(budget: Budget, request: Request): void {
    if (request.costUsd === undefined || request.span.endMs < budget.periodMs || !concerns(budget, request)) return
    budget.spent += nanoUsdOf(request.costUsd)
    this.#dirty = true
  }

  #tick(): void {
    this.#state()
    this.#cancelTimer = this.#options.clock.after(SAVE_MS, () => {
      this.#tick()
      this.#save().catch((error: unknown) => {
        this.#dirty = true
        this.#options.logger.warn({ error }, 'the state of the budgets could not be saved, it is tried again')
      })
    })
  }

  /** States every budget, also those that a new period has emptied. */
  #state(): void {
    for (const { name, period, limitUsd, spentUsd, usedRatio } of this.status()) {
      const labels = { budget: name, period }
      this.#series.limit.set(labels, limitUsd)
      this.#series.spent.set(labels, spentUsd)
      this.#series.ratio.set(labels, usedRatio)
    }
  }

  async #save(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    const documents = this.#budgets.map(
      ({ config, periodMs, spent }) => [config.name, { periodMs, spent: String(spent) }] as const,
    )
    await this.#options.state.putDocuments(KIND, new Map(documents))
  }
}

/** Begins a new day or month when the last one is over. */
function roll(budget: Budget, nowMs: number): void {
  const periodMs = periodStart(budget.config.period, nowMs)
  if (periodMs <= budget.periodMs) return
  budget.periodMs = periodMs
  budget.spent = 0n
}

/** The beginning of the day or month in UTC. */
export function periodStart(period: BudgetConfig['period'], nowMs: number): number {
  const now = new Date(nowMs)
  const day = period === 'day' ? now.getUTCDate() : 1
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), day)
}

/** Every scope that a budget names must fit. */
function concerns(budget: Budget, { span }: Request): boolean {
  const { user, feature, key, team } = budget.config
  if (budget.model !== undefined && !budget.model.test(modelOf(span))) return false
  if (user !== undefined && span.userId !== user) return false
  if (feature !== undefined && span.llm.feature !== feature) return false
  if (key !== undefined && !attributeIs(span.attributes, OWNER_ATTRIBUTES.key, key)) return false
  return team === undefined || attributeIs(span.attributes, OWNER_ATTRIBUTES.team, team)
}

function attributeIs(
  attributes: Readonly<Record<string, AttributeValue>>,
  names: readonly string[],
  wanted: string,
): boolean {
  return names.some((name) => attributes[name] === wanted)
}

function savedBudget(document: unknown): { periodMs: number; spent: NanoUsd } | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  if (!('periodMs' in document) || !('spent' in document)) return undefined
  const { periodMs, spent } = document
  return typeof periodMs === 'number' && typeof spent === 'string' ? { periodMs, spent: BigInt(spent) } : undefined
}

type BudgetLabel = 'budget' | 'period'

interface BudgetSeries {
  readonly limit: Gauge<BudgetLabel>
  readonly spent: Gauge<BudgetLabel>
  readonly ratio: Gauge<BudgetLabel>
}

function budgetSeries(registry: InstrumentRegistry): BudgetSeries {
  const labelNames = ['budget', 'period'] as const
  return {
    limit: registry.gauge({ name: 'llm_budget_limit_usd', help: 'Limit of a budget, US dollars', labelNames }),
    spent: registry.gauge({
      name: 'llm_budget_spent_usd',
      help: 'Spent in the current period, US dollars',
      labelNames,
    }),
    ratio: registry.gauge({
      name: 'llm_budget_used_ratio',
      help: 'Spent share of a budget, 1 is all of it',
      labelNames,
    }),
  }
}
