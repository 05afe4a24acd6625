// What the gateway adds to a call at 500 calls per second, in the real program, which scores them unless told not to: the same calls to a
// fake upstream itself, through a proxy of thirty lines that only passes on, through the gateway, and through the gateway while heavy PromQL
// range queries run one after another on 21,000 series. Then streams: the time to their first byte, at 100 streams per second. Rounds of each
// kind take turns, so that what else the machine does hits all of them. What the proxy adds is the machine's and Node's, the rest is ours.
// Run after a build: npx tsx bench/requests/gateway-latency.ts [rounds] [seconds per round] [unscored]
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool, request } from 'undici'
import { eventually, Tetrascope } from '../../test/support/tetrascope.ts'
import { createWorkload, QUERIES } from '../metrics/workload.ts'

const PER_SECOND = 500
/** Fewer streams, as each has twelve pieces and the sender and the upstream are on the same two cores. */
const STREAMS_PER_SECOND = 100
/** Merges and background work after writing. */
const SETTLE_MS = 10_000
const rounds = Number(process.argv[2] ?? 12)
const seconds = Number(process.argv[3] ?? 1)
const BODY = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'word '.repeat(20) }] })
const STREAM_BODY = BODY.replace('{', '{"stream":true,')

/** Answers at once; a stream in ten events of which the first comes at once and the others 2 ms apart. */
const UPSTREAM = `
  const answer = JSON.stringify({ id: 'c', model: 'gpt-5', choices: [{ message: { role: 'assistant', content: 'word '.repeat(60) }, finish_reason: 'stop' }], usage: { prompt_tokens: 20, completion_tokens: 60 } })
  const event = 'data: ' + JSON.stringify({ id: 'c', model: 'gpt-5', choices: [{ index: 0, delta: { content: 'word ' } }] }) + '\\n\\n'
  const usage = 'data: ' + JSON.stringify({ id: 'c', model: 'gpt-5', choices: [], usage: { prompt_tokens: 20, completion_tokens: 10 } }) + '\\n\\ndata: [DONE]\\n\\n'
  const stream = (response, left) => {
    if (left === 0) return response.end(usage)
    response.write(event)
    setTimeout(stream, 2, response, left - 1)
  }
  require('http').createServer((request, response) => {
    let body = ''
    request.on('data', (bytes) => (body += bytes)).on('end', () => {
      if (!body.startsWith('{"stream"')) return response.writeHead(200, { 'content-type': 'application/json' }).end(answer)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      stream(response, 10)
    })
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

/** The least that a proxy in Node does: it reads the call, asks the upstream over a kept connection and passes on what comes; nothing is kept. */
const PROXY = `
  const http = require('http')
  const { hostname, port } = new URL(process.argv[1])
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1024 })
  http.createServer((request, response) => {
    const chunks = []
    request.on('data', (bytes) => chunks.push(bytes)).on('end', () => {
      const { method, url: path, headers } = request
      http.request({ hostname, port, method, path, headers, agent }, (answer) => {
        response.writeHead(answer.statusCode, answer.rawHeaders)
        answer.on('data', (bytes) => response.write(bytes)).on('end', () => response.end())
      }).on('error', () => response.destroy()).end(Buffer.concat(chunks))
    })
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

const child = spawn(process.execPath, ['-e', UPSTREAM], { stdio: ['ignore', 'pipe', 'inherit'] })
const upstream = `http://127.0.0.1:${await firstLine(child)}`
const proxy = spawn(process.execPath, ['-e', PROXY, upstream], { stdio: ['ignore', 'pipe', 'inherit'] })
const config = `gateway: { upstreams: [{ name: openai, url: "${upstream}" }] }\n`
const product = await Tetrascope.start({
  config: process.argv[4] === 'unscored' ? `${config}evaluation: { enabled: false }\n` : config,
})
const direct = new Pool(upstream, { connections: 64 })
const plain = new Pool(`http://127.0.0.1:${await firstLine(proxy)}`, { connections: 64 })
const gateway = new Pool(product.ready.gateway ?? '', { connections: 64 })

try {
  await writeSeries()
  const kinds = [
    'direct',
    'plain proxy',
    'gateway',
    'gateway, heavy queries',
    'stream direct',
    'stream plain proxy',
    'stream gateway',
  ] as const
  const times = new Map<string, number[][]>(kinds.map((kind) => [kind, []]))
  let queries = 0
  await sleep(SETTLE_MS)
  for (const target of [direct, plain, gateway]) await run(target, BODY, PER_SECOND, 8)
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const target = targetOf(kind)
      const [body, perSecond] = kind.startsWith('stream') ? [STREAM_BODY, STREAMS_PER_SECOND] : [BODY, PER_SECOND]
      const under = kind.includes('heavy') ? heavyQueries() : undefined
      times.get(kind)?.push(await run(target, body, perSecond))
      queries += (await under?.stop()) ?? 0
    }
  }
  for (const [kind, found] of times)
    report(kind, found, times.get(kind.startsWith('stream') ? 'stream direct' : 'direct') ?? [])
  console.log(`${queries} heavy queries ran meanwhile`)
} finally {
  await Promise.all([direct, plain, gateway].map((pool) => pool.destroy()))
  await product.stop()
  child.kill()
  proxy.kill()
}

function targetOf(kind: string): Pool {
  if (kind.includes('direct')) return direct
  return kind.includes('plain') ? plain : gateway
}

/** Milliseconds from each call to the first byte of its answer. Calls are made when they are due, whether or not earlier ones are answered. */
async function run(target: Pool, body: string, perSecond: number, forSeconds = seconds): Promise<number[]> {
  const found: number[] = []
  const calls: Promise<void>[] = []
  const startMs = performance.now()
  for (let i = 0; i < perSecond * forSeconds; i++) {
    const waitMs = startMs + (i * 1000) / perSecond - performance.now()
    if (waitMs > 1) await sleep(waitMs)
    calls.push(call(target, body, found))
  }
  await Promise.all(calls)
  return found
}

async function call(target: Pool, body: string, found: number[]): Promise<void> {
  const startMs = performance.now()
  const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-x' }
  const answer = await target.request({ path: '/v1/chat/completions', method: 'POST', headers, body })
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`)
  answer.body.once('data', () => found.push(performance.now() - startMs))
  await new Promise((resolve) => answer.body.once('end', resolve))
}

function heavyQueries(): { readonly stop: () => Promise<number> } {
  const enough = new AbortController()
  let count = 0
  const asking = (async () => {
    while (!enough.signal.aborted) {
      const end = Date.now() / 1000
      const { query } = QUERIES[count % 3] ?? QUERIES[0] ?? { query: 'up' }
      const parameters = new URLSearchParams({ query, start: String(end - 3000), end: String(end), step: '15' })
      const answer = await request(`${product.url}/api/v1/query_range?${parameters.toString()}`)
      await answer.body.dump({ limit: 1e9 })
      if (answer.statusCode !== 200) throw new Error(`the query answered ${answer.statusCode}`)
      count++
    }
  })()
  return {
    stop: async () => {
      enough.abort()
      await asking
      return count
    },
  }
}

async function writeSeries(): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }
  for (const body of createWorkload().rounds.flat()) {
    await eventually(
      async () => {
        const answer = await request(`${product.url}/api/v1/write`, { method: 'POST', headers, body })
        await answer.body.dump()
        return answer.statusCode
      },
      (status) => status < 300,
    )
  }
}

/** Of each round its quantile, and over the rounds the median and the best: what a busy machine does to some rounds is no property of the gateway. */
function report(kind: string, found: readonly (readonly number[])[], base: readonly (readonly number[])[]): void {
  const cells = [0.5, 0.99].map((q) => {
    const [own, added] = [
      found.map((times) => at(times, q)),
      found.map((times, i) => at(times, q) - at(base[i] ?? [], q)),
    ]
    const figures = [at(own, 0.5), at(added, 0.5), Math.min(...added)].map((ms) => ms.toFixed(2))
    return `P${q * 100} ${figures[0]} ms, added ${figures[1]} (least ${figures[2]})`
  })
  console.log(`${kind.padEnd(24)} ${cells.join('   ')}`)
}

function at(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? 0
}

async function firstLine(process: ChildProcess): Promise<string> {
  return new Promise((resolve) => process.stdout?.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())))
}
