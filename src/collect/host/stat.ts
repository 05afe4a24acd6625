import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { type FamilyOptions, MetricFamily } from '../metric-family.ts'

/** What /proc/stat says besides CPU time, by the first word of the line. */
const FAMILIES: ReadonlyMap<string, FamilyOptions> = new Map([
  [
    'btime',
    { name: 'node_boot_time_seconds', help: 'When the machine was started, seconds since 1970', type: 'gauge' },
  ],
  ['ctxt', { name: 'node_context_switches_total', help: 'Context switches', type: 'counter' }],
  ['intr', { name: 'node_intr_total', help: 'Interrupts serviced', type: 'counter' }],
  ['processes', { name: 'node_forks_total', help: 'Processes and threads created', type: 'counter' }],
  ['procs_running', { name: 'node_procs_running', help: 'Processes that can run', type: 'gauge' }],
  ['procs_blocked', { name: 'node_procs_blocked', help: 'Processes that wait for I/O', type: 'gauge' }],
])

/** Boot time, forks, interrupts, runnable and blocked processes. */
export class StatCollector implements HostCollector {
  readonly name = 'stat'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const lines = await readKernelTable(`${this.#paths.proc}/stat`)
    return lines.flatMap(([word = '', value]) => {
      const options = FAMILIES.get(word)
      return options === undefined ? [] : [new MetricFamily(options).add(Number(value)).snapshot()]
    })
  }
}
