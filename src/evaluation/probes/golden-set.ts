import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Check, checkSchema } from './check.ts'

/** One question with what its answer must be: all of the checks. */
export interface GoldenItem {
  readonly id: string
  readonly messages: ReadonlyArray<{ readonly role: 'system' | 'user' | 'assistant'; readonly content: string }>
  readonly checks: readonly Check[]
}

/** A golden data set cannot be read: says file, line, field, what was found and what is expected. */
export class GoldenSetError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'GoldenSetError'
  }
}

const MAX_ITEMS = 10_000

const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })

const itemSchema = z
  .strictObject({
    id: z.union([z.string().min(1), z.number()]).transform(String),
    system: z.string().optional(),
    prompt: z.string().min(1).optional(),
    messages: z.array(message).min(1).optional(),
    checks: z.array(checkSchema).min(1),
  })
  .refine(({ prompt, messages }) => (prompt === undefined) !== (messages === undefined), {
    error: 'expected either `prompt` or `messages`',
  })

/** Reads a golden data set: JSON lines `{id, prompt | messages, system?, checks}`. Throws `GoldenSetError` with all that is wrong. */
export function readGoldenSet(file: string): GoldenItem[] {
  const problems: string[] = []
  const items: GoldenItem[] = []
  textOf(file)
    .split('\n')
    .forEach((line, i) => {
      if (line.trim() === '') return
      const found = itemIn(line)
      if ('problem' in found) problems.push(`${file}:${i + 1}: ${found.problem}`)
      else if (items.some(({ id }) => id === found.id)) problems.push(`${file}:${i + 1}: id ${found.id} is given twice`)
      else items.push(found)
    })
  if (problems.length > 0) throw new GoldenSetError(problems.join('\n'))
  if (items.length === 0)
    throw new GoldenSetError(`${file}: found nothing, expected JSON lines with id, prompt and checks`)
  if (items.length > MAX_ITEMS) throw new GoldenSetError(`${file}: found ${items.length} items, at most ${MAX_ITEMS}`)
  return items
}

function itemIn(line: string): GoldenItem | { readonly problem: string } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    return { problem: `not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
  const parsed = itemSchema.safeParse(value)
  if (!parsed.success)
    return {
      problem: parsed.error.issues.map(({ path, message: text }) => [path.join('.'), text].join(': ')).join('; '),
    }
  const { id, system, prompt, messages = [{ role: 'user', content: prompt ?? '' }], checks } = parsed.data
  const before = system === undefined ? [] : [{ role: 'system' as const, content: system }]
  return { id, messages: [...before, ...messages], checks }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    throw new GoldenSetError(`${file}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
