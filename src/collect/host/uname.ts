import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { Clock } from '../../util/clock.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelFile } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

/** Names of processor architectures as uname(1) has them. */
const MACHINES: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: 'x86_64',
  arm64: 'aarch64',
  ia32: 'i686',
  arm: 'armv7l',
}

/** What machine this is, and its clock. */
export class UnameCollector implements HostCollector {
  readonly name = 'uname'
  readonly #paths: HostPaths
  readonly #clock: Clock

  constructor(paths: HostPaths, clock: Clock) {
    this.#paths = paths
    this.#clock = clock
  }

  async collect(): Promise<MetricSnapshot[]> {
    const kernel = `${this.#paths.proc}/sys/kernel`
    const read = async (file: string): Promise<string> => ((await readKernelFile(`${kernel}/${file}`)) ?? '').trim()
    const labels = {
      sysname: await read('ostype'),
      release: await read('osrelease'),
      version: await read('version'),
      nodename: await read('hostname'),
      domainname: await read('domainname'),
      machine: MACHINES[process.arch] ?? process.arch,
    }
    return [
      new MetricFamily({ name: 'node_uname_info', help: 'The kernel and the name of the machine', type: 'gauge' })
        .add(1, labels)
        .snapshot(),
      new MetricFamily({
        name: 'node_time_seconds',
        help: 'The clock of the machine, seconds since 1970',
        type: 'gauge',
      })
        .add(this.#clock.now() / 1_000)
        .snapshot(),
    ]
  }
}
