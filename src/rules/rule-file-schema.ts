import { z } from 'zod'
import { parseDuration } from '../model/duration.ts'

/**
 * The shape of a rule file (https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/). Scalars arrive as the
 * text that was written, null where nothing was: YAML would otherwise turn an alert named `on` into `true`.
 */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

const texts = z
  .record(z.string(), text)
  .nullish()
  .transform((value) => value ?? {})

const duration = z
  .string()
  .nullish()
  .transform((value, context) => {
    if (value === undefined || value === null) return undefined
    try {
      return parseDuration(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })

const integer = z
  .string()
  .nullish()
  .transform((value, context) => {
    if (value === undefined || value === null) return 0
    if (/^[+-]?\d+$/.test(value)) return Number(value)
    context.addIssue({ code: 'custom', message: `cannot unmarshal !!str \`${value}\` into int` })
    return z.NEVER
  })

const rule = z.strictObject({
  record: text,
  alert: text,
  expr: text,
  for: duration,
  keep_firing_for: duration,
  labels: texts,
  annotations: texts,
})

const group = z.strictObject({
  name: text,
  interval: duration,
  query_offset: duration,
  limit: integer,
  labels: texts,
  rules: z
    .array(rule)
    .nullish()
    .transform((value) => value ?? []),
})

export const ruleFile = z
  .strictObject({
    groups: z
      .array(group)
      .nullish()
      .transform((value) => value ?? []),
  })
  .nullish()
  .transform((value) => value ?? { groups: [] })

export type RuleFileContent = z.output<typeof ruleFile>
export type GroupContent = RuleFileContent['groups'][number]
export type RuleContent = GroupContent['rules'][number]

/** Keys by what they stand in, for messages. */
export const ALLOWED_KEYS = {
  file: Object.keys(ruleFile.in.unwrap().unwrap().shape),
  group: Object.keys(group.shape),
  rule: Object.keys(rule.shape),
} as const
