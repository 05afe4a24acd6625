import type { Counter, Gauge, Histogram, InstrumentRegistry } from '../telemetry/instruments.ts'

/** What the evaluation of rules says about itself, after Prometheus's names with our own prefix. */
export interface RuleMetrics {
  readonly evaluations: Counter<'rule_group'>
  readonly failures: Counter<'rule_group'>
  readonly duration: Histogram
  readonly groupDuration: Histogram
  readonly iterations: Counter<'rule_group'>
  readonly iterationsMissed: Counter<'rule_group'>
  readonly groupInterval: Gauge<'rule_group'>
  readonly groupLastDuration: Gauge<'rule_group'>
  readonly groupLastEvaluation: Gauge<'rule_group'>
  readonly groupRules: Gauge<'rule_group'>
  readonly groupSamples: Gauge<'rule_group'>
  readonly templateFailures: Counter
  /** Rules whose selectors match no series, at the last look. */
  readonly silentRules: Gauge
}

const SECONDS = [0.001, 0.01, 0.1, 1, 10]

export function createRuleMetrics(registry: InstrumentRegistry): RuleMetrics {
  const counter = (name: string, help: string): Counter<'rule_group'> =>
    registry.counter({ name: `tetrascope_rule_${name}`, help, labelNames: ['rule_group'] })
  const gauge = (name: string, help: string): Gauge<'rule_group'> =>
    registry.gauge({ name: `tetrascope_rule_${name}`, help, labelNames: ['rule_group'] })
  const histogram = (name: string, help: string): Histogram =>
    registry.histogram({ name: `tetrascope_rule_${name}`, help, buckets: SECONDS })
  return {
    evaluations: counter('evaluations_total', 'Rule evaluations.'),
    failures: counter('evaluation_failures_total', 'Rule evaluations that failed.'),
    duration: histogram('evaluation_duration_seconds', 'Duration of the evaluation of a rule.'),
    groupDuration: histogram('group_duration_seconds', 'Duration of the evaluation of a group.'),
    iterations: counter('group_iterations_total', 'Scheduled evaluations of groups, missed ones included.'),
    iterationsMissed: counter(
      'group_iterations_missed_total',
      'Evaluations left out because the one before took too long.',
    ),
    groupInterval: gauge('group_interval_seconds', 'Interval of a group.'),
    groupLastDuration: gauge('group_last_duration_seconds', 'Duration of the last evaluation of a group.'),
    groupLastEvaluation: gauge('group_last_evaluation_timestamp_seconds', 'Time of the last evaluation of a group.'),
    groupRules: gauge('group_rules', 'Rules of a group.'),
    groupSamples: gauge('group_last_evaluation_samples', 'Samples that the last evaluation of a group gave.'),
    templateFailures: registry.counter({
      name: 'tetrascope_rule_template_failures_total',
      help: 'Templates of alerts that could not be expanded.',
    }),
    silentRules: registry.gauge({
      name: 'tetrascope_rule_silent_rules',
      help: 'Rules with a selector that matches no series.',
    }),
  }
}
