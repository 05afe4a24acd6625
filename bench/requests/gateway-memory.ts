// Whether memory grows with the calls that pass: the real program without scoring, everything captured and committed, wrk on 16
// connections, and the resident memory after each round of calls. The first rounds fill caches and buffers. Ends after so many calls, or
// so many minutes if that comes first.
// Run after a build; needs wrk. npx tsx bench/requests/gateway-memory.ts [calls] [minutes] [seconds per round]
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { eventually, Tetrascope } from '../../test/support/tetrascope.ts'

const calls = Number(process.argv[2] ?? 1_000_000)
const minutes = Number(process.argv[3] ?? 15)
const seconds = Number(process.argv[4] ?? 10)
const UPSTREAM = `
  const answer = JSON.stringify({ id: 'c', model: 'gpt-5', choices: [{ message: { role: 'assistant', content: 'word '.repeat(60) }, finish_reason: 'stop' }], usage: { prompt_tokens: 20, completion_tokens: 60 } })
  require('http').createServer((request, response) => request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer)))
    .listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

const child = spawn(process.execPath, ['-e', UPSTREAM], { stdio: ['ignore', 'pipe', 'inherit'] })
const upstreamPort = await new Promise<string>((resolve) =>
  child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())),
)
const upstreams = `[{ name: openai, url: "http://127.0.0.1:${upstreamPort}" }]`
const product = await Tetrascope.start({
  config: `gateway: { upstreams: ${upstreams} }\nevaluation: { enabled: false }\n`,
})
const script = product.writeFile(
  'post.lua',
  `wrk.method = "POST"
   wrk.headers["content-type"] = "application/json"
   wrk.body = '{"model":"gpt-5","user":"u1","messages":[{"role":"user","content":"${'word '.repeat(20)}"}]}'`,
)
const endMs = performance.now() + minutes * 60_000
let called = 0
try {
  while (called < calls && performance.now() < endMs) {
    const url = `${product.ready.gateway}/v1/chat/completions`
    const { stdout } = await promisify(execFile)('wrk', ['-t1', '-c16', `-d${seconds}s`, '-s', script, url])
    called += Number(/(\d+) requests in/.exec(stdout)?.[1])
    // What was under way when wrk stopped is recorded as aborted, and counts as a call.
    const recorded = await eventually(recordedCalls, ({ committed, dropped }) => committed + dropped >= called, 60_000)
    console.log(`${called} calls, ${recorded.committed} committed, ${recorded.dropped} dropped: ${residentMb()} MB`)
  }
} finally {
  await product.stop()
  child.kill()
}

async function recordedCalls(): Promise<{ committed: number; dropped: number }> {
  const metrics = await (await fetch(`${product.url}/metrics`)).text()
  const valueOf = (pattern: RegExp): number => Number(pattern.exec(metrics)?.[1] ?? 0)
  return {
    committed: valueOf(/^tetrascope_ingest_spans_total\{[^}]*source="gateway"[^}]*\} (\S+)$/m),
    dropped: valueOf(/^tetrascope_gateway_records_dropped_total(?:\{\})? (\S+)$/m),
  }
}

function residentMb(): string {
  const kb = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${product.pid}/status`, 'utf8'))?.[1])
  return (kb / 1024).toFixed(0)
}
