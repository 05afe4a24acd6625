import { promises as dns, type MxRecord, type SrvRecord } from 'node:dns'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import { assertNever } from '../util/assert-never.ts'
import type { DnsDiscoveryConfig } from './config.ts'
import { ADDRESS_LABEL, META_PREFIX, type Discoverer, type TargetGroup } from './discoverer.ts'
import { Refresher } from './refresher.ts'

/** The questions that are asked of DNS; Node's own resolver answers them. */
export interface Resolver {
  resolve4(name: string): Promise<string[]>
  resolve6(name: string): Promise<string[]>
  resolveSrv(name: string): Promise<SrvRecord[]>
  resolveMx(name: string): Promise<MxRecord[]>
  resolveNs(name: string): Promise<string[]>
}

interface Surroundings {
  readonly clock: Clock
  readonly logger: Logger
  readonly resolver?: Resolver
}

/** Targets that DNS records name. A name that cannot be asked keeps its last answer; a name that does not exist has no targets. */
export class DnsDiscovery implements Discoverer {
  readonly #config: DnsDiscoveryConfig
  readonly #resolver: Resolver
  readonly #refresher: Refresher
  readonly #groups = new Map<string, TargetGroup>()
  #report: (groups: readonly TargetGroup[]) => void = () => undefined

  constructor(config: DnsDiscoveryConfig, { clock, logger, resolver = dns }: Surroundings) {
    this.#config = config
    this.#resolver = resolver
    const what = `dns_sd_configs ${config.names.join(', ')}`
    const refresh = (): Promise<void> => this.#askAll()
    this.#refresher = new Refresher({ what, intervalMs: config.refresh_interval, clock, logger, refresh })
  }

  start(report: (groups: readonly TargetGroup[]) => void): void {
    this.#report = report
    this.#refresher.start()
  }

  async stop(): Promise<void> {
    await this.#refresher.stop()
  }

  async #askAll(): Promise<void> {
    const answers = await Promise.allSettled(this.#config.names.map((name) => this.#ask(name)))
    for (const answer of answers) {
      if (answer.status === 'fulfilled') this.#groups.set(answer.value.source, answer.value)
    }
    this.#report([...this.#groups.values()])
    const failed = answers.find((answer) => answer.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async #ask(name: string): Promise<TargetGroup> {
    const records = await this.#recordsOf(name).catch((error: unknown) => {
      if (isAbsent(error)) return []
      throw error
    })
    const targets = records.map((record) => ({ ...record, [`${META_PREFIX}dns_name`]: name }))
    return { source: name, targets, labels: {} }
  }

  async #recordsOf(name: string): Promise<Array<Record<string, string>>> {
    const { type, port = 0 } = this.#config
    const address = (host: string): Record<string, string> => ({ [ADDRESS_LABEL]: hostPort(host, port) })
    switch (type) {
      case 'A':
        return (await this.#resolver.resolve4(name)).map(address)
      case 'AAAA':
        return (await this.#resolver.resolve6(name)).map(address)
      case 'SRV':
        return (await this.#resolver.resolveSrv(name)).map((record) => ({
          [ADDRESS_LABEL]: hostPort(record.name, record.port),
          [`${META_PREFIX}dns_srv_record_target`]: `${record.name}.`,
          [`${META_PREFIX}dns_srv_record_port`]: String(record.port),
        }))
      case 'MX':
        return (await this.#resolver.resolveMx(name)).map(({ exchange }) => ({
          ...address(exchange),
          [`${META_PREFIX}dns_mx_record_target`]: `${exchange}.`,
        }))
      case 'NS':
        return (await this.#resolver.resolveNs(name)).map((host) => ({
          ...address(host),
          [`${META_PREFIX}dns_ns_record_target`]: `${host}.`,
        }))
      default:
        return assertNever(type)
    }
  }
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA')
}
