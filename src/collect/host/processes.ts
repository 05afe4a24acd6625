import { readdir } from 'node:fs/promises'
import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelFile, readKernelNumber } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

/** More are counted but not opened, so that a machine full of processes costs no more than this. */
const MAX_OPENED = 4_096
/** Files opened at once; the thread pool has other users. */
const BATCH = 32

/** Processes by state, threads, and how many are allowed. */
export class ProcessesCollector implements HostCollector {
  readonly name = 'processes'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const { proc } = this.#paths
    const pids = (await readdir(proc)).filter((name) => /^\d+$/.test(name))
    const states = new Map<string, number>()
    let threads = 0
    for (let i = 0; i < Math.min(pids.length, MAX_OPENED); i += BATCH) {
      const stats = await Promise.all(pids.slice(i, i + BATCH).map((pid) => statOf(`${proc}/${pid}/stat`)))
      for (const stat of stats) {
        if (stat === undefined) continue
        states.set(stat.state, (states.get(stat.state) ?? 0) + 1)
        threads += stat.threads
      }
    }
    const byState = gauge('node_processes_state', 'Processes in each state')
    for (const [state, count] of states) byState.add(count, { state })
    return [
      byState.snapshot(),
      gauge('node_processes_pids', 'Processes').add(pids.length).snapshot(),
      gauge('node_processes_threads', 'Threads').add(threads).snapshot(),
      gauge('node_processes_max_processes', 'Processes allowed')
        .add(await readKernelNumber(`${proc}/sys/kernel/pid_max`))
        .snapshot(),
      gauge('node_processes_max_threads', 'Threads allowed')
        .add(await readKernelNumber(`${proc}/sys/kernel/threads-max`))
        .snapshot(),
    ]
  }
}

/** State and threads of a process, proc_pid_stat(5); undefined when it has ended meanwhile. Its name may hold anything, even brackets. */
async function statOf(file: string): Promise<{ readonly state: string; readonly threads: number } | undefined> {
  const text = await readKernelFile(file).catch(() => undefined)
  if (text === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0] ?? '', threads: Number(fields[17] ?? 0) }
}

function gauge(name: string, help: string): MetricFamily {
  return new MetricFamily({ name, help, type: 'gauge' })
}
