import { z } from 'zod'
import { parseDuration } from './duration.ts'

/** A duration in a configuration, in Prometheus's spelling (`15s`, `1h30m`); the output is milliseconds. */
export const durationText = z.string().transform((text, context): number => {
  try {
    return parseDuration(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})
