import { readdir } from 'node:fs/promises'
import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelFile, readKernelNumber } from '../kernel-file.ts'
import { MetricFamilies, MetricFamily } from '../metric-family.ts'

const BYTES_PER_MEGABIT = 125_000

/** Traffic of each network device, and whether it is up. */
export class NetworkCollector implements HostCollector {
  readonly name = 'network'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    return [...(await this.#traffic()), ...(await this.#devices())]
  }

  /** /proc/net/dev: a heading that names the columns, then a line a device. */
  async #traffic(): Promise<MetricSnapshot[]> {
    const [, heading = '', ...lines] = ((await readKernelFile(`${this.#paths.proc}/self/net/dev`)) ?? '').split('\n')
    const [, received = '', sent = ''] = heading.split('|')
    const columns = [
      ...received
        .trim()
        .split(/\s+/)
        .map((column) => `receive_${column}`),
      ...sent
        .trim()
        .split(/\s+/)
        .map((column) => `transmit_${column}`),
    ]
    const families = new MetricFamilies()
    for (const line of lines) {
      const [device, values] = splitOnce(line, ':')
      if (values === undefined) continue
      const numbers = values.trim().split(/\s+/).map(Number)
      columns.forEach((column, i) => {
        const name = `node_network_${column}_total`
        families
          .family({ name, help: `Column ${column} of /proc/net/dev`, type: 'counter' })
          .add(numbers[i], { device: device.trim() })
      })
    }
    return families.snapshots()
  }

  async #devices(): Promise<MetricSnapshot[]> {
    const folder = `${this.#paths.sys}/class/net`
    const up = new MetricFamily({ name: 'node_network_up', help: '1 when the device is up', type: 'gauge' })
    const mtu = new MetricFamily({ name: 'node_network_mtu_bytes', help: 'Largest packet', type: 'gauge' })
    const speed = new MetricFamily({
      name: 'node_network_speed_bytes',
      help: 'Speed of the link, bytes a second',
      type: 'gauge',
    })
    for (const device of await readdir(folder).catch(() => [])) {
      const state = await readKernelFile(`${folder}/${device}/operstate`)
      if (state === undefined) continue
      up.add(state.trim() === 'up' ? 1 : 0, { device })
      mtu.add(await readKernelNumber(`${folder}/${device}/mtu`), { device })
      const megabits = await readKernelNumber(`${folder}/${device}/speed`)
      // -1 stands for an unknown speed.
      if (megabits !== undefined && megabits >= 0) speed.add(megabits * BYTES_PER_MEGABIT, { device })
    }
    return [up, mtu, speed].map((family) => family.snapshot())
  }
}

function splitOnce(text: string, separator: string): [before: string, after: string | undefined] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}
