import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Score } from '../model/evaluation.ts'
import type { EvaluationInput, Evaluator } from './evaluator.ts'
import { boundInput } from './input-of.ts'
import type { JudgeInput } from './judge/criterion.ts'

const inputLine = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  prompt: z.string().default(''),
  response: z.string().default(''),
  context: z.union([z.string().transform((text) => (text === '' ? [] : [text])), z.array(z.string())]).default([]),
  system: z.string().default(''),
  model: z.string().default(''),
  /** What a good answer says, for a judge. */
  reference: z.string().exactOptional(),
})

/** One line of input, with its number from 1. */
export interface InputLine {
  readonly number: number
  readonly id: string | number
  readonly input: JudgeInput
}

/** One line of output: the id that the line gave, or its number from 1. */
export interface EvaluatedLine {
  readonly id: string | number
  readonly scores: Readonly<Record<string, Score>>
}

/** A line of the input cannot be evaluated. */
export class InputLineError extends Error {
  constructor(file: string, line: number, reason: string) {
    super(`${file}:${line}: ${reason}`)
    this.name = 'InputLineError'
  }
}

/** What is done with each line besides its scores by the evaluators. */
export interface EvaluateFileOptions {
  /** Scores that are asked for elsewhere; put behind the others. */
  readonly judge?: (input: JudgeInput) => Promise<Readonly<Record<string, Score>>>
  /** Told of an evaluator that threw; its score is then left out. Without it the error ends the run. */
  readonly onFailure?: (evaluator: string, error: unknown) => void
}

/**
 * Evaluates a JSON-lines file of `{id?, prompt?, response?, context?, system?, model?, reference?}` line by line, so that a file
 * of any length needs the memory of one line. Blank lines are skipped. Throws `InputLineError` at the first bad line.
 */
export async function* evaluateFile(
  file: string,
  evaluators: readonly Evaluator[],
  { judge, onFailure }: EvaluateFileOptions = {},
): AsyncGenerator<EvaluatedLine> {
  for await (const { id, input } of readInputLines(file)) {
    const bounded = { ...input, ...boundInput(input) }
    const scores = evaluateAll(bounded, evaluators, onFailure)
    yield { id, scores: judge === undefined ? scores : { ...scores, ...(await judge(bounded)) } }
  }
}

/** The lines of such a file one by one. Throws `InputLineError` at the first bad line. */
export async function* readInputLines(file: string): AsyncGenerator<InputLine> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  for await (const line of lines) {
    number++
    if (line.trim() === '') continue
    const { id = number, input } = parseLine(file, number, line)
    yield { number, id, input }
  }
}

/** The scores of the evaluators that apply, by name. */
export function evaluateAll(
  input: EvaluationInput,
  evaluators: readonly Evaluator[],
  onFailure?: EvaluateFileOptions['onFailure'],
): Record<string, Score> {
  const scores: Record<string, Score> = {}
  for (const evaluator of evaluators) {
    try {
      const score = evaluator.evaluate(input)
      if (score !== undefined) scores[evaluator.name] = score
    } catch (error) {
      if (onFailure === undefined) throw error
      onFailure(evaluator.name, error)
    }
  }
  return scores
}

interface ParsedLine {
  readonly id: string | number | undefined
  readonly input: JudgeInput
}

function parseLine(file: string, number: number, line: string): ParsedLine {
  const parsed = inputLine.safeParse(parseJson(file, number, line))
  if (!parsed.success) throw new InputLineError(file, number, reasonOf(parsed.error))
  const { id, ...input } = parsed.data
  return { id, input }
}

function parseJson(file: string, number: number, line: string): unknown {
  try {
    return JSON.parse(line.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new InputLineError(file, number, `not valid JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues
  if (issue === undefined) return 'not an object with prompt, response or context'
  const path = issue.path.join('.')
  return path === '' ? issue.message : `${path}: ${issue.message}`
}
