import type { Event } from '../model/event.ts'
import { latencyMs, modelOf, type Request, requestStatus, tpotMs } from '../model/request.ts'
import { type Counter, type Gauge, type Histogram, type InstrumentRegistry, OTHER } from '../telemetry/instruments.ts'
import { SessionTurns } from './session-turns.ts'
import { UserActivity } from './user-activity.ts'

/** The names and bounds of these are the users' own (their dashboards and rules use them): they do not change. */
const LATENCY_BUCKETS_MS = [50, 100, 200, 500, 1000, 2000, 5000, 10_000]
const TTFT_BUCKETS_MS = [20, 50, 100, 200, 500, 1000]
const TPOT_BUCKETS_MS = [5, 10, 20, 30, 50, 75, 100, 200, 500]
const TURN_BUCKETS = [1, 2, 3, 5, 8, 13, 21, 34]
const SCORE_BUCKETS = [0, 0.25, 0.5, 0.75, 1]

/** Models and error types beyond these many are counted together as "other". */
const MAX_MODELS = 150
const MAX_ERROR_TYPES = 50
const MAX_PROVIDERS = 50

type ModelLabel = 'model'
type TokenType = 'input' | 'output' | 'cache_read' | 'cache_write' | 'reasoning'

/**
 * Counts the `llm_*` series from requests and business events, once each is committed.
 * A request counts once: the caller leaves out those that it has counted before.
 */
export class RequestSeries {
  readonly #models = new BoundedNames(MAX_MODELS)
  readonly #errorTypes = new BoundedNames(MAX_ERROR_TYPES)
  readonly #providers = new BoundedNames(MAX_PROVIDERS)
  readonly #requests: RequestInstruments
  readonly #business: BusinessInstruments
  readonly #turns = new SessionTurns()
  readonly #users = new UserActivity()

  /** Registers its instruments; a registry takes one of these. */
  constructor(registry: InstrumentRegistry) {
    this.#requests = requestInstruments(registry)
    this.#business = businessInstruments(registry)
  }

  countRequests(requests: readonly Request[]): void {
    for (const request of requests) this.#countRequest(request)
  }

  countEvents(events: readonly Event[]): void {
    for (const event of events) this.#countEvent(event)
  }

  /** Calls have begun (positive) or ended (negative), in whatever way; for what sees calls begin, such as the gateway. */
  changeActive(model: string, change: number): void {
    this.#requests.active.add({ model: this.#models.bounded(model) }, change)
  }

  /** Ends sessions that have been silent, and states how many users are active. Called now and then. */
  refresh(nowMs: number): void {
    for (const turns of this.#turns.takeEnded(nowMs)) this.#sessionEnded(turns)
    const { activeUsers, retentionPercent } = this.#users.figures(nowMs)
    if (activeUsers > 0) this.#business.activeUsers.set({ window: '24h' }, activeUsers)
    if (retentionPercent !== undefined) this.#business.retention.set({ window: '24h' }, retentionPercent)
  }

  #countRequest(request: Request): void {
    const { span, costUsd } = request
    const model = this.#models.bounded(modelOf(span))
    const status = requestStatus(span)
    this.#requests.requests.add({ model, status })
    this.#requests.providers.add({ provider: this.#providers.bounded(span.llm.provider), status })
    this.#requests.latency.observe({ model }, Math.max(0, latencyMs(span)))
    if (span.llm.ttftMs !== undefined) this.#requests.ttft.observe({ model }, span.llm.ttftMs)
    const perToken = tpotMs(span)
    if (perToken !== undefined) this.#requests.tpot.observe({ model }, perToken)
    if (status === 'error') {
      this.#requests.errors.add({ model, error_type: this.#errorTypes.bounded(span.llm.errorType || 'error') })
    }
    this.#countTokens(request, model)
    if (costUsd === undefined) this.#requests.unpriced.add({ model })
    else this.#requests.cost.add({ model }, Math.max(0, costUsd))
    this.#turns.saw(span.sessionId, span.traceId, span.endMs)
    this.#users.saw(span.userId, span.endMs)
  }

  #countTokens(request: Request, model: string): void {
    const { usage } = request.span.llm
    this.#addTokens(model, 'input', usage.inputTokens)
    this.#addTokens(model, 'output', usage.outputTokens)
    this.#addTokens(model, 'cache_read', usage.cacheReadTokens)
    this.#addTokens(model, 'cache_write', usage.cacheWriteTokens)
    this.#addTokens(model, 'reasoning', usage.reasoningTokens)
    if (usage.outputTokens !== undefined) this.#requests.generated.add({ model }, usage.outputTokens)
  }

  #addTokens(model: string, type: TokenType, count: number | undefined): void {
    if (count !== undefined) this.#requests.tokens.add({ model, type }, count)
  }

  #countEvent(event: Event): void {
    this.#users.saw(event.userId, event.timeMs)
    switch (event.type) {
      case 'feedback':
        this.#countFeedback(event.value)
        return
      case 'task_completed':
        this.#business.tasks.add({ result: 'completed' })
        return
      case 'task_failed':
        this.#business.tasks.add({ result: 'failed' })
        return
      case 'handoff':
        this.#business.handoffs.add({})
        return
      case 'conversion':
        this.#business.conversions.add({})
        return
      case 'revenue':
        this.#business.revenue.add({}, Math.max(0, event.value ?? 0))
        return
      case 'session_end':
        this.#sessionEnded(this.#turns.end(event.sessionId) ?? event.value)
        return
      case 'custom':
        return
    }
  }

  #countFeedback(value: number | undefined): void {
    if (value === undefined) return
    this.#business.feedback.add({ value: value >= 0.5 ? 'up' : 'down' })
    this.#business.score.observe({}, value)
  }

  #sessionEnded(turns: number | undefined): void {
    this.#business.sessionsEnded.add({})
    if (turns !== undefined && turns > 0) this.#business.turns.observe({}, turns)
  }
}

/** Label values of one kind, so many and no more: a sender who invents names cannot flood the store. */
class BoundedNames {
  readonly #limit: number
  readonly #known = new Set<string>()

  constructor(limit: number) {
    this.#limit = limit
  }

  bounded(name: string): string {
    const value = name === '' ? 'unknown' : name.slice(0, 200)
    if (this.#known.has(value)) return value
    if (this.#known.size >= this.#limit) return OTHER
    this.#known.add(value)
    return value
  }
}

interface RequestInstruments {
  readonly requests: Counter<ModelLabel | 'status'>
  readonly providers: Counter<'provider' | 'status'>
  readonly latency: Histogram<ModelLabel>
  readonly ttft: Histogram<ModelLabel>
  readonly tpot: Histogram<ModelLabel>
  readonly generated: Counter<ModelLabel>
  readonly tokens: Counter<ModelLabel | 'type'>
  readonly errors: Counter<ModelLabel | 'error_type'>
  readonly cost: Counter<ModelLabel>
  readonly unpriced: Counter<ModelLabel>
  readonly active: Gauge<ModelLabel>
}

function requestInstruments(registry: InstrumentRegistry): RequestInstruments {
  const model = ['model'] as const
  return {
    requests: registry.counter({ name: 'llm_requests_total', help: 'LLM requests', labelNames: ['model', 'status'] }),
    providers: registry.counter({
      name: 'llm_provider_requests_total',
      help: 'LLM requests by provider',
      labelNames: ['provider', 'status'],
    }),
    latency: registry.histogram({
      name: 'llm_request_latency_ms',
      help: 'Time from a request to the end of its answer',
      unit: 'ms',
      labelNames: model,
      buckets: LATENCY_BUCKETS_MS,
    }),
    ttft: registry.histogram({
      name: 'llm_ttft_ms',
      help: 'Time to first token',
      unit: 'ms',
      labelNames: model,
      buckets: TTFT_BUCKETS_MS,
    }),
    tpot: registry.histogram({
      name: 'llm_tpot_ms',
      help: 'Time per output token after the first',
      unit: 'ms',
      labelNames: model,
      buckets: TPOT_BUCKETS_MS,
    }),
    generated: registry.counter({ name: 'llm_tokens_generated_total', help: 'Output tokens', labelNames: model }),
    tokens: registry.counter({
      name: 'llm_tokens_total',
      help: 'Tokens by type; cache_read and cache_write are parts of input, reasoning is a part of output',
      labelNames: ['model', 'type'],
    }),
    errors: registry.counter({
      name: 'llm_errors_total',
      help: 'Failed requests',
      labelNames: ['model', 'error_type'],
    }),
    cost: registry.counter({
      name: 'llm_cost_usd_total',
      help: 'Cost of the requests whose price is known, US dollars',
      labelNames: model,
    }),
    unpriced: registry.counter({
      name: 'llm_unpriced_requests_total',
      help: 'Requests whose cost is unknown and therefore not in llm_cost_usd_total',
      labelNames: model,
    }),
    active: registry.gauge({ name: 'llm_active_requests', help: 'Requests under way', labelNames: model }),
  }
}

interface BusinessInstruments {
  readonly feedback: Counter<'value'>
  readonly score: Histogram
  readonly tasks: Counter<'result'>
  readonly handoffs: Counter
  readonly conversions: Counter
  readonly revenue: Counter
  readonly sessionsEnded: Counter
  readonly turns: Histogram
  readonly activeUsers: Gauge<'window'>
  readonly retention: Gauge<'window'>
}

function businessInstruments(registry: InstrumentRegistry): BusinessInstruments {
  return {
    feedback: registry.counter({ name: 'llm_feedback_total', help: 'Judgements of users', labelNames: ['value'] }),
    score: registry.histogram({
      name: 'llm_feedback_score',
      help: 'Judgements of users, 0 to 1',
      buckets: SCORE_BUCKETS,
    }),
    tasks: registry.counter({ name: 'llm_tasks_total', help: 'Tasks that ended', labelNames: ['result'] }),
    handoffs: registry.counter({ name: 'llm_handoffs_total', help: 'Conversations handed over to a person' }),
    conversions: registry.counter({ name: 'llm_conversions_total', help: 'Conversions' }),
    revenue: registry.counter({ name: 'llm_revenue_usd_total', help: 'Revenue, US dollars' }),
    sessionsEnded: registry.counter({ name: 'llm_sessions_ended_total', help: 'Sessions that ended or fell silent' }),
    turns: registry.histogram({
      name: 'llm_session_turns',
      help: 'Turns of a session, observed at its end',
      buckets: TURN_BUCKETS,
    }),
    activeUsers: registry.gauge({ name: 'llm_active_users', help: 'Users seen lately', labelNames: ['window'] }),
    retention: registry.gauge({
      name: 'llm_retention_percent',
      help: 'Share of the users of the day before yesterday to yesterday who came again since',
      labelNames: ['window'],
    }),
  }
}
