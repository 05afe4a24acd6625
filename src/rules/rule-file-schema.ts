import { z } from 'zod'
import { duration, integer, text, texts } from './rule-yaml.ts'

// The shape of a rule file (https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/).

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
