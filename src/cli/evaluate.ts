import { evaluateFile, InputLineError, type EvaluatedLine } from '../evaluation/evaluate-file.ts'
import { chooseEvaluators, UnknownEvaluatorError } from '../evaluation/evaluators.ts'
import { padRight } from '../util/text-width.ts'
import { CommandError } from './command-error.ts'

export interface EvaluateFlags {
  readonly evaluators?: string
  readonly format: 'jsonl' | 'table'
}

/** Prints every line's scores. Throws `CommandError` at the first line that cannot be read, after all lines before it were printed. */
export async function evaluate(file: string, flags: EvaluateFlags): Promise<void> {
  const write = flags.format === 'table' ? writeTable : writeJson
  try {
    const evaluators = chooseEvaluators({
      names: flags.evaluators?.split(',').map((name) => name.trim()),
      piiNames: false,
    })
    for await (const line of evaluateFile(file, evaluators)) write(line)
  } catch (error) {
    if (error instanceof InputLineError || error instanceof UnknownEvaluatorError) throw new CommandError(error.message)
    if (error instanceof Error && 'code' in error) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}

function writeJson(line: EvaluatedLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function writeTable({ id, scores }: EvaluatedLine): void {
  for (const [name, score] of Object.entries(scores)) {
    const cells = [
      padRight(String(id), 12),
      padRight(name, 24),
      padRight(score.score.toFixed(3), 7),
      padRight(score.verdict, 8),
    ]
    process.stdout.write(`${cells.join(' ')} ${score.label ?? ''} ${score.explanation}\n`)
  }
}
