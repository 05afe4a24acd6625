import type { Document, LineCounter } from 'yaml'
import type { z } from 'zod'
import { nearest } from '../util/nearest.ts'
import type { ConfigProblem } from './config-error.ts'
import { keysOf, type Schema, schemaWithin } from './schema-shape.ts'

type Issue = z.core.$ZodIssue
type Path = readonly PropertyKey[]

export interface ProblemSource {
  readonly document: Document
  readonly lines: LineCounter
  readonly value: unknown
  readonly schema: Schema
}

/** Turns what the schema found into problems with path, line, what was found and what is allowed. */
export function problemsOf(issues: readonly Issue[], source: ProblemSource): ConfigProblem[] {
  return issues.flatMap((issue) => problemsOfIssue(issue, [], source))
}

function problemsOfIssue(issue: Issue, parent: Path, source: ProblemSource): ConfigProblem[] {
  const path = [...parent, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => problem([...path, key], unknownKey(key, path, source), source))
    case 'invalid_union':
      return (
        closestBranch(issue.errors)?.flatMap((inner) => problemsOfIssue(inner, path, source)) ?? [
          problem(path, issue.message, source),
        ]
      )
    case 'invalid_type':
      return [problem(path, `expected ${issue.expected}, found ${show(valueAt(source.value, path))}`, source)]
    case 'invalid_value':
      return [
        problem(
          path,
          `expected ${oneOf(issue.values.map(String))}, found ${show(valueAt(source.value, path))}`,
          source,
        ),
      ]
    default:
      return [problem(path, `${issue.message} (found ${show(valueAt(source.value, path))})`, source)]
  }
}

/** Of a union's branches, the one that came furthest is what was meant. */
function closestBranch(branches: ReadonlyArray<readonly Issue[]>): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length))
  return branches.toSorted((a, b) => depth(b) - depth(a))[0]
}

function unknownKey(key: string, path: Path, { schema }: ProblemSource): string {
  const around = schemaAt(schema, path)
  const allowed = around === undefined ? [] : keysOf(around)
  const like = nearest(key, allowed)
  const hint = like === undefined ? '' : `; did you mean ${JSON.stringify(like)}?`
  return `unknown key${hint}${allowed.length === 0 ? '' : ` (allowed: ${allowed.join(', ')})`}`
}

function problem(path: Path, message: string, { document, lines }: ProblemSource): ConfigProblem {
  return { path: showPath(path), line: lineOf(path, document, lines), message }
}

/** The line of the value at the path, or of the nearest thing around it that exists. */
function lineOf(path: Path, document: Document, lines: LineCounter): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined
    if (Array.isArray(range)) return lines.linePos(Number(range[0])).line
  }
  return undefined
}

function showPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`))
    .join('')
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
    value,
  )
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? '') : `one of ${values.join(', ')}`
}

/** The schema that judges the value at a path; undefined when the path leaves what the schema describes. */
function schemaAt(schema: Schema, path: Path): Schema | undefined {
  return path.reduce<Schema | undefined>((at, step) => (at === undefined ? at : schemaWithin(at, step)), schema)
}
