/** A rule as it stands in a file, durations in milliseconds. */
export type RuleDefinition = AlertingRuleDefinition | RecordingRuleDefinition

export interface AlertingRuleDefinition {
  readonly kind: 'alerting'
  readonly name: string
  readonly expr: string
  /** The condition must hold this long before the alert fires. */
  readonly holdMs: number
  /** The alert keeps firing this long after the condition is over. */
  readonly keepFiringMs: number
  /** Values are templates. */
  readonly labels: Readonly<Record<string, string>>
  /** Values are templates. */
  readonly annotations: Readonly<Record<string, string>>
}

export interface RecordingRuleDefinition {
  readonly kind: 'recording'
  readonly name: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
}

export interface RuleGroupDefinition {
  readonly file: string
  readonly name: string
  /** Undefined: the global evaluation interval. */
  readonly intervalMs: number | undefined
  /** Undefined: the global query offset. */
  readonly queryOffsetMs: number | undefined
  /** Alerts of an alerting rule or series of a recording rule; 0 is no limit. */
  readonly limit: number
  readonly rules: readonly RuleDefinition[]
}

/** A group's name is unique in its file only. */
export function groupKey(group: Pick<RuleGroupDefinition, 'file' | 'name'>): string {
  return `${group.file};${group.name}`
}
