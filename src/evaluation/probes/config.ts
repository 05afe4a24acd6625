import { z } from 'zod'
import { durationText } from '../../model/duration-text.ts'
import { endpointConfig } from '../judge/config.ts'

const probeSetConfig = z.strictObject({
  /** The label `probe` of the series. */
  name: z.string().min(1).max(200),
  /** JSON lines, relative to the configuration file. */
  file: z.string().min(1),
  /** Where the questions are asked. A temperature of 0 makes answers comparable. */
  endpoint: endpointConfig,
  interval: durationText.refine((ms) => ms >= 1_000, 'expected at least 1s').prefault('1h'),
  /** `rolling`: the newest runs before this one; `pinned`: what was pinned by POST /api/tetrascope/v1/probes/pins. */
  baseline: z.enum(['rolling', 'pinned']).default('rolling'),
})

/** `probes:` in tetrascope.yaml: questions with known answers that are asked of an endpoint again and again. */
export const probesConfig = z
  .strictObject({
    sets: z.array(probeSetConfig).max(100).default([]),
    /** Questions under way at once, of one set. */
    concurrency: z.int().min(1).max(100).default(4),
    /** Questions of a day (UTC), of all sets. A run that would go beyond is not begun, and counted as missed. */
    calls_per_day: z.int().min(1).default(10_000),
  })
  .prefault({})
  .superRefine(({ sets }, context) => {
    sets.forEach(({ name }, i) => {
      if (sets.findIndex((other) => other.name === name) === i) return
      const message = `probe set ${JSON.stringify(name)} is given twice`
      context.addIssue({ code: 'custom', path: ['sets', i, 'name'], message })
    })
  })

export type ProbesConfig = z.output<typeof probesConfig>
export type ProbeSetConfig = z.output<typeof probeSetConfig>
