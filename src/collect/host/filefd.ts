import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

/** File descriptors in use and allowed. */
export class FilefdCollector implements HostCollector {
  readonly name = 'filefd'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const [numbers] = await readKernelTable(`${this.#paths.proc}/sys/fs/file-nr`)
    return [
      new MetricFamily({ name: 'node_filefd_allocated', help: 'File descriptors in use', type: 'gauge' })
        .add(Number(numbers?.[0]))
        .snapshot(),
      new MetricFamily({ name: 'node_filefd_maximum', help: 'File descriptors allowed', type: 'gauge' })
        .add(Number(numbers?.[2]))
        .snapshot(),
    ]
  }
}
