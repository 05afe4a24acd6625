import { createEngine } from '../promql/query-engine.ts'
import { type EvalReport, runTestScript, SCRIPT_ENGINE_OPTIONS } from '../promql/testscript/runner.ts'
import { ScriptError } from '../promql/testscript/script.ts'
import { CommandError } from './command-error.ts'
import { readInputFile } from './input-file.ts'

/**
 * `test promql FILE...`: runs scripts in Prometheus's PromQL test language. Writes a line for each eval that fails and a last line
 * `N passed, N failed`; a file that is no script counts as one failure. Throws `CommandError` when anything failed.
 */
export async function testPromql(files: readonly string[], write: (text: string) => void): Promise<void> {
  let passed = 0
  let failed = 0
  for (const file of files) {
    const { lines, ...counts } = await runFile(file)
    for (const line of lines) write(`${line}\n`)
    passed += counts.passed
    failed += counts.failed
  }
  write(`${passed} passed, ${failed} failed\n`)
  if (failed > 0) throw new CommandError('')
}

interface FileOutcome {
  readonly passed: number
  readonly failed: number
  readonly lines: readonly string[]
}

async function runFile(file: string): Promise<FileOutcome> {
  const text = readInputFile(file).toString('utf8')
  try {
    const report = await runTestScript(text, {
      createEngine: (reader) => createEngine(reader, SCRIPT_ENGINE_OPTIONS),
    })
    const failures = report.evals.filter(({ outcome }) => outcome === 'failed').map((one) => failureLine(file, one))
    return { passed: report.passed, failed: report.failed, lines: [...failures, ...skippedLines(file, report.evals)] }
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    return { passed: 0, failed: 1, lines: [`${file}:${error.line}: ${error.message}`] }
  }
}

function failureLine(file: string, { line, expression, expected, got }: EvalReport): string {
  return `${file}:${line}: ${onOneLine(expression)}: expected ${onOneLine(expected)}, got ${onOneLine(got)}`
}

/** Skipped evals are neither passed nor failed; that there are some must not go unsaid. */
function skippedLines(file: string, evals: readonly EvalReport[]): string[] {
  const reasons = new Map<string, number>()
  for (const { outcome, skippedReason } of evals) {
    if (outcome === 'skipped') reasons.set(skippedReason, (reasons.get(skippedReason) ?? 0) + 1)
  }
  return Array.from(reasons, ([reason, count]) => `${file}: ${count} skipped: ${reason}`)
}

function onOneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}
