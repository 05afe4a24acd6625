import { DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import { parseRuleFile } from '../rules/rule-file.ts'
import { CommandError } from './command-error.ts'
import { readInputFile } from './input-file.ts'

/** `check rules FILE...`: says what promtool says of rule files. Throws `CommandError` when one cannot be used. */
export function checkRules(files: readonly string[], write: (text: string) => void): void {
  let failed = false
  for (const file of files) {
    write(`Checking ${file}\n`)
    const { groups, errors } = parseRuleFile(
      file,
      readInputFile(file).toString('utf8'),
      DEFAULT_ENGINE_OPTIONS.features,
    )
    const count = groups.reduce((sum, { rules }) => sum + rules.length, 0)
    failed ||= errors.length > 0
    write(
      errors.length === 0
        ? `  SUCCESS: ${count} rules found\n\n`
        : `  FAILED:\n${errors.map((error) => `${file}: ${error}`).join('\n')}\n\n`,
    )
  }
  if (failed) throw new CommandError('')
}
