import path from 'node:path'
import { createTestBench } from '../app/test-bench.ts'
import { DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import { RuleFilesError } from '../rules/rule-files.ts'
import { RuleTestFileError } from '../rules/rule-test-file.ts'
import { runRuleTests } from '../rules/rule-test-run.ts'
import { CommandError } from './command-error.ts'
import { readInputFile } from './input-file.ts'

/** `test rules FILE...`: runs promtool's unit tests of rules and says what promtool says. Throws `CommandError` when a file failed. */
export async function testRules(files: readonly string[], write: (text: string) => void): Promise<void> {
  let failed = false
  for (const file of files) {
    write(`Unit Testing:  ${file}\n`)
    const failures = await failuresOf(file)
    failed ||= failures.length > 0
    write(failures.length === 0 ? '  SUCCESS\n\n' : `  FAILED:\n${failures.join('\n')}\n\n`)
  }
  if (failed) throw new CommandError('')
}

async function failuresOf(file: string): Promise<readonly string[]> {
  try {
    return await runRuleTests(readInputFile(file).toString('utf8'), {
      baseDir: path.dirname(path.resolve(file)),
      syntax: DEFAULT_ENGINE_OPTIONS.features,
      createBench: createTestBench,
    })
  } catch (error) {
    if (error instanceof RuleTestFileError || error instanceof RuleFilesError || error instanceof CommandError) {
      return [`    ${error.message}`]
    }
    throw error
  }
}
