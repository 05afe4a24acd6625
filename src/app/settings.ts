import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { type AlertmanagerConfig, DEFAULT_ALERTMANAGER_CONFIG } from '../alerting/config.ts'
import { parseConfigFile } from '../alerting/config-file.ts'
import type { Contacts } from '../alerting/contacts/config.ts'
import { contactRouting } from '../alerting/contacts/contact-routing.ts'
import { NotificationTemplates } from '../alerting/template/notification-templates.ts'
import type { EvaluationConfig } from '../evaluation/config.ts'
import { type Criterion } from '../evaluation/judge/criterion.ts'
import { CriterionError, readCriteria } from '../evaluation/judge/criterion-file.ts'
import type { EndpointConfig } from '../evaluation/judge/config.ts'
import type { ProbesConfig } from '../evaluation/probes/config.ts'
import { GoldenSetError, readGoldenSet } from '../evaluation/probes/golden-set.ts'
import type { ProbeSettings } from '../evaluation/probes/probe-monitor.ts'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { loadConfig, type LoadedConfig } from '../config/load.ts'
import { Labels } from '../model/labels.ts'
import { DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import type { RuleGroupDefinition } from '../rules/rule-definition.ts'
import { loadDefaultRules, loadRuleFiles } from '../rules/rule-files.ts'
import { sloGroups } from '../rules/slo.ts'

/** A configuration with every file that it names read and checked, so that using it can fail no more. */
export interface Settings extends LoadedConfig {
  /** From where the files that the configuration names are found. */
  readonly folder: string
  readonly ruleGroups: readonly RuleGroupDefinition[]
  readonly externalLabels: Labels
  readonly alertmanager: AlertmanagerSettings
  /** What a judge rates; none without a judge. */
  readonly criteria: readonly Criterion[]
  /** The section with its paths found from `folder`. */
  readonly evaluation: EvaluationConfig
  readonly probes: ProbeSettings
}

export interface AlertmanagerSettings {
  readonly config: AlertmanagerConfig
  /** The text of its file; '' for the default. */
  readonly text: string
  /** From where its template files are found. */
  readonly folder: string
}

/** Reads a configuration (null: the defaults) and its files. Throws `ConfigError` or `RuleFilesError` with all that is wrong. */
export function readSettings(file: string | null): Settings {
  const loaded = loadConfig(file)
  const folder = file === null ? process.cwd() : path.dirname(path.resolve(file))
  const config = withFilesIn(folder, loaded.config)
  const { features } = DEFAULT_ENGINE_OPTIONS
  const defaults = config.rules.defaults ? loadDefaultRules(features, config.rules.disabled_alerts) : []
  return {
    ...loaded,
    config,
    folder,
    ruleGroups: [
      ...loadRuleFiles(config.rule_files, folder, features),
      ...sloGroups(config.slos, features),
      ...defaults,
    ],
    externalLabels: Labels.from(config.global.external_labels),
    alertmanager: readAlertmanager(loaded, folder),
    evaluation: withPaths(config.evaluation, folder, file ?? 'defaults'),
    criteria: readJudgeCriteria(config.evaluation.judge?.criteria ?? [], folder, file ?? 'defaults'),
    probes: readProbes(config.probes, file ?? 'defaults'),
  }
}

function withPaths(config: EvaluationConfig, folder: string, file: string): EvaluationConfig {
  const custom = config.custom.map((evaluator, i) => {
    if (evaluator.kind !== 'module') return evaluator
    const absolute = path.resolve(folder, evaluator.path)
    if (existsSync(absolute)) return { ...evaluator, path: absolute }
    const message = `found ${JSON.stringify(evaluator.path)}, there is no file ${absolute}`
    throw new ConfigError(file, [{ path: `evaluation.custom[${i}].path`, line: undefined, message }])
  })
  const key = config.judge?.endpoint.api_key_file
  if (config.judge === undefined || key === undefined) return { ...config, custom }
  const endpoint = { ...config.judge.endpoint, api_key_file: path.resolve(folder, key) }
  return { ...config, custom, judge: { ...config.judge, endpoint } }
}

/** The configuration with the files that it names found from its own folder, wherever the program was started. */
function withFilesIn(folder: string, config: Config): Config {
  const { drift, pricing, probes } = config
  const found = (file: string): string => path.resolve(folder, file)
  const { reference } = drift
  const sets = probes.sets.map((set) => ({ ...set, file: found(set.file), endpoint: withKeyIn(folder, set.endpoint) }))
  return {
    ...config,
    drift: reference.kind === 'file' ? { ...drift, reference: { ...reference, path: found(reference.path) } } : drift,
    pricing: pricing.file === '' ? pricing : { ...pricing, file: found(pricing.file) },
    probes: { ...probes, sets },
  }
}

function withKeyIn(folder: string, endpoint: EndpointConfig): EndpointConfig {
  const { api_key_file: file } = endpoint
  return file === undefined ? endpoint : { ...endpoint, api_key_file: path.resolve(folder, file) }
}

function readProbes({ sets, concurrency, calls_per_day: callsPerDay }: ProbesConfig, file: string): ProbeSettings {
  const read = sets.map((set, i) => {
    try {
      return { config: set, items: readGoldenSet(set.file) }
    } catch (error) {
      if (!(error instanceof GoldenSetError)) throw error
      throw new ConfigError(file, [{ path: `probes.sets[${i}].file`, line: undefined, message: error.message }])
    }
  })
  return { sets: read, concurrency, callsPerDay }
}

function readJudgeCriteria(names: readonly string[], folder: string, file: string): Criterion[] {
  try {
    return readCriteria(names, folder)
  } catch (error) {
    if (!(error instanceof CriterionError)) throw error
    throw new ConfigError(file, [{ path: 'evaluation.judge.criteria', line: undefined, message: error.message }])
  }
}

function readAlertmanager(loaded: LoadedConfig, folder: string): AlertmanagerSettings {
  const { alertmanager: file, alerting } = loaded.config
  if (alerting.contacts !== undefined) return routeContacts(alerting.contacts, loaded, folder)
  if (file === undefined) return { config: DEFAULT_ALERTMANAGER_CONFIG, text: '', folder }
  const absolute = path.resolve(folder, file)
  const text = readText(absolute, loaded.file ?? 'defaults')
  const { config, errors = [] } = parseConfigFile(text)
  if (config === undefined)
    throw new ConfigError(
      absolute,
      errors.map((message) => ({ path: '', line: undefined, message })),
    )
  const templateFolder = path.dirname(absolute)
  try {
    NotificationTemplates.load(config.templates, templateFolder)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ConfigError(absolute, [{ path: 'templates', line: undefined, message }])
  }
  return { config, text, folder: templateFolder }
}

/** The routing that follows from contacts, in the text that Alertmanager would read. */
function routeContacts(contacts: Contacts, { config, file }: LoadedConfig, folder: string): AlertmanagerSettings {
  const refuse = (messages: readonly string[]): ConfigError =>
    new ConfigError(
      file ?? 'defaults',
      messages.map((message) => ({ path: 'alerting.contacts', line: undefined, message })),
    )
  if (config.alertmanager !== undefined) throw refuse(['cannot stand beside alertmanager, a file that says it all'])
  const text = stringify(contactRouting(contacts), { aliasDuplicateObjects: false })
  const { config: alertmanager, errors } = parseConfigFile(text)
  if (alertmanager === undefined) throw refuse(errors.map((message) => message.replace(/^line \d+: /, '')))
  return { config: alertmanager, text, folder }
}

function readText(file: string, namedBy: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ConfigError(namedBy, [{ path: 'alertmanager', line: undefined, message: `cannot be read: ${message}` }])
  }
}
