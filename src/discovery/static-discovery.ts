import type { TargetGroupConfig } from './config.ts'
import { ADDRESS_LABEL, type Discoverer, type TargetGroup } from './discoverer.ts'

/** The targets that the configuration itself lists. */
export class StaticDiscovery implements Discoverer {
  readonly #groups: readonly TargetGroup[]

  constructor(configs: readonly TargetGroupConfig[]) {
    this.#groups = configs.map((config, i) => targetGroup(config, String(i)))
  }

  start(report: (groups: readonly TargetGroup[]) => void): void {
    report(this.#groups)
  }

  async stop(): Promise<void> {}
}

/** A group as a file or an endpoint writes it, as a group of a discoverer. */
export function targetGroup(
  config: TargetGroupConfig,
  source: string,
  meta: Readonly<Record<string, string>> = {},
): TargetGroup {
  const targets = config.targets.map((address) => ({ [ADDRESS_LABEL]: address }))
  return { source, targets, labels: { ...config.labels, ...meta } }
}
