import path from 'node:path'
import type { AlertmanagerConfig } from '../alerting/config.ts'
import { parseConfigFile } from '../alerting/config-file.ts'
import { NotificationTemplates } from '../alerting/template/notification-templates.ts'
import { CommandError } from './command-error.ts'
import { readInputFile } from './input-file.ts'

/**
 * `check alertmanager FILE...`: says what `amtool check-config` says of Alertmanager files and of the template files that they name.
 * Throws `CommandError` when one cannot be used.
 */
export function checkAlertmanager(files: readonly string[], write: (text: string) => void): void {
  const failed = files.filter((file) => {
    const { text, isGood } = check(file)
    write(`Checking '${file}'  ${text}\n`)
    return !isGood
  })
  if (failed.length > 0) throw new CommandError(`failed to validate ${failed.length} file(s)`)
}

function check(file: string): { readonly text: string; readonly isGood: boolean } {
  const { config, errors } = parseConfigFile(readInputFile(file).toString('utf8'))
  if (config === undefined) return { text: `FAILED: ${errors.join('\n  ')}\n`, isGood: false }
  const found = `SUCCESS\n${contents(config)}`
  if (config.templates.length === 0) return { text: found, isGood: true }
  const problem = templateProblem(config.templates, path.dirname(path.resolve(file)))
  return {
    text: `${found}  ${problem === undefined ? 'SUCCESS' : `FAILED: ${problem}`}\n`,
    isGood: problem === undefined,
  }
}

/** What keeps the template files from being used, with file and line, or undefined. */
function templateProblem(patterns: readonly string[], folder: string): string | undefined {
  try {
    NotificationTemplates.load(patterns, folder)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
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
