import { z } from 'zod'
import { LAYERS, type CatalogueEntry } from './entry.ts'

const text = z.union([
  z.string().transform((both) => ({ en: both, zh: both })),
  z.strictObject({ en: z.string(), zh: z.string() }),
])

/** `catalogue:` in tetrascope.yaml: entries of the user's own, shown and judged like the standard ones. */
export const catalogueConfig = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower-case letters, digits and underscores'),
      layer: z.enum(LAYERS),
      type: z.enum(['counter', 'gauge', 'histogram']).default('gauge'),
      unit: z.string().default(''),
      title: text,
      description: text.default({ en: '', zh: '' }),
      worse: z.enum(['higher', 'lower']).nullable().default(null),
      thresholds: z.strictObject({ warning: z.number(), critical: z.number() }).nullable().default(null),
      headline: z.boolean().default(true),
      sources: z
        .array(
          z.strictObject({
            from: z.string().default('user'),
            value: z.string(),
            quantile: z.string().nullable().default(null),
          }),
        )
        .min(1),
    }),
  )
  .default([])

export type CatalogueConfig = z.infer<typeof catalogueConfig>

/** A section's entries are catalogue entries as they stand. */
export function entriesOf(config: CatalogueConfig): readonly CatalogueEntry[] {
  return config
}
