import type { Alert } from '../model/alert.ts'
import { type Labels, METRIC_NAME } from '../model/labels.ts'
import { type ActiveAlert, type ActiveAlerts, advance, type AlertCandidate, needsSending } from './alert-state.ts'
import {
  type EvaluationContext,
  type EvaluationTime,
  queryVector,
  RuleEvaluationError,
  type RuleSample,
} from './evaluation-context.ts'
import type { AlertingRuleDefinition } from './rule-definition.ts'
import { expandTemplate, tableLink, TemplateSample } from './rule-template.ts'
import type { InstantSample } from '../promql/value.ts'

export const ALERT_NAME = 'alertname'
const ALERT_STATE = 'alertstate'
export const ALERTS_METRIC = 'ALERTS'
export const ALERTS_FOR_STATE_METRIC = 'ALERTS_FOR_STATE'

/** A sender may miss this many sendings of an alert before the receiver takes it for resolved. */
const TOLERATED_SENDINGS = 4

/** Finds label sets for which a condition holds, and follows each until it is over. */
export class AlertingRule {
  readonly definition: AlertingRuleDefinition
  /** The expression as Prometheus prints it. */
  readonly query: string
  #alerts: ActiveAlerts = new Map()
  /** Before the state of an earlier run is restored, nothing is written that would hide it. */
  #restored: boolean

  constructor(definition: AlertingRuleDefinition, query: string, restored: boolean) {
    this.definition = definition
    this.query = query
    this.#restored = restored
  }

  get restored(): boolean {
    return this.#restored
  }

  /** All alerts, those that are over among them. */
  get alerts(): Iterable<ActiveAlert> {
    return this.#alerts.values()
  }

  /** Takes over the alerts of the rule that this one replaces after a reload. */
  adopt(predecessor: AlertingRule): void {
    this.#alerts = predecessor.#alerts
    this.#restored = predecessor.#restored
  }

  /** Puts back since when alerts are active, where an earlier run knew better; `activeSince` gives undefined where it did not. */
  restore(activeSince: (alert: ActiveAlert) => number | undefined): void {
    const entries = [...this.#alerts].map(([key, alert]) => {
      const activeAtMs = activeSince(alert) ?? alert.activeAtMs
      return [key, { ...alert, activeAtMs }] as const
    })
    this.#alerts = new Map(entries)
    this.#restored = true
  }

  /** Evaluates and moves every alert on; gives the samples of ALERTS and ALERTS_FOR_STATE. Throws when the query fails or a limit is exceeded. */
  async evaluate(context: EvaluationContext, time: EvaluationTime): Promise<RuleSample[]> {
    const vector = await queryVector(context, this.query, time)
    const candidates = await this.#candidates(vector, context, time)
    const { holdMs, keepFiringMs } = this.definition
    this.#alerts = advance(this.#alerts, candidates, { nowMs: time.timeMs, holdMs, keepFiringMs })
    const active = [...this.#alerts.values()].filter(({ state }) => state !== 'inactive')
    if (time.limit > 0 && active.length > time.limit) {
      this.#alerts = new Map()
      throw new RuleEvaluationError(`exceeded limit of ${time.limit} with ${active.length} alerts`)
    }
    return this.#restored ? active.flatMap((alert) => samplesOf(alert)) : []
  }

  /** The alerts that are due to be sent now, and remembers that they were. */
  takeDue(nowMs: number, resendDelayMs: number, intervalMs: number, externalUrl: string): Alert[] {
    const due = [...this.#alerts].filter(([, alert]) => needsSending(alert, nowMs, resendDelayMs))
    if (due.length === 0) return []
    const sent = due.map(([key, alert]) => [key, { ...alert, lastSentAtMs: nowMs }] as const)
    this.#alerts = new Map([...this.#alerts, ...sent])
    const validUntilMs = nowMs + TOLERATED_SENDINGS * Math.max(intervalMs, resendDelayMs)
    const generatorUrl = externalUrl + tableLink(this.query)
    return due.map(([, alert]) => ({
      labels: alert.labels,
      annotations: alert.annotations,
      startsAtMs: alert.firedAtMs ?? alert.activeAtMs,
      endsAtMs: alert.resolvedAtMs ?? validUntilMs,
      generatorUrl,
      updatedAtMs: nowMs,
    }))
  }

  async #candidates(
    vector: readonly InstantSample[],
    context: EvaluationContext,
    time: EvaluationTime,
  ): Promise<ReadonlyMap<string, AlertCandidate>> {
    const candidates = new Map<string, AlertCandidate>()
    for (const sample of vector) {
      const candidate = await this.#candidate(sample, context, time)
      if (candidates.has(candidate.labels.key)) {
        throw new RuleEvaluationError('vector contains metrics with the same labelset after applying alert labels')
      }
      candidates.set(candidate.labels.key, candidate)
    }
    return candidates
  }

  async #candidate(sample: InstantSample, context: EvaluationContext, time: EvaluationTime): Promise<AlertCandidate> {
    const { name, labels, annotations } = this.definition
    const expand = (text: string): Promise<string> =>
      expandTemplate(text, this.#templateContext(sample, context, time), (error) =>
        context.logger.warn({ alert: name, error: error.message }, 'expanding a template of an alert failed'),
      )
    const expanded = await expandValues(labels, expand)
    return {
      labels: sample.labels.with({ [METRIC_NAME]: '', ...expanded, [ALERT_NAME]: name }),
      annotations: await expandValues(annotations, expand),
      value: sample.value,
    }
  }

  #templateContext(sample: InstantSample, context: EvaluationContext, time: EvaluationTime) {
    const { externalLabels, externalUrl } = context
    return {
      alertName: this.definition.name,
      labels: sample.labels,
      externalLabels,
      externalUrl,
      value: sample.value,
      timeMs: time.timeMs,
      query: async (query: string) => {
        const found = await queryVector(context, query, { ...time, queryOffsetMs: 0 })
        return found.map(({ labels, value }) => new TemplateSample(labels, value))
      },
    }
  }
}

async function expandValues(
  texts: Readonly<Record<string, string>>,
  expand: (text: string) => Promise<string>,
): Promise<Record<string, string>> {
  const expanded: Record<string, string> = {}
  for (const [name, text] of Object.entries(texts)) expanded[name] = await expand(text)
  return expanded
}

function samplesOf(alert: ActiveAlert): RuleSample[] {
  return [
    { labels: alert.labels.with({ [METRIC_NAME]: ALERTS_METRIC, [ALERT_STATE]: alert.state }), value: 1 },
    { labels: forStateLabels(alert.labels), value: Math.floor(alert.activeAtMs / 1000) },
  ]
}

/** The series that remembers since when an alert is active. */
export function forStateLabels(alertLabels: Labels): Labels {
  return alertLabels.with({ [METRIC_NAME]: ALERTS_FOR_STATE_METRIC })
}
