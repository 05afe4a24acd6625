import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { type FamilyOptions, MetricFamily } from '../metric-family.ts'

const SECTOR_BYTES = 512
const MS = 1 / 1_000

/** Partitions and devices that are no disks. */
const IGNORED = /^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$/

type Field = readonly [name: string, help: string, factor: number, type?: FamilyOptions['type']]

/** The columns of /proc/diskstats behind the name (kernel documentation, admin-guide/iostats); a column may be missing on old kernels. */
const FIELDS: readonly Field[] = [
  ['reads_completed_total', 'Reads completed', 1],
  ['reads_merged_total', 'Reads merged', 1],
  ['read_bytes_total', 'Bytes read', SECTOR_BYTES],
  ['read_time_seconds_total', 'Time spent on all reads', MS],
  ['writes_completed_total', 'Writes completed', 1],
  ['writes_merged_total', 'Writes merged', 1],
  ['written_bytes_total', 'Bytes written', SECTOR_BYTES],
  ['write_time_seconds_total', 'Time spent on all writes', MS],
  ['io_now', 'Requests in progress', 1, 'gauge'],
  ['io_time_seconds_total', 'Time in which requests were in progress', MS],
  ['io_time_weighted_seconds_total', 'Time in which requests were in progress, times their number', MS],
  ['discards_completed_total', 'Discards completed', 1],
  ['discards_merged_total', 'Discards merged', 1],
  ['discarded_sectors_total', 'Sectors discarded', 1],
  ['discard_time_seconds_total', 'Time spent on all discards', MS],
  ['flush_requests_total', 'Flushes completed', 1],
  ['flush_requests_time_seconds_total', 'Time spent on all flushes', MS],
]

/** Transfers and times of each disk. */
export class DiskCollector implements HostCollector {
  readonly name = 'disk'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const families = FIELDS.map(
      ([name, help, , type = 'counter']) => new MetricFamily({ name: `node_disk_${name}`, help, type }),
    )
    for (const [, , device = '', ...columns] of await readKernelTable(`${this.#paths.proc}/diskstats`)) {
      if (IGNORED.test(device)) continue
      FIELDS.forEach(([, , factor], i) => families[i]?.add(Number(columns[i]) * factor, { device }))
    }
    return families.map((family) => family.snapshot())
  }
}
