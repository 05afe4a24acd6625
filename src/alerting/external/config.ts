import { z } from 'zod'
import { type DiscoveryConfig, discoveryFields, discoveryIn } from '../../discovery/config.ts'
import { checkHttp, httpConfigIn, httpFields } from '../../http/config.ts'
import { relabelConfigs } from '../../relabel/config.ts'
import { durationOr, textOr } from '../config-values.ts'

/** One of `alerting.alertmanagers`, word for word Prometheus's: external Alertmanagers that get our rules' alerts too. */
export const alertmanagersConfig = z
  .strictObject({
    ...httpFields,
    ...discoveryFields,
    scheme: z.enum(['http', 'https']).default('http'),
    path_prefix: textOr('/'),
    timeout: durationOr(10_000),
    api_version: z.enum(['v1', 'v2'], 'only v1 and v2 are known').default('v2'),
    /** Over the labels of the Alertmanagers that were found. */
    relabel_configs: relabelConfigs,
    /** Over the labels of alerts, for these Alertmanagers only. */
    alert_relabel_configs: relabelConfigs,
  })
  .superRefine(checkHttp)

export type AlertmanagersConfig = Readonly<Omit<z.output<typeof alertmanagersConfig>, keyof DiscoveryConfig>> &
  DiscoveryConfig

/** The same with every file's path taken relative to `folder`. */
export function alertmanagersIn(config: AlertmanagersConfig, folder: string): AlertmanagersConfig {
  return { ...config, ...httpConfigIn(config, folder), ...discoveryIn(config, folder) }
}
