import { z } from 'zod'
import { duration, shapeErrors, text, texts } from './rule-yaml.ts'
import { PlacedYaml, YamlError } from '../util/placed-yaml.ts'

/** A file in promtool's format of unit tests for rules (https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/). */
const alertTest = z.strictObject({
  eval_time: duration.transform((ms) => ms ?? 0),
  alertname: text.refine((name) => name !== '', 'an item under alert_rule_test misses required attribute alertname'),
  exp_alerts: z
    .array(z.strictObject({ exp_labels: texts, exp_annotations: texts }))
    .nullish()
    .transform((alerts) => alerts ?? []),
})

const exprTest = z.strictObject({
  expr: text,
  eval_time: duration.transform((ms) => ms ?? 0),
  exp_samples: z
    .array(z.strictObject({ labels: text, value: text, histogram: text }))
    .nullish()
    .transform((samples) => samples ?? []),
})

function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? [])
}

const startTime = text.transform((value, context): number => {
  if (value === '') return 0
  const ms = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value)
  if (!Number.isNaN(ms)) return ms
  context.addIssue({
    code: 'custom',
    message: `not a time: ${JSON.stringify(value)} (expected RFC 3339 or seconds since 1970)`,
  })
  return z.NEVER
})

const test = z.strictObject({
  name: text,
  interval: duration,
  input_series: listOf(z.strictObject({ series: text, values: text })),
  alert_rule_test: listOf(alertTest),
  promql_expr_test: listOf(exprTest),
  external_labels: texts,
  external_url: text,
  start_timestamp: startTime,
})

const ruleTestFile = z.strictObject({
  rule_files: listOf(text),
  evaluation_interval: duration,
  group_eval_order: listOf(text).refine((names) => new Set(names).size === names.length, {
    error: () => 'group name repeated in evaluation order',
  }),
  fuzzy_compare: text.transform((value) => value === 'true'),
  tests: listOf(test),
})

export type RuleTestFile = z.output<typeof ruleTestFile>
export type RuleTest = RuleTestFile['tests'][number]

/** The text is no file of rule tests; `message` has the lines. */
export class RuleTestFileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'RuleTestFileError'
  }
}

/** Throws `RuleTestFileError`. */
export function parseRuleTestFile(content: string): RuleTestFile {
  try {
    const yaml = PlacedYaml.parse(content)
    const parsed = ruleTestFile.safeParse(yaml.value ?? {})
    if (parsed.success) return parsed.data
    throw new RuleTestFileError(shapeErrors(parsed.error, yaml, () => undefined))
  } catch (error) {
    if (error instanceof YamlError) throw new RuleTestFileError(error.message)
    throw error
  }
}
