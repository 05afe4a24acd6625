import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

const MINUTES = [1, 5, 15] as const

/** Load averages. */
export class LoadCollector implements HostCollector {
  readonly name = 'load'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const [averages] = await readKernelTable(`${this.#paths.proc}/loadavg`)
    return MINUTES.map((minutes, i) =>
      new MetricFamily({ name: `node_load${minutes}`, help: `Load average over ${minutes} minutes`, type: 'gauge' })
        .add(Number(averages?.[i]))
        .snapshot(),
    )
  }
}
