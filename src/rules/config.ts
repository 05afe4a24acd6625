import { z } from 'zod'
import { parseDuration } from '../model/duration.ts'

/** `rule_files:` as in Prometheus: paths or globs, relative to the configuration file. */
export const ruleFilesConfig = z.array(z.string().min(1)).default([])

/** `rules:` our own switches around the evaluation of rules. */
export const rulesConfig = z
  .strictObject({
    /** Load the shipped P1, P2 and P3 rules besides the files of `rule_files`. */
    defaults: z.boolean().default(true),
    /** Names of shipped alerts that are not wanted. */
    disabled_alerts: z.array(z.string()).default([]),
  })
  .prefault({})

const durationText = z.string().transform((text, context) => {
  try {
    return parseDuration(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})

const slo = z.strictObject({
  name: z.string().min(1),
  /** Percent of events that are good. */
  objective: z.number().gt(0).lt(100),
  /** Over which the objective holds. */
  window: durationText.prefault('30d'),
  /** Rate of bad events, with `$window` for the range: `sum(rate(llm_requests_total{status="error"}[$window]))`. */
  errors: z.string().min(1),
  /** Rate of all events. */
  total: z.string().min(1),
  /** No alert on fewer events than this. */
  min_events: z.number().nonnegative().default(20),
  layer: z.enum(['infrastructure', 'application', 'model_quality', 'business']).default('application'),
  labels: z.record(z.string(), z.string()).default({}),
})

/** `slos:` objectives from which rules and alerts on the burning of their budgets are made. */
export const slosConfig = z
  .array(slo)
  .default([])
  .refine((slos) => new Set(slos.map(({ name }) => name)).size === slos.length, 'every SLO needs a name of its own')

export type SloConfig = z.output<typeof slo>
