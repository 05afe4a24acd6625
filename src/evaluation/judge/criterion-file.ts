import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { nearest } from '../../util/nearest.ts'
import { type Criterion, JUDGED_FIELDS } from './criterion.ts'

/** Beside this module, so that they can be read, copied and changed without the program. */
const SHIPPED = path.join(import.meta.dirname, 'criteria')

const field = z.enum(JUDGED_FIELDS)

const example = z.strictObject({
  fields: z.partialRecord(field, z.string()),
  score: z.number(),
  verdict: z.string(),
  reason: z.string().min(1),
})

/** A criterion as a file: YAML or JSON. */
const criterionSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be of lower-case words joined by hyphens'),
    version: z.union([z.string().min(1), z.number()]).transform(String),
    direction: z.enum(['higher_is_worse', 'higher_is_better', 'neutral']).default('higher_is_better'),
    scale: z
      .strictObject({ min: z.number(), max: z.number() })
      .refine(({ min, max }) => min < max, 'min must be below max')
      .default({ min: 1, max: 5 }),
    verdicts: z
      .record(z.string().min(1), z.enum(['ok', 'flagged']))
      .refine((verdicts) => Object.keys(verdicts).length > 1, 'must be at least two')
      .default({ pass: 'ok', fail: 'flagged' }),
    needs: z.array(field).default(['response']),
    shows: z.array(field).default([...JUDGED_FIELDS]),
    rubric: z.union([
      z
        .string()
        .min(1)
        .transform((en) => ({ en })),
      z.strictObject({ en: z.string().min(1), zh: z.string().min(1).optional() }),
    ]),
    examples: z.array(example).max(20).default([]),
  })
  .superRefine(({ scale, verdicts, examples }, context) => {
    examples.forEach(({ score, verdict }, i) => {
      if (score < scale.min || score > scale.max) {
        const message = `found ${score}, the scale is ${scale.min} to ${scale.max}`
        context.addIssue({ code: 'custom', path: ['examples', i, 'score'], message })
      }
      if (!(verdict in verdicts)) {
        const message = `found ${JSON.stringify(verdict)}, allowed are ${Object.keys(verdicts).join(', ')}`
        context.addIssue({ code: 'custom', path: ['examples', i, 'verdict'], message })
      }
    })
  })

/** A criterion that is asked for is not there, or its file is none. */
export class CriterionError extends Error {
  constructor(where: string, reason: string) {
    super(`${where}: ${reason}`)
    this.name = 'CriterionError'
  }
}

/** The names of the criteria that come with the product. */
export function shippedCriteria(): string[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.yml'))
    .map((file) => file.slice(0, -'.yml'.length))
    .sort()
}

/**
 * Reads criteria: by name those that come with the product, by path (with a dot or a slash in it, from `folder`) others.
 * Throws `CriterionError`, also when two have one name.
 */
export function readCriteria(wanted: readonly string[], folder: string): Criterion[] {
  const known = shippedCriteria()
  const criteria = wanted.map((name) => {
    if (/[./\\]/.test(name)) return readCriterionFile(path.resolve(folder, name))
    if (known.includes(name)) return readCriterionFile(path.join(SHIPPED, `${name}.yml`))
    const meant = nearest(name, known)
    const hint = meant === undefined ? '' : `did you mean ${JSON.stringify(meant)}? `
    throw new CriterionError(
      `unknown criterion ${JSON.stringify(name)}`,
      `${hint}(known: ${known.join(', ')}; or the path of a file, such as ./${name}.yml)`,
    )
  })
  criteria.forEach(({ name }, i) => {
    const first = criteria.findIndex((other) => other.name === name)
    if (first !== i) throw new CriterionError(wanted[i] ?? name, `criterion ${JSON.stringify(name)} is given twice`)
  })
  return criteria
}

function readCriterionFile(file: string): Criterion {
  const parsed = criterionSchema.safeParse(parseYaml(file))
  if (parsed.success) return parsed.data
  throw new CriterionError(file, parsed.error.issues.map(describe).join('; '))
}

function parseYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof YAMLParseError) throw new CriterionError(file, `not valid YAML: ${error.message}`)
    throw new CriterionError(file, error instanceof Error ? error.message : String(error))
  }
}

function describe({ path: at, message }: z.core.$ZodIssue): string {
  return at.length === 0 ? message : `${at.join('.')}: ${message}`
}
