import { z } from 'zod'

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
