import { AlertSender } from '../../alerting/alert-sender.ts'
import { Alerting, type AlertingSettings } from '../../alerting/alerting.ts'
import { alertmanagersIn, type AlertmanagersConfig } from '../../alerting/external/config.ts'
import { ExternalAlertmanagers } from '../../alerting/external/external-alertmanagers.ts'
import { StoredHistory } from '../../alerting/stored-history.ts'
import { RuleEngine, type RuleSettings } from '../../rules/rule-engine.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'
import type { Storing } from './storing.ts'
import type { Writing } from './writing.ts'

export interface Alerts {
  readonly history: StoredHistory
  readonly alerting: Alerting
  readonly externalAlertmanagers: ExternalAlertmanagers
  readonly alertSender: AlertSender
  readonly rules: RuleEngine
}

/** From a rule's expression to whoever is told. */
export function constructAlerts(base: Base, storing: Storing, { spooled }: Writing): Alerts {
  const { settings, externalUrl, clock, random, logger, instruments: registry } = base
  const { state } = storing.store
  const history = new StoredHistory({ store: state, clock, logger, capacity: settings.config.alerting.history.events })
  const alerting = new Alerting(
    { store: state, clock, random, logger, registry, history },
    alertingSettings(settings, externalUrl),
  )
  const externalAlertmanagers = new ExternalAlertmanagers({ clock, logger, registry })
  const sink = new AlertSender(alerting, externalAlertmanagers, settings.config.alerting.alert_relabel_configs)
  const { engine, samples: reader, engineOptions } = storing
  const rules = new RuleEngine(
    { engine, syntax: engineOptions.features, reader, writer: spooled, sink, clock, logger, registry },
    ruleSettings(settings, externalUrl),
  )
  return { history, alerting, externalAlertmanagers, alertSender: sink, rules }
}

export function ruleSettings({ config, ruleGroups, externalLabels }: Settings, externalUrl: string): RuleSettings {
  return {
    groups: ruleGroups,
    externalUrl,
    externalLabels,
    intervalMs: config.global.evaluation_interval,
    queryOffsetMs: config.global.rule_query_offset,
  }
}

export function alertmanagersOf({ config, folder }: Settings): AlertmanagersConfig[] {
  return config.alerting.alertmanagers.map((one) => alertmanagersIn(one, folder))
}

export function alertingSettings({ config, alertmanager }: Settings, externalUrl: string): AlertingSettings {
  const { silences, flap_damping: damping } = config.alerting
  return {
    config: alertmanager.config,
    baseDir: alertmanager.folder,
    externalUrl,
    publicUrl: config.server.external_url ?? '',
    notifyWhenSilenceEnds: silences.notify_when_over,
    maxSilenceMs: silences.max_duration,
    silenceNoticeMs: silences.expiry_notice,
    flapDamping: { resolves: damping.resolves, windowMs: damping.window },
  }
}
