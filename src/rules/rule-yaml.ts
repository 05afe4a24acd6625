import { z } from 'zod'
import { parseDuration } from '../model/duration.ts'
import { nearest } from '../util/nearest.ts'
import type { PlacedYaml } from '../util/placed-yaml.ts'

// What rule files and files of rule tests are made of. Scalars arrive as the text that was written, null where nothing was: YAML
// would otherwise turn an alert named `on` into `true`.

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

export const texts = z
  .record(z.string(), text)
  .nullish()
  .transform((value) => value ?? {})

/** Milliseconds; undefined when it is absent. */
export const duration = z
  .string()
  .nullish()
  .transform((value, context) => {
    if (value === undefined || value === null) return undefined
    try {
      return parseDuration(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
      return z.NEVER
    }
  })

export const integer = z
  .string()
  .nullish()
  .transform((value, context) => {
    if (value === undefined || value === null) return 0
    if (/^[+-]?\d+$/.test(value)) return Number(value)
    context.addIssue({ code: 'custom', message: `cannot unmarshal !!str \`${value}\` into int` })
    return z.NEVER
  })

/** What an unknown key stands in, and the keys that are known there. */
export interface KeyOwner {
  readonly name: string
  readonly allowed: readonly string[]
}

/** All that is wrong with the shape of a file, a line each, as Go's YAML says it. `ownerOf` knows what stands at a path. */
export function shapeErrors(
  error: z.ZodError,
  yaml: PlacedYaml,
  ownerOf: (path: readonly PropertyKey[]) => KeyOwner | undefined,
): string {
  const lines = error.issues.flatMap((issue) => shapeError(issue, yaml, ownerOf))
  return ['yaml: unmarshal errors:', ...lines.map((line) => `  ${line}`)].join('\n')
}

function shapeError(
  issue: z.core.$ZodIssue,
  yaml: PlacedYaml,
  ownerOf: (path: readonly PropertyKey[]) => KeyOwner | undefined,
): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, yaml.keyPlace(issue.path, key).line, ownerOf(issue.path)))
  }
  const { line } = yaml.place(issue.path)
  if (issue.code !== 'invalid_type') return [`line ${line}: ${issue.message}`]
  const names: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'a map',
    record: 'a map',
    string: 'a text',
  }
  const expected = names[issue.expected] ?? issue.expected
  return [
    `line ${line}: cannot unmarshal ${yaml.describe(issue.path)} into ${issue.path.join('.')}: expected ${expected}`,
  ]
}

function unknownKey(key: string, line: number, owner: KeyOwner | undefined): string {
  if (owner === undefined) return `line ${line}: field ${key} not found`
  const like = nearest(key, owner.allowed)
  const hint = like === undefined ? '' : `, did you mean ${JSON.stringify(like)}?`
  return `line ${line}: field ${key} not found in a ${owner.name}${hint} (allowed: ${owner.allowed.join(', ')})`
}
