import { formatDuration } from '../model/duration.ts'
import { parseExpr } from '../promql/parser/parser.ts'
import type { ParserOptions } from '../promql/parser/parser-options.ts'
import type { SloConfig } from './config.ts'
import type {
  AlertingRuleDefinition,
  RecordingRuleDefinition,
  RuleDefinition,
  RuleGroupDefinition,
} from './rule-definition.ts'
import { RuleFilesError } from './rule-files.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How fast a budget burns, and who must know. */
interface BurnRate {
  readonly alert: string
  readonly severity: 'P1' | 'P2' | 'P3'
  /** The share of the budget of the whole window that may go in the long window. */
  readonly budgetShare: number
  readonly longMs: number
  /** Ends the alert soon after the burning does: a twelfth of the long window. */
  readonly shortMs: number
}

/** The four pairs of windows of the SRE Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts". */
const BURN_RATES: readonly BurnRate[] = [
  { alert: 'SloBudgetBurnsFast', severity: 'P1', budgetShare: 0.02, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS },
  { alert: 'SloBudgetBurns', severity: 'P2', budgetShare: 0.05, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS },
  { alert: 'SloBudgetBurnsSlowly', severity: 'P3', budgetShare: 0.1, longMs: DAY_MS, shortMs: 2 * HOUR_MS },
  { alert: 'SloBudgetWillNotLast', severity: 'P3', budgetShare: 0.1, longMs: 3 * DAY_MS, shortMs: 6 * HOUR_MS },
]

/**
 * Rules for each SLO: the error ratio over every window as a series, and alerts when the budget burns too fast. Plain rules over PromQL,
 * seen and evaluated like any other. Throws `RuleFilesError` when an expression cannot be parsed.
 */
export function sloGroups(slos: readonly SloConfig[], syntax: ParserOptions): RuleGroupDefinition[] {
  const problems = slos.flatMap((slo) => problemsOf(slo, syntax))
  if (problems.length > 0) throw new RuleFilesError(problems)
  return slos.map((slo) => ({
    file: 'slos',
    name: slo.name,
    intervalMs: MINUTE_MS,
    queryOffsetMs: undefined,
    limit: 0,
    rules: rulesOf(slo),
  }))
}

function problemsOf(slo: SloConfig, syntax: ParserOptions): string[] {
  return (['errors', 'total'] as const).flatMap((key) => {
    if (!slo[key].includes('$window'))
      return [`slos: ${slo.name}: ${key}: must use $window, as in sum(rate(x_total[$window]))`]
    try {
      parseExpr(over(slo[key], HOUR_MS), syntax)
      return []
    } catch (error) {
      return [`slos: ${slo.name}: ${key}: ${error instanceof Error ? error.message : String(error)}`]
    }
  })
}

function rulesOf(slo: SloConfig): RuleDefinition[] {
  const windows = [...new Set(BURN_RATES.flatMap(({ longMs, shortMs }) => [shortMs, longMs]))].sort((a, b) => a - b)
  return [...windows.map((windowMs) => ratioRule(slo, windowMs)), ...BURN_RATES.map((rate) => burnRule(slo, rate))]
}

function ratioRule(slo: SloConfig, windowMs: number): RecordingRuleDefinition {
  const expr = `(${over(slo.errors, windowMs)}) / ((${over(slo.total, windowMs)}) > 0)`
  return { kind: 'recording', name: ratioName(windowMs), expr, labels: { slo: slo.name } }
}

function burnRule(slo: SloConfig, rate: BurnRate): AlertingRuleDefinition {
  const factor = (rate.budgetShare * slo.window) / rate.longMs
  const limit = Number((factor * (1 - slo.objective / 100)).toPrecision(6))
  const burns = (windowMs: number): string => `${ratioName(windowMs)}{slo=${JSON.stringify(slo.name)}} > ${limit}`
  // With hardly any traffic one failed request is a large share of it.
  const enough = `(${over(slo.total, rate.longMs)}) * ${rate.longMs / 1000} >= ${slo.min_events}`
  const share = `${rate.budgetShare * 100} %`
  const long = formatDuration(rate.longMs)
  return {
    kind: 'alerting',
    name: rate.alert,
    expr: `${burns(rate.longMs)} and ${burns(rate.shortMs)} and on () (${enough})`,
    holdMs: 0,
    keepFiringMs: 0,
    labels: { severity: rate.severity, layer: slo.layer, ...slo.labels },
    annotations: {
      summary: `${slo.name}: {{ $value | humanizePercentage }} errors over ${long}, the objective allows ${allowed(slo)} %`,
      summary_zh: `${slo.name}：${long} 内错误率 {{ $value | humanizePercentage }}，目标允许 ${allowed(slo)} %`,
      description: `At this pace ${share} of the error budget of ${formatDuration(slo.window)} goes in ${long}.`,
      description_zh: `按此速度，${long} 内将消耗 ${formatDuration(slo.window)} 错误预算的 ${share}。`,
    },
  }
}

function allowed(slo: SloConfig): number {
  return Number((100 - slo.objective).toPrecision(6))
}

function over(expr: string, windowMs: number): string {
  return expr.replaceAll('$window', formatDuration(windowMs))
}

function ratioName(windowMs: number): string {
  return `slo:error_ratio:rate${formatDuration(windowMs)}`
}
