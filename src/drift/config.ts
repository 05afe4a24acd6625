import { z } from 'zod'
import { parseDuration } from '../model/duration.ts'
import { FEATURES } from './feature.ts'

const durationMs = z.string().transform((text, context) => {
  try {
    return parseDuration(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})

/** `drift:` in tetrascope.yaml: how far the newest requests have moved from those before. */
export const driftConfig = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** The newest requests, which are compared. */
    current: durationMs.prefault('30m'),
    /** The time before them, which they are compared with. */
    reference: durationMs.prefault('24h'),
    /** How often. Windows move in steps of this. */
    interval: durationMs.prefault('1m'),
    /** With fewer requests in either window nothing is said: a handful always looks like drift. */
    min_requests: z.number().int().min(10).default(100),
    features: z.array(z.enum(FEATURES)).default([...FEATURES]),
  })
  .prefault({})

export type DriftConfig = z.output<typeof driftConfig>
