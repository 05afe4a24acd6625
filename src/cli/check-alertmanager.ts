import type { AlertmanagerConfig } from '../alerting/config.ts'
import { parseConfigFile } from '../alerting/config-file.ts'
import { CommandError } from './command-error.ts'
import { readInputFile } from './input-file.ts'

/** `check alertmanager FILE...`: says what `amtool check-config` says of Alertmanager files. Throws `CommandError` when one cannot be used. */
export function checkAlertmanager(files: readonly string[], write: (text: string) => void): void {
  let failed = 0
  for (const file of files) {
    const parsed = parseConfigFile(readInputFile(file).toString('utf8'))
    if (parsed.config === undefined) {
      failed++
      write(`Checking '${file}'  FAILED: ${parsed.errors.join('\n  ')}\n\n`)
    } else write(`Checking '${file}'  SUCCESS\n${contents(parsed.config)}\n`)
  }
  if (failed > 0) throw new CommandError(`failed to validate ${failed} file(s)`)
}

function contents({ inhibitRules, receivers, templates }: AlertmanagerConfig): string {
  return [
    'Found:',
    ' - global config',
    ' - route',
    ` - ${inhibitRules.length} inhibit rules`,
    ` - ${receivers.length} receivers`,
    ` - ${templates.length} templates`,
    '',
  ].join('\n')
}
