// OTLP/HTTP to committed and scored, through the real program: batches of 1,000 model calls with prompts and answers of 150 words.
// Run after a build: npx tsx bench/requests/ingest.ts [batches]
import { request } from 'undici'
import { ProtobufWriter } from '../../src/util/protobuf-wire.ts'
import { pick, seededRandom } from '../../src/util/random.ts'
import { eventually, Tetrascope } from '../../test/support/tetrascope.ts'

const BATCHES = Number(process.argv[2] ?? 40)
const BATCH_SIZE = 1_000
const SENDERS = 3
const WORDS = 150

const random = seededRandom(7)
const vocabulary = Array.from(
  { length: 3_000 },
  (_, i) => `${pick(random, ['ta', 'mo', 'ren', 'si', 'lo'])}${pick(random, ['ka', 'ver', 'nis', 'dor'])}${i % 97}`,
)
const bodies = Array.from({ length: BATCHES }, (_, i) => encodeBatch(i))

await run('committed and scored', '')
await run('committed', 'evaluation: { enabled: false }\n')

async function run(name: string, config: string): Promise<void> {
  const product = await Tetrascope.start({ config })
  const began = performance.now()
  await sendAll(product.url)
  const committedMs = performance.now() - began
  const total = BATCHES * BATCH_SIZE
  console.log(
    `${name}: ${total} requests committed in ${committedMs.toFixed(0)} ms = ${perSecond(total, committedMs)}/s`,
  )
  if (config === '') {
    await eventually(
      async () => countOf(await (await fetch(`${product.url}/metrics`)).text(), 'refusal'),
      (count) => count >= total,
      120_000,
    )
    const scoredMs = performance.now() - began
    console.log(`${name}: all scored after ${scoredMs.toFixed(0)} ms = ${perSecond(total, scoredMs)}/s`)
  }
  await product.stop()
}

async function sendAll(url: string): Promise<void> {
  let next = 0
  const sender = async (): Promise<void> => {
    while (next < bodies.length) {
      const body = bodies[next++]
      if (body === undefined) return
      const headers = { 'content-type': 'application/x-protobuf' }
      const response = await request(`${url}/v1/traces`, { method: 'POST', body, headers })
      await response.body.dump()
      if (response.statusCode !== 200) throw new Error(`answered ${response.statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
}

/** Verdicts of one evaluator over all models. */
function countOf(metrics: string, evaluator: string): number {
  const lines = metrics
    .split('\n')
    .filter((line) => line.startsWith('llm_evaluation_verdicts_total') && line.includes(`evaluator="${evaluator}"`))
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

function text(): string {
  return Array.from({ length: WORDS }, () => pick(random, vocabulary)).join(' ')
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

function perSecond(count: number, ms: number): string {
  return ((count / ms) * 1000).toFixed(0)
}
