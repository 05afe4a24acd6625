/**
 * What 1,000 alert rules cost: two of our servers with the same 1,000 series, one with the rules (20 groups of 50, every 15 s, 10 series
 * each, 5 minutes of rate) and one without. The difference of their processor time is the rules'.
 * Build first, then `npx tsx bench/metrics/rules.ts [seconds]`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { request } from 'undici'
import { Labels } from '../../src/model/labels.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import { encodeWriteRequest } from '../../src/storage/prometheus/encode-write-request.ts'
import { type Contender, cpuMs, startBuilt, stop } from './contender.ts'

const GROUPS = 20
const RULES_PER_GROUP = 50
const SERIES = 1_000
const HOSTS = 100
const INTERVAL_MS = 15_000
const seconds = Number(process.argv[2] ?? 60)

function ruleFile(): string {
  const rule = (i: number): string =>
    `  - { alert: Rule${i}, expr: 'sum by (job) (rate(requests_total{instance="host-${i % HOSTS}"}[5m])) > ${1e6 + i}', for: 1m }`
  const group = (g: number): string =>
    [
      `- name: group-${g}`,
      '  interval: 15s',
      '  rules:',
      ...Array.from({ length: RULES_PER_GROUP }, (_, i) => rule(g * RULES_PER_GROUP + i)),
    ].join('\n')
  return `groups:\n${Array.from({ length: GROUPS }, (_, g) => group(g)).join('\n')}\n`
}

/** Ten minutes of the past and, so that there is always something new, as much of the future as the measurement takes. */
function body(): Buffer {
  const builder = new SampleBatchBuilder()
  const nowMs = Date.now()
  for (let i = 0; i < SERIES; i++) {
    const labels = { __name__: 'requests_total', job: 'llm', instance: `host-${i % HOSTS}`, id: String(i) }
    const series = builder.newSeries(Labels.from(labels))
    for (let at = -40; at * INTERVAL_MS < seconds * 1000 + 60_000; at++) {
      builder.put(series, nowMs + at * INTERVAL_MS, 1_000 + at * (i % 10))
    }
  }
  return Buffer.from(encodeWriteRequest(builder.build()))
}

async function start(parent: string, name: string, withRules: boolean): Promise<Contender> {
  const directory = path.join(parent, name)
  mkdirSync(directory)
  if (withRules) writeFileSync(path.join(directory, 'rules.yml'), ruleFile())
  const config = `rules: { defaults: false }\n${withRules ? 'rule_files: [rules.yml]\n' : ''}`
  writeFileSync(path.join(directory, 'tetrascope.yaml'), config)
  const server = await startBuilt(directory)
  const headers = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' }
  const { statusCode } = await request(`${server.url}/api/v1/write`, { method: 'POST', headers, body: body() })
  if (statusCode !== 204) throw new Error(`the samples were not taken: ${statusCode}`)
  return server
}

/** Rules that do not run cost nothing. */
async function requireEvaluated(url: string): Promise<void> {
  const { body: answer } = await request(`${url}/api/v1/rules`)
  const { data } = (await answer.json()) as { data: { groups: { rules: { health: string }[] }[] } }
  const healthy = data.groups.flatMap(({ rules }) => rules).filter(({ health }) => health === 'ok').length
  if (healthy !== GROUPS * RULES_PER_GROUP) throw new Error(`only ${healthy} rules were evaluated`)
}

const directory = mkdtempSync(path.join(tmpdir(), 'rules-'))
const servers = [await start(directory, 'with', true), await start(directory, 'without', false)]
try {
  // Every rule has run twice and the code is warm.
  await new Promise((resolve) => setTimeout(resolve, 2 * INTERVAL_MS))
  await requireEvaluated(servers[0]?.url ?? '')
  const before = servers.map(cpuMs)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const [withRules = NaN, without = NaN] = servers.map((server, i) => (cpuMs(server) - (before[i] ?? 0)) / seconds / 10)
  const share = (value: number): string => `${value.toFixed(1)} % of a core`
  process.stdout.write(
    `${GROUPS * RULES_PER_GROUP} alert rules every 15 s: ${share(withRules - without)} (${share(withRules)} with, ${share(without)} without)\n`,
  )
} finally {
  await Promise.all(servers.map(stop))
  rmSync(directory, { recursive: true, force: true })
}
