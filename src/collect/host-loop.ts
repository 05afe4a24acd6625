import { hostname } from 'node:os'
import type { SampleWriter } from '../storage/sample-store.ts'
import type { Counter, InstrumentRegistry, MetricSnapshot } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { HostConfig } from './config.ts'
import { CgroupCollector } from './host/cgroup.ts'
import { CpuCollector } from './host/cpu.ts'
import { DiskCollector } from './host/disk.ts'
import { FilefdCollector } from './host/filefd.ts'
import { FilesystemCollector } from './host/filesystem.ts'
import { GpuCollector } from './host/gpu.ts'
import { LoadCollector } from './host/load.ts'
import { MemoryCollector } from './host/memory.ts'
import { NetworkCollector } from './host/network.ts'
import { PressureCollector } from './host/pressure.ts'
import { ProcessesCollector } from './host/processes.ts'
import { SocketsCollector } from './host/sockets.ts'
import { StatCollector } from './host/stat.ts'
import { UnameCollector } from './host/uname.ts'
import { VmstatCollector } from './host/vmstat.ts'
import type { HostCollector } from './host-collector.ts'
import { SnapshotLoop } from './snapshot-loop.ts'

/** Longer than any healthy collector takes; one that hangs must not hold up the others for ever. */
const COLLECTOR_TIMEOUT_MS = 10_000

export interface HostLoopOptions {
  readonly config: HostConfig
  readonly writer: SampleWriter
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: InstrumentRegistry
  readonly platform?: NodeJS.Platform
}

/** The loop that watches this machine: series with `job="host"` and `instance` as configured, else the machine's name. */
export function hostLoop(options: HostLoopOptions): SnapshotLoop {
  const { config, writer, clock, logger, platform = process.platform } = options
  const collectors = [
    ...linuxCollectors(config, clock).map((collector) =>
      platform === 'linux' ? collector : new AbsentCollector(collector.name, options),
    ),
    ...(config.gpu ? [new GpuCollector()] : []),
  ]
  const gathering = new CollectorRound(collectors, options)
  return new SnapshotLoop({
    name: 'host',
    intervalMs: config.interval,
    labels: { job: 'host', instance: config.instance ?? hostname() },
    gather: () => gathering.gather(),
    writer,
    clock,
    logger,
  })
}

function linuxCollectors(config: HostConfig, clock: Clock): HostCollector[] {
  const paths = { proc: config.proc_path, sys: config.sys_path }
  return [
    new CpuCollector(paths),
    new StatCollector(paths),
    new MemoryCollector(paths),
    new VmstatCollector(paths),
    new DiskCollector(paths),
    new FilesystemCollector(paths, clock),
    new NetworkCollector(paths),
    new SocketsCollector(paths),
    new LoadCollector(paths),
    new FilefdCollector(paths),
    new PressureCollector(paths),
    new ProcessesCollector(paths),
    new UnameCollector(paths, clock),
    new CgroupCollector(paths),
  ]
}

/** Runs all collectors at once. One that fails only loses itself: told in the log, once for each new reason, and counted. */
export class CollectorRound {
  readonly #collectors: readonly HostCollector[]
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #failures: Counter<'collector'>
  readonly #lastFailure = new Map<string, string>()

  constructor(
    collectors: readonly HostCollector[],
    { clock, logger, registry }: Pick<HostLoopOptions, 'clock' | 'logger' | 'registry'>,
  ) {
    this.#collectors = collectors
    this.#clock = clock
    this.#logger = logger
    this.#failures = registry.counter({
      name: 'tetrascope_collector_failures_total',
      help: 'Rounds in which a host collector failed',
      labelNames: ['collector'],
    })
    for (const { name } of collectors) this.#failures.add({ collector: name }, 0)
  }

  async gather(): Promise<MetricSnapshot[]> {
    const gathered = await Promise.all(this.#collectors.map((collector) => this.#collect(collector)))
    return gathered.flat()
  }

  async #collect(collector: HostCollector): Promise<MetricSnapshot[]> {
    try {
      const snapshots = await withTimeout(collector.collect(), this.#clock)
      this.#lastFailure.delete(collector.name)
      return snapshots
    } catch (error) {
      this.#failures.add({ collector: collector.name })
      const reason = error instanceof Error ? error.message : String(error)
      if (this.#lastFailure.get(collector.name) !== reason) {
        this.#logger.warn({ collector: collector.name, reason }, 'host collector failed')
      }
      this.#lastFailure.set(collector.name, reason)
      return []
    }
  }
}

function withTimeout<T>(work: Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(COLLECTOR_TIMEOUT_MS, () =>
      reject(new Error(`no answer within ${COLLECTOR_TIMEOUT_MS} ms`)),
    )
    work.then(resolve, reject).finally(cancel)
  })
}

/** Stands for a collector on a system that it cannot read: says so once and gives nothing. */
class AbsentCollector implements HostCollector {
  readonly name: string
  readonly #logger: Logger
  #isTold = false

  constructor(name: string, { logger }: Pick<HostLoopOptions, 'logger'>) {
    this.name = name
    this.#logger = logger
  }

  async collect(): Promise<MetricSnapshot[]> {
    if (!this.#isTold)
      this.#logger.info({ collector: this.name }, 'this collector reads Linux only and gives nothing here')
    this.#isTold = true
    return []
  }
}
