import { z } from 'zod'
import { durationText } from '../model/duration-text.ts'
import { BIN_RULES } from './comparison.ts'
import { FEATURES } from './feature.ts'

const timeMs = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

/** Embeddings are many numbers, and compared in a way of their own. */
const WATCHED = [...FEATURES, 'embedding'] as const

/** What the newest requests are compared with. A duration alone means the time before them, which moves along. */
const reference = z.union([
  durationText.transform((duration) => ({ kind: 'rolling' as const, duration })),
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('rolling'), duration: durationText }),
    /** A stretch of time that stays: read once from the stored requests and then kept. */
    z.strictObject({ kind: z.literal('window'), from: timeMs, to: timeMs }),
    /** What was pinned under this name, by POST /api/tetrascope/v1/drift/pins. */
    z.strictObject({ kind: z.literal('pinned'), name: z.string().min(1) }),
    /** The same hour of the same weekday (UTC) in the weeks before. */
    z.strictObject({ kind: z.literal('weekly'), weeks: z.int().min(1).max(8).default(4) }),
    /** JSON lines or CSV with a column for each feature and, where models differ, `model`. */
    z.strictObject({ kind: z.literal('file'), path: z.string().min(1) }),
  ]),
])

/** `drift:` in tetrascope.yaml: how far the newest requests have moved from a reference. */
export const driftConfig = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** The newest requests, which are compared. */
    current: durationText.prefault('30m'),
    reference: reference.prefault('24h'),
    /** How often. Windows move in steps of at least this. */
    interval: durationText.prefault('1m'),
    /** With fewer requests in either window nothing is said: a handful always looks like drift. */
    min_requests: z.number().int().min(10).default(100),
    features: z.array(z.enum(WATCHED)).default([...WATCHED]),
    /** Further attributes of requests, watched under their own names: numbers as numbers, everything else as categories. */
    attributes: z.array(z.string().min(1)).max(50).default([]),
    /** Evaluators whose scores are watched. */
    evaluators: z.array(z.string().min(1)).max(50).default(['refusal', 'sentiment']),
    bins: z.enum(BIN_RULES).default('quantile'),
  })
  .prefault({})

export type DriftConfig = z.output<typeof driftConfig>
