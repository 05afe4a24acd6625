import type { MetricSnapshot } from '../../telemetry/instruments.ts'
import type { HostCollector, HostPaths } from '../host-collector.ts'
import { readKernelTable } from '../kernel-file.ts'
import { MetricFamily } from '../metric-family.ts'

/** What the kernel calls "mem" is counted in pages. */
const PAGE_BYTES = 4096

/** Sockets by protocol (`node_sockstat_TCP_inuse`) and established connections (`node_netstat_Tcp_CurrEstab`). */
export class SocketsCollector implements HostCollector {
  readonly name = 'sockets'
  readonly #paths: HostPaths

  constructor(paths: HostPaths) {
    this.#paths = paths
  }

  async collect(): Promise<MetricSnapshot[]> {
    const net = `${this.#paths.proc}/self/net`
    const lines = [...(await readKernelTable(`${net}/sockstat`)), ...(await readKernelTable(`${net}/sockstat6`))]
    return [...lines.flatMap(socketsIn), ...tcpIn(await readKernelTable(`${net}/snmp`))]
  }
}

/** `TCP: inuse 4 orphan 0 mem 1`: a protocol, then pairs. */
function socketsIn([label = '', ...words]: readonly string[]): MetricSnapshot[] {
  const protocol = label.replace(/:$/, '')
  const snapshots: MetricSnapshot[] = []
  for (let i = 0; i + 1 < words.length; i += 2) {
    const field = words[i] ?? ''
    const value = Number(words[i + 1])
    snapshots.push(gauge(`node_sockstat_${protocol}_${field}`, `${field} of ${protocol} sockets`, value))
    if (field === 'mem') {
      snapshots.push(gauge(`node_sockstat_${protocol}_mem_bytes`, `Memory of ${protocol} sockets`, value * PAGE_BYTES))
    }
  }
  return snapshots
}

const TCP_FIELDS: ReadonlySet<string> = new Set([
  'ActiveOpens',
  'PassiveOpens',
  'CurrEstab',
  'InErrs',
  'InSegs',
  'OutSegs',
  'OutRsts',
  'RetransSegs',
])

/** Two lines beginning with `Tcp:`, names and values. */
function tcpIn(lines: readonly string[][]): MetricSnapshot[] {
  const [names = [], values = []] = lines.filter(([label]) => label === 'Tcp:')
  return names.flatMap((field, i) =>
    TCP_FIELDS.has(field)
      ? [untyped(`node_netstat_Tcp_${field}`, `${field} of TCP in /proc/net/snmp`, Number(values[i]))]
      : [],
  )
}

function gauge(name: string, help: string, value: number): MetricSnapshot {
  return new MetricFamily({ name, help, type: 'gauge' }).add(value).snapshot()
}

function untyped(name: string, help: string, value: number): MetricSnapshot {
  return new MetricFamily({ name, help, type: 'unknown' }).add(value).snapshot()
}
