import { readSettings } from '../app/settings.ts'
import { RuleFilesError } from '../rules/rule-files.ts'
import { CommandError } from './command-error.ts'

/** `check config FILE`: says what the configuration holds, or throws an error that lists all that is wrong. */
export function checkConfig(file: string, write: (text: string) => void): void {
  try {
    const { config, ruleGroups } = readSettings(file)
    const rules = ruleGroups.reduce((sum, group) => sum + group.rules.length, 0)
    write(
      `${file}: valid; ${config.scrape_configs.length} scrape configs, ${rules} rules in ${ruleGroups.length} groups\n`,
    )
  } catch (error) {
    if (error instanceof RuleFilesError) throw new CommandError(`${file}: ${error.message}`)
    throw error
  }
}
