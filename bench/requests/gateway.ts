// Calls through the gateway, captured whole and committed to the embedded store, beside the upstream itself and, when its start-server.js
// is named, Portkey's gateway. Needs wrk. npx tsx bench/requests/gateway.ts [path of @portkey-ai/gateway/build/start-server.js]
// Figures: README.md beside this file.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { request } from 'undici'
import { gatewayConfig } from '../../src/ingest/gateway/config.ts'
import { Gateway } from '../../src/ingest/gateway/gateway.ts'
import { Intake } from '../../src/ingest/intake.ts'
import { RequestSeries } from '../../src/ingest/request-series.ts'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { retentionConfig } from '../../src/storage/config.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { systemClock } from '../../src/util/clock.ts'
import { eventually } from '../../test/support/tetrascope.ts'

const SECONDS = 3
const UPSTREAM = `
  const answer = JSON.stringify({ id: 'c', model: 'gpt-5', choices: [{ message: { role: 'assistant', content: 'word '.repeat(60) }, finish_reason: 'stop' }], usage: { prompt_tokens: 20, completion_tokens: 60 } })
  require('http').createServer((request, response) => request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer))).listen(Number(process.argv[1]), '127.0.0.1')`

const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-bench-gateway-'))
const children: ChildProcess[] = []
const upstreamPort = await freePort()
children.push(spawn(process.execPath, ['-e', UPSTREAM, String(upstreamPort)], { stdio: 'inherit' }))
const upstream = `http://127.0.0.1:${upstreamPort}`

const instruments = new InstrumentRegistry()
const store = await openClickHouseStore({
  storage: { type: 'embedded' },
  retention: retentionConfig.parse({}),
  dataDirectory: folder,
})
const series = new RequestSeries(instruments)
const intake = new Intake({ store, costOf: () => undefined, series, registry: instruments, clock: systemClock })
let committed = 0
const gateway = new Gateway({
  config: gatewayConfig.parse({ upstreams: [{ name: 'openai', url: upstream }] }),
  tokens: [],
  host: '127.0.0.1',
  port: 0,
  takeSpans: async (spans) => {
    await intake.takeSpans(spans, 'gateway')
    committed += spans.length
  },
  onActive: () => {},
  clock: systemClock,
  instruments,
  logger: createLogger('error'),
})
const targets = [
  ['direct', upstream],
  ['tetrascope', `http://127.0.0.1:${await gateway.start()}`],
]
if (process.argv[2] !== undefined) targets.push(['portkey', await startPortkey(process.argv[2])])

try {
  for (const connections of [1, 16, 64]) {
    for (const [name = '', url = ''] of targets) {
      await eventually(
        () => call(url),
        (status) => status === 200,
      )
      const before = committed
      const { rps, p50, p99 } = await load(url, connections)
      const stored = name === 'tetrascope' ? `  committed within it ${committed - before}` : ''
      const average = loadavg()[0]?.toFixed(1)
      console.log(
        `c=${connections}  ${name.padEnd(10)} ${rps.padStart(9)} rps  P50 ${p50}  P99 ${p99}  load average ${average}${stored}`,
      )
    }
  }
} finally {
  await gateway.stop()
  await store.close()
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true, force: true })
}

async function startPortkey(file: string): Promise<string> {
  const port = await freePort()
  children.push(spawn(process.execPath, [file, `--port=${port}`, '--headless'], { stdio: 'ignore' }))
  return `http://127.0.0.1:${port}`
}

function headers(): Record<string, string> {
  const custom = `${upstream}/v1`
  return {
    'content-type': 'application/json',
    authorization: 'Bearer sk-x',
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': custom,
  }
}

async function call(url: string): Promise<number> {
  const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'word '.repeat(20) }] })
  const answer = await request(`${url}/v1/chat/completions`, { method: 'POST', headers: headers(), body })
  await answer.body.dump()
  return answer.statusCode
}

async function load(url: string, connections: number): Promise<{ rps: string; p50: string; p99: string }> {
  const script = path.join(folder, 'post.lua')
  const lines = Object.entries(headers()).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  const body = `wrk.body = '{"model":"gpt-5","messages":[{"role":"user","content":"${'word '.repeat(20)}"}]}'`
  writeFileSync(script, ['wrk.method = "POST"', ...lines, body].join('\n'))
  const { stdout: text } = await promisify(execFile)('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${SECONDS}s`,
    '--latency',
    '-s',
    script,
    `${url}/v1/chat/completions`,
  ])
  const found = (pattern: RegExp): string => pattern.exec(text)?.[1] ?? '?'
  if (/Non-2xx/.test(text)) throw new Error(`calls failed:\n${text}`)
  return { rps: found(/Requests\/sec:\s+(\S+)/), p50: found(/50%\s+(\S+)/), p99: found(/99%\s+(\S+)/) }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
