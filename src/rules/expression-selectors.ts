import type { Matcher } from '../model/matcher.ts'
import { METRIC_NAME } from '../model/labels.ts'
import type { VectorSelector } from '../promql/parser/ast.ts'
import { ALERT_NAME, ALERTS_FOR_STATE_METRIC, ALERTS_METRIC } from './alerting-rule.ts'
import type { RuleDefinition } from './rule-definition.ts'

/** May an expression read what the rule writes? A selector without a metric name may read anything. */
export function readsOutputOf(selectors: readonly VectorSelector[], rule: RuleDefinition): boolean {
  return selectors.some(({ matchers }) => {
    if (rule.kind === 'recording') return accepts(matchers, METRIC_NAME, rule.name)
    const readsAlerts = [ALERTS_METRIC, ALERTS_FOR_STATE_METRIC].some((name) => accepts(matchers, METRIC_NAME, name))
    return readsAlerts && accepts(matchers, ALERT_NAME, rule.name)
  })
}

function accepts(matchers: readonly Matcher[], label: string, value: string): boolean {
  return matchers.every((matcher) => matcher.name !== label || matcher.matches(value))
}
