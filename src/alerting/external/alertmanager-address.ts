import { Labels } from '../../model/labels.ts'
import { ADDRESS_LABEL, type TargetGroup } from '../../discovery/discoverer.ts'
import { relabel } from '../../relabel/relabel.ts'
import type { AlertmanagersConfig } from './config.ts'

const SCHEME = '__scheme__'
const PATH = '__alerts_path__'

/** What became of a discovered Alertmanager: where alerts are posted to, or why nowhere. */
export type AlertmanagerAddress =
  | { readonly kind: 'active'; readonly url: string }
  /** By `relabel_configs`. */
  | { readonly kind: 'dropped'; readonly url: string }
  | { readonly kind: 'invalid'; readonly labels: Labels; readonly reason: string }

/** The addresses in a group, as Prometheus's notifier finds them: scheme and path are labels, which relabelling may change. */
export function addressesOf(group: TargetGroup, config: AlertmanagersConfig): AlertmanagerAddress[] {
  const prefix = config.path_prefix.replace(/^\/*/, '/').replace(/\/*$/, '')
  const defaults = { [SCHEME]: config.scheme, [PATH]: `${prefix}/api/v2/alerts` }
  return group.targets.map((own) => {
    const discovered = Labels.from({ ...defaults, ...group.labels, ...own })
    const labels = relabel(discovered, config.relabel_configs)
    if (labels === undefined) return { kind: 'dropped', url: urlOf(discovered) }
    const reason = faultOf(labels.get(ADDRESS_LABEL))
    return reason === undefined ? { kind: 'active', url: urlOf(labels) } : { kind: 'invalid', labels, reason }
  })
}

function urlOf(labels: Labels): string {
  return `${labels.get(SCHEME)}://${labels.get(ADDRESS_LABEL)}${labels.get(PATH)}`
}

function faultOf(address: string): string | undefined {
  if (address === '') return 'no address'
  return address.includes('/') ? `${JSON.stringify(address)} is not a valid hostname` : undefined
}
