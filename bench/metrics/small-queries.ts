/**
 * What a query costs besides its samples: one series asked for again and again over one kept connection, of Tetrascope, Prometheus and
 * VictoriaMetrics in turns. Median time of an answer and processor time of the server for each request.
 * Build first, then `npx tsx bench/metrics/small-queries.ts [rounds] [--cpu-prof=DIRECTORY]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client, request } from 'undici'
import { type Contender, cpuMs, startContenders, stop } from './contender.ts'
import { createWorkload } from './workload.ts'

const STEP_SECONDS = 15
const RANGE_SECONDS = 50 * 60
const REQUESTS_PER_ROUND = 500

const rounds = Number(process.argv[2] ?? 10)
const profile = process.argv.find((argument) => argument.startsWith('--cpu-prof='))?.slice('--cpu-prof='.length)

interface Ask {
  readonly name: string
  readonly path: (endSeconds: number) => string
}

/** `model-3` has 25 of the 500 series that are written. */
const ASKS: readonly Ask[] = [
  { name: 'one series, 50 min', path: (end) => rangePath('requests_total{id="42"}', end) },
  { name: 'rate of one, 50 min', path: (end) => rangePath('rate(requests_total{id="42"}[5m])', end) },
  {
    name: 'one series, instant',
    path: (end) => pathOf('query', { query: 'requests_total{id="42"}', time: String(end) }),
  },
  { name: 'sum of 25, 50 min', path: (end) => rangePath('sum(rate(requests_total{model="model-3"}[5m]))', end) },
]

function rangePath(query: string, end: number): string {
  const times = { start: String(end - RANGE_SECONDS), end: String(end), step: String(STEP_SECONDS), nocache: '1' }
  return pathOf('query_range', { query, ...times })
}

function pathOf(call: string, parameters: Readonly<Record<string, string>>): string {
  return `/api/v1/${call}?${new URLSearchParams(parameters).toString()}`
}

interface Measured {
  readonly ms: number[]
  cpuMs: number
}

async function measure(contender: Contender, client: Client, path: string, into: Measured): Promise<void> {
  const before = cpuMs(contender)
  for (let i = 0; i < REQUESTS_PER_ROUND; i++) {
    const start = performance.now()
    const { statusCode, body } = await client.request({ method: 'GET', path })
    const bytes = await body.arrayBuffer()
    if (statusCode !== 200) throw new Error(`${contender.name}: ${statusCode} ${Buffer.from(bytes).toString()}`)
    into.ms.push(performance.now() - start)
  }
  into.cpuMs += cpuMs(contender) - before
}

/** The first 500 counters of the comparison's load, all their samples. */
async function write({ url }: Contender, bodies: readonly Buffer[]): Promise<void> {
  const headers = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' }
  for (const body of bodies) {
    const response = await request(`${url}/api/v1/write`, { method: 'POST', headers, body })
    const text = await response.body.text()
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.statusCode} ${text}`)
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

const directory = mkdtempSync(path.join(tmpdir(), 'small-queries-'))
const contenders = await startContenders(directory, profile)
const clients = contenders.map(({ url }) => new Client(url))
try {
  const { rounds: bodies, endMs } = createWorkload()
  for (const contender of contenders)
    await write(
      contender,
      bodies.flatMap(([first = Buffer.alloc(0)]) => first),
    )
  for (const ask of ASKS) {
    const measured = contenders.map((): Measured => ({ ms: [], cpuMs: 0 }))
    for (let round = 0; round <= rounds; round++) {
      for (const [i, contender] of contenders.entries()) {
        // The first round warms up.
        const into = round === 0 ? { ms: [], cpuMs: 0 } : measured[i]!
        await measure(contender, clients[i]!, ask.path(endMs / 1000 - 8), into)
      }
    }
    const shown = measured.map(({ ms, cpuMs: cpu }, i) => {
      const perRequest = (cpu * 1000) / (rounds * REQUESTS_PER_ROUND)
      return `${contenders[i]?.name} ${(median(ms) * 1000).toFixed(0).padStart(5)} us (${perRequest.toFixed(0).padStart(4)})`
    })
    process.stdout.write(`${ask.name.padEnd(22)}${shown.join('   ')}\n`)
  }
} finally {
  await Promise.all(clients.map((client) => client.close()))
  await Promise.all(contenders.map(stop))
  rmSync(directory, { recursive: true, force: true })
}
