import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelFile, readKernelNumber, readKernelTable } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

const MICROSECOND = 1e-6
const NANOSECOND = 1e-9

/** "No limit" in version 1 is a number near 2^63. */
const UNLIMITED_BYTES = 2 ** 60

/** The figures of one cgroup, whichever version the kernel has. Undefined: not said. */
interface Usage {
  readonly cpuSeconds: number | undefined
  readonly memoryBytes: number | undefined
  readonly inactiveFileBytes: number | undefined
  readonly limitBytes: number | undefined
  readonly oomKills: number | undefined
}

/** The container that this process runs in, under the names of cAdvisor. Silent outside of one, where the root group has no limits. */
export class CgroupCollector implements HostCollector {
  readonly name = 'cgroup'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const root = `${this.#paths.sys}/fs/cgroup`
    const isVersion2 = (await readKernelFile(`${root}/cgroup.controllers`)) !== undefined
    return snapshotsOf(await (isVersion2 ? usageV2(root) : usageV1(root)))
  }
}

/** Kernel documentation, admin-guide/cgroup-v2. */
async function usageV2(root: string): Promise<Usage> {
  const cpu = new Map(await pairs(`${root}/cpu.stat`))
  const memory = new Map(await pairs(`${root}/memory.stat`))
  const events = new Map(await pairs(`${root}/memory.events`))
  const cpuMicroseconds = cpu.get('usage_usec')
  return {
    cpuSeconds: cpuMicroseconds === undefined ? undefined : cpuMicroseconds * MICROSECOND,
    memoryBytes: await readKernelNumber(`${root}/memory.current`),
    inactiveFileBytes: memory.get('inactive_file'),
    // "max" stands for no limit.
    limitBytes: await readKernelNumber(`${root}/memory.max`),
    oomKills: events.get('oom_kill'),
  }
}

/** Kernel documentation, admin-guide/cgroup-v1. */
async function usageV1(root: string): Promise<Usage> {
  const memory = new Map(await pairs(`${root}/memory/memory.stat`))
  const control = new Map(await pairs(`${root}/memory/memory.oom_control`))
  const cpuNanoseconds = await readKernelNumber(`${root}/cpuacct/cpuacct.usage`)
  return {
    cpuSeconds: cpuNanoseconds === undefined ? undefined : cpuNanoseconds * NANOSECOND,
    memoryBytes: await readKernelNumber(`${root}/memory/memory.usage_in_bytes`),
    inactiveFileBytes: memory.get('total_inactive_file'),
    limitBytes: await readKernelNumber(`${root}/memory/memory.limit_in_bytes`),
    oomKills: control.get('oom_kill'),
  }
}

async function pairs(file: string): Promise<Array<[name: string, value: number]>> {
  return (await readKernelTable(file)).map(([name = '', value]) => [name, Number(value)])
}

function snapshotsOf(usage: Usage): MetricSnapshot[] {
  const { limitBytes, memoryBytes } = usage
  const hasLimit = limitBytes !== undefined && limitBytes < UNLIMITED_BYTES
  if (!hasLimit || memoryBytes === undefined) return []
  const labels = { id: '/' }
  const family = (name: string, help: string, type: 'counter' | 'gauge', value: number | undefined): MetricSnapshot =>
    new MetricFamily({ name, help, type }).add(value, labels).snapshot()
  const workingSet = Math.max(0, memoryBytes - (usage.inactiveFileBytes ?? 0))
  return [
    family('container_cpu_usage_seconds_total', 'CPU time of the container', 'counter', usage.cpuSeconds),
    family('container_memory_usage_bytes', 'Memory of the container with all caches', 'gauge', memoryBytes),
    family(
      'container_memory_working_set_bytes',
      'Memory of the container that cannot simply be freed',
      'gauge',
      workingSet,
    ),
    family('container_spec_memory_limit_bytes', 'Memory that the container may use', 'gauge', limitBytes),
    family(
      'container_oom_events_total',
      'Processes killed because the container was out of memory',
      'counter',
      usage.oomKills,
    ),
  ]
}
