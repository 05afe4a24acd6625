import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { DiscoveryConfig } from './config.ts'
import type { Discoverer, TargetGroup } from './discoverer.ts'
import { DnsDiscovery } from './dns-discovery.ts'
import { FileDiscovery } from './file-discovery.ts'
import { HttpDiscovery } from './http-discovery.ts'
import { StaticDiscovery } from './static-discovery.ts'

interface Surroundings {
  readonly clock: Clock
  readonly logger: Logger
}

interface Running {
  readonly discoverer: Discoverer
  groups: readonly TargetGroup[]
}

/** All discoverers of one job. A reload touches only those whose configuration changed. */
export class Discovery {
  readonly #surroundings: Surroundings
  readonly #report: (groups: readonly TargetGroup[]) => void
  /** By the text of the configuration. */
  readonly #running = new Map<string, Running>()
  #isApplying = false

  /** `report` is called with the groups of all discoverers whenever those of one may have changed. */
  constructor(surroundings: Surroundings, report: (groups: readonly TargetGroup[]) => void) {
    this.#surroundings = surroundings
    this.#report = report
  }

  /** Starts what is new, stops what is no longer wanted, then reports. */
  async apply(config: DiscoveryConfig): Promise<void> {
    const wanted = discoverers(config, this.#surroundings)
    this.#isApplying = true
    const stopped = [...this.#running].filter(([key]) => !wanted.has(key))
    for (const [key] of stopped) this.#running.delete(key)
    for (const [key, create] of wanted) if (!this.#running.has(key)) this.#start(key, create())
    this.#isApplying = false
    this.#changed()
    await Promise.all(stopped.map(([, { discoverer }]) => discoverer.stop()))
  }

  async stop(): Promise<void> {
    const running = [...this.#running.values()]
    this.#running.clear()
    await Promise.all(running.map(({ discoverer }) => discoverer.stop()))
  }

  #start(key: string, discoverer: Discoverer): void {
    const running: Running = { discoverer, groups: [] }
    this.#running.set(key, running)
    discoverer.start((groups) => {
      running.groups = groups
      if (!this.#isApplying && this.#running.get(key) === running) this.#changed()
    })
  }

  #changed(): void {
    this.#report([...this.#running.values()].flatMap(({ groups }) => groups))
  }
}

/** What is wanted, by a text that tells one configuration from another. A further kind of discovery enters here. */
function discoverers(config: DiscoveryConfig, surroundings: Surroundings): Map<string, () => Discoverer> {
  const wanted = new Map<string, () => Discoverer>()
  const add = <C>(kind: string, configs: readonly C[], create: (config: C) => Discoverer): void => {
    for (const one of configs) wanted.set(`${kind} ${JSON.stringify(one)}`, () => create(one))
  }
  if (config.static_configs.length > 0) {
    add('static', [config.static_configs], (groups) => new StaticDiscovery(groups))
  }
  add('file', config.file_sd_configs, (one) => new FileDiscovery(one, surroundings))
  add('http', config.http_sd_configs, (one) => new HttpDiscovery(one, surroundings))
  add('dns', config.dns_sd_configs, (one) => new DnsDiscovery(one, surroundings))
  return wanted
}
