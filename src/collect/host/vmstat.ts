import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

const FIELDS = /^(oom_kill|pgpg|pswp|pg.*fault)/

/** Paging, swapping, faults and kills for want of memory (`node_vmstat_oom_kill`). */
export class VmstatCollector implements HostCollector {
  readonly name = 'vmstat'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const lines = await readKernelTable(`${this.#paths.proc}/vmstat`)
    return lines
      .filter(([field = '']) => FIELDS.test(field))
      .map(([field = '', value]) =>
        new MetricFamily({ name: `node_vmstat_${field}`, help: `${field} of /proc/vmstat`, type: 'unknown' })
          .add(Number(value))
          .snapshot(),
      )
  }
}
