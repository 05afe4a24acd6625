import path from 'node:path'
import { loadConfig, type LoadedConfig } from '../config/load.ts'
import { Labels } from '../model/labels.ts'
import { DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import type { RuleGroupDefinition } from '../rules/rule-definition.ts'
import { loadDefaultRules, loadRuleFiles } from '../rules/rule-files.ts'

/** A configuration with every file that it names read and checked, so that using it can fail no more. */
export interface Settings extends LoadedConfig {
  readonly ruleGroups: readonly RuleGroupDefinition[]
  readonly externalLabels: Labels
}

/** Reads a configuration (null: the defaults) and its files. Throws `ConfigError` or `RuleFilesError` with all that is wrong. */
export function readSettings(file: string | null): Settings {
  const loaded = loadConfig(file)
  const { config } = loaded
  const folder = file === null ? process.cwd() : path.dirname(path.resolve(file))
  const { features } = DEFAULT_ENGINE_OPTIONS
  const defaults = config.rules.defaults ? loadDefaultRules(features, config.rules.disabled_alerts) : []
  return {
    ...loaded,
    ruleGroups: [...loadRuleFiles(config.rule_files, folder, features), ...defaults],
    externalLabels: Labels.from(config.global.external_labels),
  }
}
