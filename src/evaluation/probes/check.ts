import { z } from 'zod'
import { matchesRe2 } from '../../util/re2-replace.ts'
import { JsonSchema } from '../custom/json-schema.ts'
import { jsonIn } from '../instructions/json-answer.ts'
import { readable } from '../readable.ts'
import { similarityOf } from '../text/similarity.ts'

const pattern = readable(z.string(), (text) => matchesRe2(text, ''))
const jsonSchema = readable(z.record(z.string(), z.unknown()), (schema) => new JsonSchema(schema))

/** What an answer must be. */
export const checkSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('exact'),
    /** One text, or several of which each is right. */
    expected: z.union([z.string().transform((text) => [text]), z.array(z.string()).min(1)]),
    ignore_case: z.boolean().default(true),
    /** Runs of white space count as one space, and none at the ends. */
    ignore_space: z.boolean().default(true),
    /** Punctuation at the ends does not count: `"Paris."` is `Paris`. */
    ignore_punctuation: z.boolean().default(true),
  }),
  /** RE2 syntax; must occur in the answer. */
  z.strictObject({ type: z.literal('regex'), pattern }),
  /** The last number of the answer. */
  z.strictObject({
    type: z.literal('numeric'),
    expected: z.number(),
    tolerance: z.number().min(0).default(0),
    /** As a share of what is expected. */
    relative_tolerance: z.number().min(0).default(0),
  }),
  /** JSON, alone or in one block of code, that conforms to the schema. */
  z.strictObject({ type: z.literal('schema'), schema: jsonSchema }),
  /** Says what is expected, by its content words. */
  z.strictObject({
    type: z.literal('semantic'),
    expected: z.string().min(1),
    threshold: z.number().min(0).max(1).default(0.5),
  }),
  /** A model judges the answer by a criterion; needs a judge. */
  z.strictObject({
    type: z.literal('judged'),
    criterion: z.string().min(1).default('correctness'),
    /** What a good answer says. */
    expected: z.string().default(''),
    threshold: z.number().min(0).max(1).default(0.5),
  }),
])

export type Check = z.output<typeof checkSchema>
export type LocalCheck = Exclude<Check, { readonly type: 'judged' }>

/** What one check found in an answer. `expected` and `found` are for people. */
export interface CheckResult {
  readonly type: Check['type']
  readonly isPassed: boolean
  readonly expected: string
  readonly found: string
}

/** What of an answer is shown. */
const SHOWN_LENGTH = 300
/** Rounding of decimal fractions must not decide. */
const EPSILON = 1e-9

/** Checks an answer without asking anybody. */
export function runCheck(check: LocalCheck, answer: string): CheckResult {
  const { type } = check
  const found = shown(answer)
  switch (check.type) {
    case 'exact': {
      const isPassed = check.expected.some((text) => normalised(text, check) === normalised(answer, check))
      return { type, isPassed, expected: shown(check.expected.join(' | ')), found }
    }
    case 'regex':
      return { type, isPassed: matchesRe2(check.pattern, answer), expected: `/${check.pattern}/`, found }
    case 'numeric':
      return numericResult(check, answer)
    case 'schema': {
      const fault = schemaFault(check.schema, answer)
      const told = fault === undefined ? found : `${found} (${fault})`
      return { type, isPassed: fault === undefined, expected: shown(JSON.stringify(check.schema)), found: told }
    }
    case 'semantic': {
      const similarity = similarityOf(check.expected, answer)
      const isPassed = similarity >= check.threshold
      return {
        type,
        isPassed,
        expected: shown(check.expected),
        found: `${found} (similarity ${similarity.toFixed(2)})`,
      }
    }
  }
}

/** Why an answer does not conform; undefined when it does. */
function schemaFault(schema: Readonly<Record<string, unknown>>, answer: string): string | undefined {
  const json = jsonIn(answer)
  return json === undefined ? 'not JSON' : new JsonSchema(schema).faultOf(json.value)
}

function numericResult(check: Extract<Check, { type: 'numeric' }>, answer: string): CheckResult {
  const { type, expected, tolerance, relative_tolerance: relative } = check
  const value = lastNumber(answer)
  const allowed = Math.max(tolerance, relative * Math.abs(expected)) + EPSILON * Math.max(1, Math.abs(expected))
  const isPassed = value !== undefined && Math.abs(value - expected) <= allowed
  const told =
    tolerance > 0 || relative > 0 ? `${expected} ± ${Math.max(tolerance, relative * Math.abs(expected))}` : ''
  return { type, isPassed, expected: told || String(expected), found: value === undefined ? shown(answer) : `${value}` }
}

const NUMBER = /[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** The last number of a text, in figures; commas part thousands, and full-width figures count. A minus needs no digit before it: `10-3` ends in 3. */
export function lastNumber(text: string): number | undefined {
  const plain = text.normalize('NFKC')
  const match = [...plain.matchAll(NUMBER)].at(-1)
  if (match === undefined) return undefined
  const [figures] = match
  const isDash = /^[-−]/.test(figures) && /[\p{L}\p{N})]/u.test(plain[match.index - 1] ?? '')
  const unsigned = Number(figures.replace(/^[-−]/, '').replaceAll(',', ''))
  return /^[-−]/.test(figures) && !isDash ? -unsigned : unsigned
}

interface Normalisation {
  readonly ignore_case: boolean
  readonly ignore_space: boolean
  readonly ignore_punctuation: boolean
}

function normalised(text: string, options: Normalisation): string {
  let result = text.normalize('NFKC')
  if (options.ignore_case) result = result.toLowerCase()
  if (options.ignore_space) result = result.replaceAll(/\s+/g, ' ').trim()
  if (options.ignore_punctuation) result = result.replaceAll(/^[\s\p{P}]+|[\s\p{P}]+$/gu, '')
  return result
}

function shown(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}
