import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelFile } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

const MICROSECOND = 1e-6

/** Which line of each file of /proc/pressure feeds which metric. All tasks stalled on CPU at once means nothing for a machine. */
const FAMILIES = [
  ['cpu', 'some', 'node_pressure_cpu_waiting_seconds_total', 'Time in which some task waited for CPU'],
  ['memory', 'some', 'node_pressure_memory_waiting_seconds_total', 'Time in which some task waited for memory'],
  ['memory', 'full', 'node_pressure_memory_stalled_seconds_total', 'Time in which all tasks waited for memory'],
  ['io', 'some', 'node_pressure_io_waiting_seconds_total', 'Time in which some task waited for I/O'],
  ['io', 'full', 'node_pressure_io_stalled_seconds_total', 'Time in which all tasks waited for I/O'],
] as const

/** Pressure stall information; absent on kernels without it. */
export class PressureCollector implements HostCollector {
  readonly name = 'pressure'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const snapshots = await Promise.all(
      FAMILIES.map(async ([resource, share, name, help]) => {
        const text = await this.#read(resource)
        const total = new RegExp(`^${share} .*total=(\\d+)`, 'm').exec(text)?.[1]
        return total === undefined
          ? []
          : [new MetricFamily({ name, help, type: 'counter' }).add(Number(total) * MICROSECOND).snapshot()]
      }),
    )
    return snapshots.flat()
  }

  async #read(resource: string): Promise<string> {
    try {
      return (await readKernelFile(`${this.#paths.proc}/pressure/${resource}`)) ?? ''
    } catch (error) {
      // The files exist but cannot be opened where the feature was switched off at boot.
      if (error instanceof Error && 'code' in error && error.code === 'EOPNOTSUPP') return ''
      throw error
    }
  }
}
