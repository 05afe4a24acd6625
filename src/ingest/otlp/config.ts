import { z } from 'zod'

/** Attribute names; each stands once. */
const attributeNames = z
  .array(z.string().min(1, 'must be the name of an attribute, found an empty text'))
  .refine((names) => new Set(names).size === names.length, 'an attribute is named twice')
  .nullish()
  .transform((names) => names ?? [])

/** How OTLP names become those of series; the words are Prometheus's. */
export const TRANSLATION_STRATEGIES = [
  'UnderscoreEscapingWithSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoTranslation',
] as const

export type TranslationStrategy = (typeof TRANSLATION_STRATEGIES)[number]

/** `otlp:` in tetrascope.yaml, key by key as Prometheus has it: how metrics that come by OTLP become series. */
export const otlpConfig = z
  .strictObject({
    translation_strategy: z.enum(TRANSLATION_STRATEGIES).default('UnderscoreEscapingWithSuffixes'),
    /** Attributes of the resource that every series of it gets as labels. */
    promote_resource_attributes: attributeNames,
    promote_all_resource_attributes: z.boolean().default(false),
    /** Those that are not promoted with all others. */
    ignore_resource_attributes: attributeNames,
    /** Whether `target_info` also has the attributes that make up `job` and `instance`. */
    keep_identifying_resource_attributes: z.boolean().default(false),
    /** Whether series get the instrumentation as `otel_scope_name`, `otel_scope_version`, `otel_scope_schema_url` and `otel_scope_<attribute>`. */
    promote_scope_metadata: z.boolean().default(false),
    /** Whether a label that would begin with one underscore begins with `key_`. */
    label_name_underscore_sanitization: z.boolean().default(true),
    /** Whether several underscores in a row stay in a label's name. */
    label_name_preserve_multiple_underscores: z.boolean().default(true),
    convert_histograms_to_nhcb: z
      .literal(
        false,
        'convert_histograms_to_nhcb is not supported by tetrascope; histograms keep their classic buckets',
      )
      .default(false),
  })
  .refine(
    (config) => !config.promote_all_resource_attributes || config.promote_resource_attributes.length === 0,
    "'promote_all_resource_attributes' and 'promote_resource_attributes' cannot be configured simultaneously",
  )
  .refine(
    (config) => config.promote_all_resource_attributes || config.ignore_resource_attributes.length === 0,
    "'ignore_resource_attributes' can only be configured if 'promote_all_resource_attributes' is true",
  )
  .prefault({})

export type OtlpConfig = Readonly<z.output<typeof otlpConfig>>
