import { z } from 'zod'

const capture = z.enum(['full', 'redacted', 'hashed', 'none'])

/** A text that must be equal, or begin like it when it ends in `*`. */
const pattern = z.string().min(1)

const ruleConfig = z.strictObject({
  model: pattern.optional(),
  user: pattern.optional(),
  /** The path of the call at its upstream; known for calls through the gateway, and where the sender says `url.path`. */
  path: pattern.optional(),
  /** The gateway's upstream. */
  upstream: pattern.optional(),
  service: pattern.optional(),
  feature: pattern.optional(),
  source: z.enum(['otlp', 'gateway', 'http', 'file', 'sdk']).optional(),
  capture: capture.default('full'),
  /** Share of traces whose texts are kept; the others are stored with `none`. */
  sample: z.number().min(0).max(1).default(1),
})

/**
 * `privacy:` in tetrascope.yaml: what is kept of the texts of a call. Numbers, names and times are always kept. The first rule whose
 * conditions all hold decides; without one `capture` and `sample` do. Spans that are no call of a model have no model and no feature.
 */
export const privacyConfig = z
  .strictObject({
    capture: capture.default('full'),
    sample: z.number().min(0).max(1).default(1),
    rules: z.array(ruleConfig).default([]),
    /** Of log records and of the comments of events; like `capture` when absent. */
    logs: capture.optional(),
  })
  .prefault({})

export type PrivacyConfig = z.output<typeof privacyConfig>
export type PrivacyRule = PrivacyConfig['rules'][number]
/** `redacted`: without personal data and secrets; `hashed`: only whether two texts are equal; `none`: no text. */
export type Capture = PrivacyConfig['capture']
