import type { Document, LineCounter } from 'yaml'
import type { z } from 'zod'
import { type Schema, whatIsKnown } from '../util/schema-shape.ts'
import { yamlOffset } from '../util/yaml-offset.ts'
import type { ConfigProblem } from './config-error.ts'

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
  return `unknown key${whatIsKnown(key, path, schema)}`
}

function problem(path: Path, message: string, { document, lines }: ProblemSource): ConfigProblem {
  const offset = yamlOffset(document, path)
  return { path: showPath(path), line: offset === undefined ? undefined : lines.linePos(offset).line, message }
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
