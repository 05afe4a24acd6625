import { readSettings, type Settings } from '../app/settings.ts'
import { ConfigError } from '../config/config-error.ts'
import {
  evaluateFile,
  type EvaluatedLine,
  type EvaluateFileOptions,
  InputLineError,
} from '../evaluation/evaluate-file.ts'
import { loadEvaluators, UnknownEvaluatorError } from '../evaluation/evaluators.ts'
import { judgedAs } from '../evaluation/judge/criterion.ts'
import type { Score } from '../model/evaluation.ts'
import { PriceFileError } from '../pricing/price-file.ts'
import { RuleFilesError } from '../rules/rule-files.ts'
import { systemClock } from '../util/clock.ts'
import { padRight } from '../util/text-width.ts'
import { CommandError } from './command-error.ts'
import { commandJudge } from './command-judge.ts'

export interface EvaluateFlags {
  readonly evaluators?: string
  readonly config?: string
  readonly judge?: true
  readonly format: 'jsonl' | 'table'
}

/** Prints every line's scores. Throws `CommandError` at the first line that cannot be read, after all lines before it were printed. */
export async function evaluate(file: string, flags: EvaluateFlags): Promise<void> {
  const write = flags.format === 'table' ? writeTable : writeJson
  await explained(file, async () => {
    const settings = flags.config === undefined ? undefined : readSettings(flags.config)
    const names = flags.evaluators?.split(',').map((name) => name.trim())
    const { pii_names: piiNames = false, custom = [] } = settings?.evaluation ?? {}
    const { evaluators, failures } = await loadEvaluators({ names, piiNames, custom }, systemClock)
    for (const { evaluator, message } of failures) warn(evaluator, message)
    const judge = flags.judge === undefined ? {} : { judge: judgeOf(settings) }
    for await (const line of evaluateFile(file, evaluators, { ...judge, onFailure: warn })) write(line)
  })
}

/** Runs what reads a file of lines, and gives its expected errors as those of a command. */
export async function explained(file: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (isExplained(error)) throw new CommandError(error.message)
    if (error instanceof Error && 'code' in error) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}

/** Each failure once is enough: a judge without an endpoint fails at every line. */
function judgeOf(settings: Settings | undefined): NonNullable<EvaluateFileOptions['judge']> {
  const judge = settings && commandJudge(settings)
  if (settings === undefined || judge === undefined)
    throw new CommandError('--judge needs --config FILE with a section evaluation.judge')
  const warned = new Set<string>()
  return async (input) => {
    const scores: Record<string, Score> = {}
    const judgements = await Promise.all(settings.criteria.map((criterion) => judge.judge(criterion, input)))
    judgements.forEach((judgement, i) => {
      const criterion = settings.criteria[i]
      if (criterion === undefined || judgement.kind === 'not_applicable') return
      if (judgement.kind === 'judged') scores[judgedAs(criterion)] = judgement.score
      else if (!warned.has(judgement.reason)) warn(judgedAs(criterion), judgement.reason)
      if (judgement.kind === 'failed') warned.add(judgement.reason)
    })
    return scores
  }
}

function isExplained(error: unknown): error is Error {
  return [InputLineError, UnknownEvaluatorError, ConfigError, RuleFilesError, PriceFileError].some(
    (kind) => error instanceof kind,
  )
}

function warn(evaluator: string, error: unknown): void {
  process.stderr.write(`${evaluator}: ${error instanceof Error ? error.message : String(error)}\n`)
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
