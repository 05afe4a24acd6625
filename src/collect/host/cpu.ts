import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

/** The kernel counts CPU time in hundredths of a second (USER_HZ) on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

/** Columns of a `cpuN` line of /proc/stat, proc_stat(5). */
const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const
const GUEST_MODES = ['user', 'nice'] as const

/** A counter that falls by less than this is the kernel's idle accounting running backwards, not a CPU that was replugged. */
const MAX_JITTER_SECONDS = 3

/** Time of each CPU in each mode. */
export class CpuCollector implements HostCollector {
  readonly name = 'cpu'
  readonly #paths: HostPaths
  readonly #last = new Map<string, number>()

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const seconds = new MetricFamily({
      name: 'node_cpu_seconds_total',
      help: 'Time that each CPU spent in each mode',
      type: 'counter',
    })
    const guest = new MetricFamily({
      name: 'node_cpu_guest_seconds_total',
      help: 'Time that each CPU spent on virtual machines, which is part of user and nice',
      type: 'counter',
    })
    for (const [label = '', ...ticks] of await readKernelTable(`${this.#paths.proc}/stat`)) {
      const cpu = /^cpu(\d+)$/.exec(label)?.[1]
      if (cpu === undefined) continue
      MODES.forEach((mode, i) => seconds.add(this.#steady(`${cpu} ${mode}`, ticks[i]), { cpu, mode }))
      GUEST_MODES.forEach((mode, i) =>
        guest.add(this.#steady(`${cpu} guest ${mode}`, ticks[MODES.length + i]), { cpu, mode }),
      )
    }
    return [seconds.snapshot(), guest.snapshot()]
  }

  /** Seconds that do not fall by jitter: a fall would count as a reset of the counter and rate() would show a spike. */
  #steady(key: string, ticks: string | undefined): number {
    const seconds = Number(ticks) / TICKS_PER_SECOND
    const last = this.#last.get(key) ?? 0
    const steady = seconds < last && last - seconds < MAX_JITTER_SECONDS ? last : seconds
    this.#last.set(key, steady)
    return steady
  }
}
