import { Alerting, type AlertingSettings } from '../../alerting/alerting.ts'
import { ExternalAlertmanagers } from '../../alerting/external/external-alertmanagers.ts'
import { StoredHistory } from '../../alerting/stored-history.ts'
import type { Alert } from '../../model/alert.ts'
import { RuleEngine, type RuleSettings } from '../../rules/rule-engine.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'
import type { Storing } from './storing.ts'
import type { Writing } from './writing.ts'

export interface Alerts {
  readonly history: StoredHistory
  readonly alerting: Alerting
  readonly externalAlertmanagers: ExternalAlertmanagers
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
  const externalAlertmanagers = new ExternalAlertmanagers({ logger, registry })
  const send = (alerts: readonly Alert[]): void => {
    alerting.send(alerts)
    externalAlertmanagers.send(alerts)
  }
  const { engine, samples: reader, engineOptions } = storing
  const rules = new RuleEngine(
    { engine, syntax: engineOptions.features, reader, writer: spooled, sink: { send }, clock, logger, registry },
    ruleSettings(settings, externalUrl),
  )
  return { history, alerting, externalAlertmanagers, rules }
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
