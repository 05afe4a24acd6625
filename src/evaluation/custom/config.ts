import { RE2JS } from 're2js'
import { z } from 'zod'
import { durationText } from '../../model/duration-text.ts'
import { readable } from '../readable.ts'
import { parseExpression } from './expression.ts'
import { JsonSchema } from './json-schema.ts'

const verdict = z.enum(['ok', 'flagged'])

/** What all user-defined evaluators have. A match scores 1, no match 0. */
const common = {
  /** The `evaluator` label of its series. */
  name: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be of lower-case words joined by hyphens'),
  version: z
    .union([z.string().min(1), z.number()])
    .transform(String)
    .default('1'),
  direction: z.enum(['higher_is_worse', 'higher_is_better', 'neutral']).default('higher_is_worse'),
}
const onMatch = { match: verdict.default('flagged'), no_match: verdict.default('ok') }
const field = { applies_to: z.enum(['prompt', 'response']).default('response') }

const customEvaluator = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('regex'),
    ...common,
    ...onMatch,
    ...field,
    /** RE2's syntax, found anywhere in the text. */
    pattern: readable(z.string().min(1), (pattern) => RE2JS.compile(pattern)),
  }),
  z.strictObject({
    kind: z.literal('keyword'),
    ...common,
    ...onMatch,
    ...field,
    /** Words and phrases. In alphabetic scripts they match as whole words. */
    keywords: z.array(z.string().min(1)).min(1).max(10_000),
    case_sensitive: z.boolean().default(false),
    /** Whether all of them must occur, not one. */
    all: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal('json_schema'),
    ...common,
    direction: common.direction.default('higher_is_better'),
    match: verdict.default('ok'),
    no_match: verdict.default('flagged'),
    ...field,
    /** What the text conforms to as JSON, all of it or its one block of code. */
    schema: readable(z.union([z.record(z.string(), z.unknown()), z.boolean()]), (schema) => new JsonSchema(schema)),
  }),
  z.strictObject({
    kind: z.literal('expression'),
    ...common,
    ...onMatch,
    /** A condition, or a number from 0 to 1 that is the score and matches from 0.5 on. */
    expression: readable(z.string().min(1), parseExpression),
  }),
  z.strictObject({
    kind: z.literal('module'),
    ...common,
    /** A JavaScript module whose default export has `evaluate(input)`; relative to the configuration file. */
    path: z.string().min(1),
    /** What takes longer is broken off and counted as a failure. */
    timeout: durationText.prefault('100ms'),
  }),
])

/** `evaluation.custom`: evaluators of one's own, which run beside the built-in ones. */
export const customEvaluators = z.array(customEvaluator).max(200).default([])

export type CustomEvaluatorConfig = z.output<typeof customEvaluator>
export type ModuleConfig = Extract<CustomEvaluatorConfig, { readonly kind: 'module' }>
/** Those that are data and need no code of the user's. */
export type DeclaredConfig = Exclude<CustomEvaluatorConfig, ModuleConfig>
