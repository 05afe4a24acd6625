import { z } from 'zod'
import { relabelConfigs } from '../relabel/config.ts'
import { count, durationOr } from './config-values.ts'
import { flag, listOf } from '../util/yaml-values.ts'
import { contactsConfig } from './contacts/config.ts'
import { alertmanagersConfig } from './external/config.ts'

/** `alerting:` as in Prometheus, with what our own alerting can do beyond Alertmanager's file. */
export const alertingConfig = z
  .strictObject({
    alertmanagers: listOf(alertmanagersConfig),
    /** Over the labels of all alerts of rules, before anybody gets them. */
    alert_relabel_configs: relabelConfigs,
    silences: z
      .strictObject({
        /** The longest that a silence may last; 0 is no limit. */
        max_duration: durationOr(0),
        /** Tell a still-firing alert as soon as a silence over it has ended, instead of at its repeat interval. */
        notify_when_over: flag(true),
        /** Say this long before its end that a silence over firing alerts ends; 0 says nothing. */
        expiry_notice: durationOr(10 * 60_000),
      })
      .prefault({}),
    flap_damping: z
      .strictObject({
        /** An alert that resolves this often within the window is kept firing until it is quiet; 0 damps nothing. */
        resolves: count,
        window: durationOr(30 * 60_000),
      })
      .prefault({}),
    contacts: contactsConfig.optional(),
    history: z.strictObject({ events: z.int().positive().default(10_000) }).prefault({}),
  })
  .prefault({})
