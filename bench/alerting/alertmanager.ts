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

let notifications = 0
const sink = createServer((request, response) => {
  notifications++
  request.resume().on('end', () => response.end())
})
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
const hook = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`
const config = path.join(folder, 'alertmanager.yml')
writeFileSync(config, alertmanagerConfig())

console.log(
  '| | processor s, all | of it when idle | processor s for the load | notifications |\n|---|---|---|---|---|',
)
const theirs = await measure(await alertmanager())
const ours = await measure(await tetrascope())
console.log(`\nours / theirs: ${(ours / theirs).toFixed(2)}`)
sink.close()
rmSync(folder, { recursive: true })

function alertmanagerConfig(): string {
  const names = Array.from({ length: ROUTES }, (_, i) => `team-${i}`)
  const routes = names.map((name) => `  - {receiver: ${name}, matchers: ['team="${name}"']}\n`).join('')
  const receivers = names.map((name) => `- {name: ${name}, webhook_configs: [{url: '${hook}'}]}\n`).join('')
  return `route:
  receiver: team-0
  group_by: [alertname, team]
  group_wait: 1s
  group_interval: 5s
  routes:
${routes}receivers:\n${receivers}`
}

async function alertmanager(): Promise<Contender> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [
    `--config.file=${config}`,
    `--storage.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
    '--log.level=error',
  ]
  const peer = await startPeer('prometheus-alertmanager', args, `${url}/-/ready`)
  return { name: 'Alertmanager', pid: peer.process.pid ?? 0, api: `${url}/api/v2`, stop: () => peer.stop() }
}

async function tetrascope(): Promise<Contender> {
  // As `npm start` does.
  process.env.NODE_OPTIONS = '--max-semi-space-size=64'
  const product = await Tetrascope.start({ config: `alertmanager: ${config}\nrules: {defaults: false}\n` })
  const { pid, url } = product
  return { name: 'Tetrascope', pid, api: `${url}/alertmanager/api/v2`, stop: () => product.stop() }
}

/** Seconds of processor for the load: those of all rounds less those that the same time costs without it. */
async function measure(contender: Contender): Promise<number> {
  const started = cpuSeconds(contender.pid)
  await pause(rounds * ROUND_MS)
  const idle = cpuSeconds(contender.pid) - started
  notifications = 0
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await sendAll(contender.api, round)
    for (let look = 0; look < LOOKS_PER_ROUND; look++) await lookAt(contender.api, `team-${look * round}`)
    await pause(Math.max(0, ROUND_MS - (performance.now() - began)))
  }
  const all = cpuSeconds(contender.pid) - started - idle
  const load = all - idle
  console.log(`| ${contender.name} | ${all.toFixed(1)} | ${idle.toFixed(1)} | ${load.toFixed(1)} | ${notifications} |`)
  await contender.stop()
  return load
}

/** As a Prometheus does: each alert again in every round, a hundredth of them new. */
async function sendAll(api: string, round: number): Promise<void> {
  const endsAt = new Date(Date.now() + 300_000).toISOString()
  const alerts = Array.from({ length: ALERTS }, (_, i) => ({
    labels: {
      alertname: `Alert${i % 20}`,
      team: `team-${i % ROUTES}`,
      instance: `host-${i % 100 === 0 ? `${i}-${round}` : i}:9100`,
      severity: 'P2',
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
