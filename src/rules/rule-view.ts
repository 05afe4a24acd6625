import type { ActiveAlert } from './alert-state.ts'
import { worstState } from './alert-state.ts'
import { AlertingRule } from './alerting-rule.ts'
import type { EvaluatedRule, RuleGroup } from './rule-group.ts'

/** `data` of Prometheus's `/api/v1/alerts`. */
export interface AlertsView {
  readonly alerts: readonly AlertView[]
}

export interface AlertView {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly state: string
  readonly activeAt: string
  readonly keepFiringSince?: string
  readonly value: string
}

/** `data` of Prometheus's `/api/v1/rules`. */
export interface RulesView {
  readonly groups: readonly RuleGroupView[]
}

export interface RuleGroupView {
  readonly name: string
  readonly file: string
  readonly rules: readonly RuleView[]
  readonly interval: number
  readonly limit: number
  readonly evaluationTime: number
  readonly lastEvaluation: string
}

export type RuleView = AlertingRuleView | RecordingRuleView

interface RuleViewBase {
  readonly name: string
  readonly query: string
  readonly labels?: Readonly<Record<string, string>>
  readonly health: string
  readonly lastError?: string
  readonly evaluationTime: number
  readonly lastEvaluation: string
}

export interface AlertingRuleView extends RuleViewBase {
  readonly type: 'alerting'
  readonly state: string
  readonly duration: number
  readonly keepFiringFor: number
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly alerts: readonly AlertView[]
}

export interface RecordingRuleView extends RuleViewBase {
  readonly type: 'recording'
}

/** Absent and empty fields do not filter. */
export interface RuleFilter {
  readonly type?: 'alert' | 'record'
  readonly ruleNames?: readonly string[]
  readonly groupNames?: readonly string[]
  readonly files?: readonly string[]
  readonly excludeAlerts?: boolean
  /** A rule passes when this holds for its labels. */
  readonly matches?: (labels: Readonly<Record<string, string>>) => boolean
}

/** Go's zero time, as Prometheus shows "never". */
const NEVER = '0001-01-01T00:00:00Z'

/** Groups without a rule that passes are left out, as in Prometheus. */
export function rulesView(groups: readonly RuleGroup[], filter: RuleFilter = {}): RulesView {
  const views = groups
    .filter(({ definition }) => passes(filter.groupNames, definition.name) && passes(filter.files, definition.file))
    .map((group) => groupView(group, filter))
  const narrowed = filter.type !== undefined || (filter.ruleNames ?? []).length > 0 || filter.matches !== undefined
  return { groups: narrowed ? views.filter(({ rules }) => rules.length > 0) : views }
}

/** Every pending and firing alert. */
export function alertsView(groups: readonly RuleGroup[]): AlertsView {
  const rules = groups.flatMap((group) => group.rules.map(({ rule }) => rule))
  return { alerts: rules.flatMap((rule) => (rule instanceof AlertingRule ? activeAlerts(rule) : [])) }
}

function groupView(group: RuleGroup, filter: RuleFilter): RuleGroupView {
  const { definition, intervalMs, lastIteration } = group
  return {
    name: definition.name,
    file: definition.file,
    rules: group.rules.filter(({ rule }) => rulePasses(rule, filter)).map((entry) => ruleView(entry, filter)),
    interval: intervalMs / 1000,
    limit: definition.limit,
    evaluationTime: lastIteration.durationMs / 1000,
    lastEvaluation: timeText(lastIteration.timeMs),
  }
}

function rulePasses({ definition }: EvaluatedRule['rule'], filter: RuleFilter): boolean {
  const kind = definition.kind === 'alerting' ? 'alert' : 'record'
  if (filter.type !== undefined && filter.type !== kind) return false
  return passes(filter.ruleNames, definition.name) && (filter.matches?.(definition.labels) ?? true)
}

function passes(allowed: readonly string[] | undefined, name: string): boolean {
  return allowed === undefined || allowed.length === 0 || allowed.includes(name)
}

function ruleView(entry: EvaluatedRule, filter: RuleFilter): RuleView {
  const { rule } = entry
  if (rule instanceof AlertingRule) return alertingRuleView(rule, entry, filter)
  const { name, labels } = rule.definition
  return {
    name,
    query: rule.query,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...evaluationView(entry),
    type: 'recording',
  }
}

function alertingRuleView(rule: AlertingRule, entry: EvaluatedRule, filter: RuleFilter): AlertingRuleView {
  const { name, holdMs, keepFiringMs, labels, annotations } = rule.definition
  return {
    state: entry.lastEvaluationMs === undefined ? 'unknown' : worstState(rule.alerts),
    name,
    query: rule.query,
    duration: holdMs / 1000,
    keepFiringFor: keepFiringMs / 1000,
    labels,
    annotations,
    alerts: filter.excludeAlerts === true ? [] : activeAlerts(rule),
    ...evaluationView(entry),
    type: 'alerting',
  }
}

function evaluationView(entry: EvaluatedRule) {
  return {
    health: entry.health,
    ...(entry.lastError === '' ? {} : { lastError: entry.lastError }),
    evaluationTime: entry.evaluationMs / 1000,
    lastEvaluation: timeText(entry.lastEvaluationMs),
  }
}

function activeAlerts(rule: AlertingRule): AlertView[] {
  return [...rule.alerts].filter(({ state }) => state !== 'inactive').map(alertView)
}

function alertView(alert: ActiveAlert): AlertView {
  const { labels, annotations, state, activeAtMs, keepFiringSinceMs, value } = alert
  return {
    labels: labels.toObject(),
    annotations,
    state,
    activeAt: timeText(activeAtMs),
    ...(keepFiringSinceMs === undefined ? {} : { keepFiringSince: timeText(keepFiringSinceMs) }),
    value: exponentText(value),
  }
}

/** RFC 3339 without trailing zeros, as Go writes times. */
function timeText(timeMs: number | undefined): string {
  if (timeMs === undefined) return NEVER
  return new Date(timeMs).toISOString().replace(/\.?0*Z$/, 'Z')
}

/** As Go's 'e' format with all digits there are: 1 → `1e+00`. */
function exponentText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Math.abs(Number(power))
  return `${mantissa}e${power.startsWith('-') ? '-' : '+'}${String(exponent).padStart(2, '0')}`
}
