import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

/** All of /proc/meminfo: `node_memory_MemAvailable_bytes` and so on; counts of huge pages have no unit. */
export class MemoryCollector implements HostCollector {
  readonly name = 'memory'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const lines = await readKernelTable(`${this.#paths.proc}/meminfo`)
    return lines.map(([label = '', value, unit]) => {
      const field = label.replace(/:$/, '').replace(/\((.*)\)/, '_$1')
      const isBytes = unit === 'kB'
      const name = `node_memory_${field}${isBytes ? '_bytes' : ''}`
      const family = new MetricFamily({ name, help: `${field} of /proc/meminfo`, type: 'gauge' })
      return family.add(Number(value) * (isBytes ? 1024 : 1)).snapshot()
    })
  }
}
