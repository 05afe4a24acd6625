import type { z } from 'zod'
import { nearest } from '../../util/nearest.ts'

/** What comes in from outside a body: the time and what makes ids. */
export interface BodyContext {
  readonly nowMs: number
  /** So many random bytes as lower-case hex. */
  readonly randomHex: (bytes: number) => string
}

/** One item that could not be taken, by its place in the list. */
export interface ItemFailure {
  readonly index: number
  /** Path, what was found, what is allowed: `latency_ms: found "fast", expected a number`. */
  readonly message: string
}

/** The good part of a body, and what was wrong with the rest. */
export interface TakenItems<T> {
  readonly items: readonly T[]
  readonly failures: readonly ItemFailure[]
}

/** A body that as a whole is not what is expected; nothing of it was taken. */
export class BodyError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BodyError'
  }
}

/**
 * Takes a list of items: a list, an object with the list under `listName`, or one item alone. Items that the schema refuses are
 * left out and reported. Throws `BodyError` when there is no list at all.
 */
export function takeItems<S extends z.ZodType, T>(
  body: unknown,
  listName: string,
  schema: S,
  build: (item: z.output<S>) => T,
): TakenItems<T> {
  const items: T[] = []
  const failures: ItemFailure[] = []
  listIn(body, listName).forEach((value, index) => {
    const parsed = schema.safeParse(value, { reportInput: true })
    if (parsed.success) items.push(build(parsed.data))
    else failures.push({ index, message: parsed.error.issues.map((issue) => describeIssue(issue)).join('; ') })
  })
  return { items, failures }
}

function listIn(body: unknown, listName: string): readonly unknown[] {
  if (Array.isArray(body)) return body
  if (typeof body !== 'object' || body === null) {
    throw new BodyError(`found ${describeValue(body)}, expected an object, a list, or {"${listName}": [...]}`)
  }
  const list: unknown = (body as Record<string, unknown>)[listName]
  if (list === undefined) return [body]
  if (Array.isArray(list)) return list
  throw new BodyError(`${listName}: found ${describeValue(list)}, expected a list`)
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.') || '(item)'
  if (issue.code === 'custom') return `${path}: ${issue.message}`
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String)
    const meant = typeof issue.input === 'string' ? nearest(issue.input, allowed) : undefined
    const hint = meant === undefined ? '' : ` (did you mean ${JSON.stringify(meant)}?)`
    return `${path}: found ${describeValue(issue.input)}, expected one of ${allowed.join(', ')}${hint}`
  }
  if (issue.code === 'invalid_type') return `${path}: found ${describeValue(issue.input)}, expected ${issue.expected}`
  return `${path}: found ${describeValue(issue.input)}: ${issue.message}`
}

export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
