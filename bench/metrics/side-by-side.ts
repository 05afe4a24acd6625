/**
 * Tetrascope, Prometheus and VictoriaMetrics side by side in one run, each as a process of its own: 21,000 series x 240 samples by remote
 * write, then eight range queries of 50 minutes at 15 s over HTTP, round by round, the small one more often, memory and disk. Medians and
 * ratios; see README.md.
 * Build first, then `npx tsx bench/metrics/side-by-side.ts [rounds] [--cpu-prof=DIRECTORY]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Agent, request, setGlobalDispatcher } from 'undici'
import { type Contender, cpuMs, diskMb, residentMb, startContenders, stop } from './contender.ts'
import { createWorkload, type NamedQuery, QUERIES, type Workload } from './workload.ts'

const SENDERS = 8
const STEP_SECONDS = 15
const RANGE_MS = 50 * 60_000
/** Merges and background work after writing. */
const SETTLE_MS = 10_000

const rounds = Number(process.argv[2] ?? 5)
const profile = process.argv.find((argument) => argument.startsWith('--cpu-prof='))?.slice('--cpu-prof='.length)
setGlobalDispatcher(new Agent({ connections: SENDERS, headersTimeout: 120_000, bodyTimeout: 120_000 }))

interface WriteTiming {
  /** Samples per second. */
  readonly rate: number
  /** Processor time of the server, microseconds a sample. */
  readonly cpuUs: number
}

async function write(contender: Contender, { rounds: bodies, sampleCount }: Workload): Promise<WriteTiming> {
  const { url } = contender
  const cpu = cpuMs(contender)
  const start = performance.now()
  for (const ofRound of bodies) {
    const senders = Array.from({ length: SENDERS }, (_, k) =>
      post(
        url,
        ofRound.filter((_body, i) => i % SENDERS === k),
      ),
    )
    await Promise.all(senders)
  }
  const ms = performance.now() - start
  return { rate: (sampleCount / ms) * 1000, cpuUs: ((cpuMs(contender) - cpu) / sampleCount) * 1000 }
}

async function post(url: string, bodies: readonly Buffer[]): Promise<void> {
  const headers = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' }
  for (const body of bodies) {
    const response = await request(`${url}/api/v1/write`, { method: 'POST', headers, body })
    const text = await response.body.text()
    if (response.statusCode >= 300) throw new Error(`${url}: ${response.statusCode} ${text}`)
  }
}

interface Timing {
  readonly ms: number
  readonly sizeBytes: number
}

async function ask({ url }: Contender, { query }: NamedQuery, { endMs }: Workload): Promise<Timing> {
  const end = endMs / 1000 - 8
  const form = new URLSearchParams({
    query,
    start: String(end - RANGE_MS / 1000),
    end: String(end),
    step: String(STEP_SECONDS),
  })
  // VictoriaMetrics would answer from its cache of results; ours and Prometheus have none.
  form.set('nocache', '1')
  const start = performance.now()
  const { statusCode, body } = await request(`${url}/api/v1/query_range?${form.toString()}`)
  const bytes = await body.arrayBuffer()
  if (statusCode !== 200)
    throw new Error(`${url} ${query}: ${statusCode} ${Buffer.from(bytes).toString().slice(0, 200)}`)
  return { ms: performance.now() - start, sizeBytes: bytes.byteLength }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

function line(name: string, values: readonly string[]): void {
  process.stdout.write(`${name.padEnd(26)}${values.map((value) => value.padStart(18)).join('')}\n`)
}

/** Ours against each of the others: above 1 we are better. */
function ratios(values: readonly number[], isRate: boolean): string[] {
  const [ours = NaN, ...others] = values
  return others.map((other) => `x${(isRate ? ours / other : other / ours).toFixed(2)}`)
}

async function measureWriting(contenders: readonly Contender[], workload: Workload): Promise<void> {
  const timings: WriteTiming[] = []
  for (const contender of contenders) timings.push(await write(contender, workload))
  const rates = timings.map(({ rate }) => rate)
  const cpu = timings.map(({ cpuUs }) => cpuUs)
  line('write, M samples/s', [...rates.map((rate) => (rate / 1e6).toFixed(2)), ...ratios(rates, true)])
  line('write, processor us/sample', [...cpu.map((us) => us.toFixed(2)), ...ratios(cpu, false)])
}

/** How often a query is asked, and how many of the first answers only warm up. */
interface Repetition {
  readonly warmUps: number
  readonly counted: number
}

/** A small query needs as many requests as it takes until code is compiled; it says something about a server that runs for a while. */
function repetitionOf({ isSmall }: NamedQuery): Repetition {
  return isSmall ? { warmUps: 50, counted: 200 } : { warmUps: 1, counted: rounds }
}

async function measureQueries(contenders: readonly Contender[], workload: Workload): Promise<void> {
  for (const query of QUERIES) {
    const { warmUps, counted } = repetitionOf(query)
    const timings = contenders.map((): number[] => [])
    const cpu = contenders.map(() => 0)
    for (let round = 0; round < warmUps + counted; round++) {
      for (const [i, contender] of contenders.entries()) {
        const before = cpuMs(contender)
        const { ms } = await ask(contender, query, workload)
        if (round < warmUps) continue
        timings[i]?.push(ms)
        cpu[i] = (cpu[i] ?? 0) + (cpuMs(contender) - before) / counted
      }
    }
    const medians = timings.map(median)
    const shown = medians.map((ms, i) => `${ms.toFixed(1)} (${cpu[i]?.toFixed(query.isSmall ? 1 : 0)})`)
    line(query.name, [...shown, ...ratios(medians, false)])
  }
}

const directory = mkdtempSync(path.join(tmpdir(), 'side-by-side-'))
const contenders = await startContenders(directory, profile)
try {
  const workload = createWorkload()
  const others = contenders.slice(1).map(({ name }) => `vs ${name}`)
  line('', [...contenders.map(({ name }) => name), ...others])
  line(
    'RSS when empty, MB',
    contenders.map((one) => residentMb(one).toFixed(0)),
  )
  await measureWriting(contenders, workload)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  line(
    'RSS after writing, MB',
    contenders.map((one) => residentMb(one).toFixed(0)),
  )
  process.stdout.write('queries: median ms over HTTP (mean processor ms)\n')
  await measureQueries(contenders, workload)
  line(
    'RSS after queries, MB',
    contenders.map((one) => residentMb(one).toFixed(0)),
  )
  line(
    'disk, MB',
    contenders.map((one) => diskMb(one).toFixed(1)),
  )
  line(
    'disk, bytes per sample',
    contenders.map((one) => ((diskMb(one) * 1024 ** 2) / workload.sampleCount).toFixed(2)),
  )
} finally {
  await Promise.all(contenders.map(stop))
  rmSync(directory, { recursive: true, force: true })
}
