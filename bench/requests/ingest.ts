// OTLP/HTTP to committed and scored, through the real program: batches of 1,000 model calls with prompts and answers of 150 words of prose,
// every fourth in Chinese.
// Run after a build: npx tsx bench/requests/ingest.ts [batches] [all | evaluator,evaluator ...] [requests per second]
// Without a rate the senders send as fast as they are answered, and evaluation, which nobody waits for, falls behind; with one it shows what is sustained.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { ProtobufWriter } from '../../src/util/protobuf-wire.ts'
import { seededRandom } from '../../src/util/random.ts'
import { Tetrascope } from '../../test/support/tetrascope.ts'
import { proseOf } from './prose.ts'

const BATCHES = Number(process.argv[2] ?? 40)
/** All of them unless some are named; verdicts of the first are counted. */
const EVALUATORS = process.argv[3] === 'all' ? undefined : process.argv[3]?.split(',')
const RATE = process.argv[4] === undefined ? undefined : Number(process.argv[4])
const COUNTED = EVALUATORS?.[0] ?? 'refusal'
const SCORED = EVALUATORS === undefined ? '' : `evaluation: { evaluators: [${EVALUATORS.join(', ')}] }\n`
/** The kernel counts the time of threads in hundredths of a second. */
const US_PER_TICK = 10_000
const BATCH_SIZE = 1_000
const SENDERS = 3
const WORDS = 150

const random = seededRandom(7)
const bodies = Array.from({ length: BATCHES }, (_, i) => encodeBatch(i))

await run(`committed and scored by ${EVALUATORS?.join(', ') ?? 'all evaluators'}`, SCORED, true)
await run('committed', 'evaluation: { enabled: false }\n', false)

async function run(name: string, config: string, isScored: boolean): Promise<void> {
  const product = await Tetrascope.start({ config })
  const ticksBefore = threadTicks(product.pid)
  const processTicksBefore = processTicks(product.pid)
  const began = performance.now()
  await sendAll(product.url)
  const committedMs = performance.now() - began
  const total = BATCHES * BATCH_SIZE
  console.log(
    `${name}: ${total} requests committed in ${committedMs.toFixed(0)} ms = ${perSecond(total, committedMs)}/s`,
  )
  if (isScored) {
    const { scored, reduced } = await scoringOf(product, total)
    const scoredMs = performance.now() - began
    const partly = `${total - scored} found the queue full, ${reduced} were read by the cheap evaluators only`
    console.log(
      `${name}: ${scored} scored after ${scoredMs.toFixed(0)} ms = ${perSecond(scored, scoredMs)}/s (${partly})`,
    )
  }
  const allTicks = processTicks(product.pid) - processTicksBefore
  const [all, busiest] = [microseconds(allTicks, total), busiestThreads(product.pid, ticksBefore, total)]
  console.log(`${name}: processor time per request ${all}, of which ${busiest}`)
  await product.stop()
}

/** Waits until all requests are scored or dropped. The page of metrics costs the main thread as much as the results of some hundred requests. */
async function scoringOf(product: Tetrascope, total: number): Promise<ReturnType<typeof progressOf>> {
  for (let seconds = 0; seconds < 120; seconds++) {
    const progress = progressOf(await (await fetch(`${product.url}/metrics`)).text())
    if (progress.scored + progress.dropped >= total) return progress
    await sleep(1_000)
  }
  throw new Error(`not all of ${total} requests were scored within two minutes`)
}

/** Ticks of processor time of each thread of a process that lives, by the thread's id. */
function threadTicks(pid: number): Map<string, { readonly name: string; readonly ticks: number }> {
  const threads = readdirSync(`/proc/${pid}/task`).map((id) => {
    const { name, ticks } = readStat(`/proc/${pid}/task/${id}/stat`)
    return [id, { name: id === String(pid) ? 'main' : name, ticks }] as const
  })
  return new Map(threads)
}

/** Of all threads, also of those that have ended. */
function processTicks(pid: number): number {
  return readStat(`/proc/${pid}/stat`).ticks
}

function readStat(file: string): { readonly name: string; readonly ticks: number } {
  const stat = readFileSync(file, 'utf8')
  const nameEnd = stat.lastIndexOf(')')
  const fields = stat.slice(nameEnd + 2).split(' ')
  return { name: stat.slice(stat.indexOf('(') + 1, nameEnd), ticks: Number(fields[11]) + Number(fields[12]) }
}

/** The threads that have worked most since: on a machine that others use too, this says more than the requests per second. */
function busiestThreads(pid: number, before: ReturnType<typeof threadTicks>, requests: number): string {
  return [...threadTicks(pid)]
    .map(([id, { name, ticks }]) => ({ name, ticks: ticks - (before.get(id)?.ticks ?? 0) }))
    .sort((a, b) => b.ticks - a.ticks)
    .slice(0, 10)
    .map(({ name, ticks }) => `${name} ${microseconds(ticks, requests)}`)
    .join(', ')
}

async function sendAll(url: string): Promise<void> {
  const began = performance.now()
  let next = 0
  const sender = async (): Promise<void> => {
    while (next < bodies.length) {
      const dueMs = RATE === undefined ? 0 : began + (next * BATCH_SIZE * 1000) / RATE - performance.now()
      const body = bodies[next++]
      if (dueMs > 0) await new Promise((resolve) => setTimeout(resolve, dueMs))
      if (body === undefined) return
      const headers = { 'content-type': 'application/x-protobuf' }
      const response = await request(`${url}/v1/traces`, { method: 'POST', body, headers })
      await response.body.dump()
      if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
}

/** Requests that the counted evaluator has read, and those that none or only the cheap ones have. */
function progressOf(metrics: string): { readonly scored: number; readonly dropped: number; readonly reduced: number } {
  return {
    scored: sumOf(metrics, 'llm_evaluation_verdicts_total', `evaluator="${COUNTED}"`),
    dropped: sumOf(metrics, 'tetrascope_evaluation_dropped_total', 'reason="queue_full"'),
    reduced: sumOf(metrics, 'tetrascope_evaluation_reduced_total', ''),
  }
}

/** The series of a name that have a label, summed. */
function sumOf(metrics: string, name: string, label: string): number {
  const lines = metrics.split('\n').filter((line) => line.startsWith(name) && line.includes(label))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

function encodeBatch(number: number): Buffer {
  const writer = new ProtobufWriter(4_000_000)
  writer.message(1, () =>
    writer.message(2, () => {
      for (let i = 0; i < BATCH_SIZE; i++) writer.message(2, () => writeSpan(writer, number * BATCH_SIZE + i + 1))
    }),
  )
  return Buffer.from(writer.finish())
}

function writeSpan(writer: ProtobufWriter, id: number): void {
  const startNs = BigInt(Date.now()) * 1_000_000n
  const text = (): string => proseOf(id % 4 === 0 ? 'chinese' : 'english', WORDS, random)
  writer.bytes(1, Buffer.from(id.toString(16).padStart(32, '0'), 'hex'))
  writer.bytes(2, Buffer.from(id.toString(16).padStart(16, '0'), 'hex'))
  writer.string(5, 'chat gpt-4o')
  writer.fixed64(7, startNs)
  writer.fixed64(8, startNs + 1_500_000_000n)
  const attributes: ReadonlyArray<readonly [string, string | number]> = [
    ['gen_ai.operation.name', 'chat'],
    ['gen_ai.provider.name', 'openai'],
    ['gen_ai.request.model', 'gpt-4o'],
    ['gen_ai.conversation.id', `session-${id % 500}`],
    ['user.id', `user-${id % 200}`],
    ['gen_ai.usage.input_tokens', 210],
    ['gen_ai.usage.output_tokens', 190],
    ['gen_ai.input.messages', JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: text() }] }])],
    [
      'gen_ai.output.messages',
      JSON.stringify([{ role: 'assistant', parts: [{ type: 'text', content: text() }], finish_reason: 'stop' }]),
    ],
  ]
  for (const [key, value] of attributes) writer.message(9, () => writeAttribute(writer, key, value))
}

function writeAttribute(writer: ProtobufWriter, key: string, value: string | number): void {
  writer.string(1, key)
  writer.message(2, () => (typeof value === 'string' ? writer.string(1, value) : writer.varint(3, value)))
}

function microseconds(ticks: number, requests: number): string {
  return `${((ticks * US_PER_TICK) / requests).toFixed(0)} µs`
}

function perSecond(count: number, ms: number): string {
  return ((count / ms) * 1000).toFixed(0)
}
