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
const IDLE_ROUNDS = 4
/** Of `utime` and `stime` in /proc. */
const TICKS_PER_SECOND = 100

const rounds = Number(process.argv[2] ?? 12)
const folder = mkdtempSync(path.join(tmpdir(), 'bench-alerting-'))

interface Contender {
  readonly name: string
  readonly pid: number
  /** Of Alertmanager's API v2. */
  readonly api: string
  stop(): Promise<void>
}

/** Rounds in which a program that compiles as it runs is still busy with that, and in which most alerts are new. */
const FIRST_ROUNDS = 2

/** Seconds of processor of a contender, by what they went into. */
interface Spent {
  taking: number
  showing: number
  /** Grouping and telling, and whatever else is done between two rounds. */
  rest: number
  /** In the time of one round. */
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
const idle = await measureIdle(contenders)
const first = await measure(contenders, 0, FIRST_ROUNDS)
const later = await measure(contenders, FIRST_ROUNDS, rounds)
print(`the first ${FIRST_ROUNDS} rounds`, first)
print(`the ${rounds - FIRST_ROUNDS} rounds after them`, later)
for (const { name } of contenders) console.log(`${name}: ${notifications.get(name) ?? 0} notifications`)
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

/** Seconds of processor that each takes without any load, for the time of one round. */
async function measureIdle(all: readonly Contender[]): Promise<readonly number[]> {
  const before = all.map(({ pid }) => cpuSeconds(pid))
  await pause(IDLE_ROUNDS * ROUND_MS)
  return all.map(({ pid }, i) => (cpuSeconds(pid) - (before[i] ?? 0)) / IDLE_ROUNDS)
}

/** In each round one after the other, so that both meet the same machine. */
async function measure(all: readonly Contender[], from: number, to: number): Promise<readonly Spent[]> {
  const sums = all.map((_, i): Spent => ({ taking: 0, showing: 0, rest: 0, idle: (idle[i] ?? 0) * (to - from) }))
  for (let round = from; round < to; round++) {
    const began = performance.now()
    const before = all.map(({ pid }) => cpuSeconds(pid))
    for (const [i, { api, pid }] of all.entries()) {
      const sum = sums[i]
      if (sum === undefined) continue
      const start = cpuSeconds(pid)
      await sendAll(api, round)
      const taken = cpuSeconds(pid)
      for (let look = 0; look < LOOKS_PER_ROUND; look++) await lookAt(api, `team-${look * round}`)
      sum.taking += taken - start
      sum.showing += cpuSeconds(pid) - taken
    }
    await pause(Math.max(0, ROUND_MS - (performance.now() - began)))
    for (const [i, sum] of sums.entries()) sum.rest += cpuSeconds(all[i]?.pid ?? 0) - (before[i] ?? 0)
  }
  for (const sum of sums) sum.rest -= sum.taking + sum.showing
  return sums
}

function print(what: string, results: readonly Spent[]): void {
  console.log(`\n| ${what} | taking | showing | telling and the rest | of all when idle | for the load |`)
  console.log('|---|---|---|---|---|---|')
  const loads = results.map(({ taking, showing, rest, idle: unloaded }, i) => {
    const load = taking + showing + rest - unloaded
    const { name = '' } = contenders[i] ?? {}
    const cells = [taking, showing, rest, unloaded, load].map((seconds) => seconds.toFixed(2))
    console.log(`| ${name} | ${cells.join(' | ')} |`)
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
