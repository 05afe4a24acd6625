// 10,000 active alerts on 200 routes: processor time of taking, grouping, telling and showing them, beside Debian's Alertmanager.
// Run after a build: npx tsx bench/alerting/alertmanager.ts [rounds]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort, startPeer } from '../../test/support/peer.ts'
import { Tetrascope } from '../../test/support/tetrascope.ts'

const ALERTS = 10_000
const ROUTES = 200
const BATCH = 250
const ROUND_MS = 5_000
const LOOKS_PER_ROUND = 5
/** Of `utime` and `stime` in /proc. */
const TICKS_PER_SECOND = 100

const rounds = Number(process.argv[2] ?? 6)
const folder = mkdtempSync(path.join(tmpdir(), 'bench-alerting-'))

interface Contender {
  readonly name: string
  readonly pid: number
  /** Of Alertmanager's API v2. */
  readonly api: string
  stop(): Promise<void>
}

/** Seconds of processor by what they went into. */
interface Spent {
  taking: number
  showing: number
  /** Grouping and telling, and whatever else is done between two rounds. */
  rest: number
  idle: number
}

const notifications = new Map<string, number>()
const sink = createServer((request, response) => {
  const name = (request.url ?? '').slice(1)
  notifications.set(name, (notifications.get(name) ?? 0) + 1)
  request.resume().on('end', () => response.end())
})
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
const hook = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`

const contenders = [await alertmanager(), await tetrascope()]
const spent = await measure(contenders)
print(spent)
for (const contender of contenders) await contender.stop()
sink.close()
rmSync(folder, { recursive: true })

function writeAlertmanagerConfig(name: string): string {
  const names = Array.from({ length: ROUTES }, (_, i) => `team-${i}`)
  const routes = names.map((team) => `  - {receiver: ${team}, matchers: ['team="${team}"']}\n`).join('')
  const receivers = names.map((team) => `- {name: ${team}, webhook_configs: [{url: '${hook}/${name}'}]}\n`).join('')
  const file = path.join(folder, `${name}.yml`)
  const text = `route:
  receiver: team-0
  group_by: [alertname, team]
  group_wait: 1s
  group_interval: 5s
  routes:
${routes}receivers:\n${receivers}`
  writeFileSync(file, text)
  return file
}

async function alertmanager(): Promise<Contender> {
  const name = 'Alertmanager'
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--config.file=${writeAlertmanagerConfig(name)}`,
    `--storage.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ]
  const peer = await startPeer('prometheus-alertmanager', args, `${url}/-/ready`)
  return { name, pid: peer.process.pid ?? 0, api: `${url}/api/v2`, stop: () => peer.stop() }
}

async function tetrascope(): Promise<Contender> {
  const name = 'Tetrascope'
  // As `npm start` does.
  process.env.NODE_OPTIONS = `--max-semi-space-size=64 ${process.env.NODE_OPTIONS ?? ''}`
  const config = `alertmanager: ${writeAlertmanagerConfig(name)}\nrules: {defaults: false}\n`
  const product = await Tetrascope.start({ config })
  const { pid, url } = product
  return { name, pid, api: `${url}/alertmanager/api/v2`, stop: () => product.stop() }
}

/** In each round one after the other, so that both meet the same machine; first as long without any load. */
async function measure(all: readonly Contender[]): Promise<ReadonlyMap<Contender, Spent>> {
  const sums = new Map(all.map((contender) => [contender, { taking: 0, showing: 0, rest: 0, idle: 0 }]))
  const counting = (contender: Contender, kind: keyof Spent) => {
    const beganAt = cpuSeconds(contender.pid)
    return (): void => {
      const sum = sums.get(contender)
      if (sum !== undefined) sum[kind] += cpuSeconds(contender.pid) - beganAt
    }
  }
  const afterIdle = all.map((contender) => counting(contender, 'idle'))
  await pause(rounds * ROUND_MS)
  for (const stop of afterIdle) stop()
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    const afterRound = all.map((contender) => counting(contender, 'rest'))
    for (const contender of all) {
      const taken = counting(contender, 'taking')
      await sendAll(contender.api, round)
      taken()
      const shown = counting(contender, 'showing')
      for (let look = 0; look < LOOKS_PER_ROUND; look++) await lookAt(contender.api, `team-${look * round}`)
      shown()
    }
    await pause(Math.max(0, ROUND_MS - (performance.now() - began)))
    for (const stop of afterRound) stop()
  }
  for (const sum of sums.values()) sum.rest -= sum.taking + sum.showing
  return sums
}

function print(results: ReadonlyMap<Contender, Spent>): void {
  console.log('| | taking | showing | telling and the rest | when idle | for the load | notifications |')
  console.log('|---|---|---|---|---|---|---|')
  const loads = [...results].map(([{ name }, { taking, showing, rest, idle }]) => {
    const load = taking + showing + rest - idle
    const cells = [taking, showing, rest, idle, load].map((seconds) => seconds.toFixed(2))
    console.log(`| ${name} | ${cells.join(' | ')} | ${notifications.get(name) ?? 0} |`)
    return load
  })
  const [theirs = 0, ours = 0] = loads
  console.log(`\nours / theirs: ${(ours / theirs).toFixed(2)}`)
}

/** As a Prometheus does: each alert again in every round, a hundredth of them new. */
async function sendAll(api: string, round: number): Promise<void> {
  const endsAt = new Date(Date.now() + 300_000).toISOString()
  const alerts = Array.from({ length: ALERTS }, (_, i) => ({
    labels: {
      alertname: `Alert${i % 20}`,
      instance: `host-${i % 100 === 0 ? `${i}-${round}` : i}:9100`,
      severity: 'P2',
      team: `team-${i % ROUTES}`,
    },
    annotations: { summary: `Something is wrong with ${i}`, description: 'x'.repeat(100) },
    startsAt: new Date(Date.now() - 60_000).toISOString(),
    endsAt,
    generatorURL: `http://prometheus/graph?g0.expr=${i}`,
  }))
  for (let i = 0; i < ALERTS; i += BATCH) {
    const body = JSON.stringify(alerts.slice(i, i + BATCH))
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${api}/alerts`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
  }
}

async function lookAt(api: string, team: string): Promise<void> {
  const filter = encodeURIComponent(`team="${team}"`)
  for (const resource of ['alerts', 'alerts/groups'])
    await (await fetch(`${api}/${resource}?filter=${filter}`)).arrayBuffer()
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}
