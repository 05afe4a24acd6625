// Where the time of an OTLP batch goes: decode → dialects → price and memory store. 1,000 LLM spans with 150-word prompts and
// answers, protobuf. `npx tsx bench/requests/otlp.ts [batches]` prints one line for each stage, by CPU time of this process, so
// that a busy machine does not count.
import { Intake } from '../../src/ingest/intake.ts'
import { decodeTraces } from '../../src/ingest/otlp/traces.ts'
import { RequestSeries } from '../../src/ingest/request-series.ts'
import { readSpan } from '../../src/ingest/span-reader.ts'
import type { Span } from '../../src/model/span.ts'
import { pricingSchema } from '../../src/pricing/config.ts'
import { PriceTable } from '../../src/pricing/price-table.ts'
import type { RequestStore } from '../../src/storage/request-store.ts'
import { createMemoryStore } from '../../src/storage/memory/memory-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { systemClock } from '../../src/util/clock.ts'
import { encodeRequest, tracesRequest } from '../../test/support/otlp-protos.ts'

const SPANS = 1_000
const WORDS = 150
const batches = Number(process.argv[2] ?? 30)

const bodies = Array.from({ length: 4 }, (_, i) => batchOf(i))
const spansOf = (body: Buffer): Span[] => decodeTraces(body, 'protobuf').spans.map((span) => readSpan(span))

report('decode', await measured(async (body) => void decodeTraces(body, 'protobuf')))
report('decode + dialects', await measured(async (body) => void spansOf(body)))
report('decode + dialects + price + count (store that keeps nothing)', await measured(intakeOver(discarding())))
report('decode + dialects + price + count + memory store', await measured(intakeOver(createMemoryStore().requests)))

function intakeOver(requests: RequestStore): (body: Buffer) => Promise<void> {
  const registry = new InstrumentRegistry()
  const prices = new PriceTable(pricingSchema.parse({}))
  const store = createMemoryStore()
  const intake = new Intake({
    store: { requests, events: store.events, logs: store.logs },
    costOf: (span) => prices.costOf(span, span.startMs)?.usd,
    series: new RequestSeries(registry),
    registry,
    clock: systemClock,
  })
  return (body) => intake.takeSpans(spansOf(body), 'otlp')
}

function discarding(): RequestStore {
  return Object.assign(Object.create(createMemoryStore().requests) as RequestStore, { writeSpans: async () => {} })
}

async function measured(work: (body: Buffer) => Promise<void>): Promise<number> {
  for (const body of bodies) await work(body)
  const start = process.cpuUsage()
  for (let i = 0; i < batches; i++) await work(bodies[i % bodies.length] ?? Buffer.alloc(0))
  const { user, system } = process.cpuUsage(start)
  return (batches * SPANS) / ((user + system) / 1_000_000)
}

function report(stage: string, perSecond: number): void {
  process.stdout.write(`${stage.padEnd(62)} ${Math.round(perSecond).toLocaleString('en')} spans per CPU second\n`)
}

function batchOf(seed: number): Buffer {
  const spans = Array.from({ length: SPANS }, (_, i) => llmSpan(seed * SPANS + i + 1))
  const resource = { attributes: attributesOf({ 'service.name': 'bench', 'service.instance.id': 'a' }) }
  return encodeRequest(tracesRequest, { resources: [{ resource, scopes: [{ scope: { name: 'bench' }, spans }] }] })
}

function llmSpan(n: number): object {
  const message = (role: string, text: string): string =>
    JSON.stringify([{ role, parts: [{ type: 'text', content: text }], finish_reason: 'stop' }])
  return {
    traceId: Buffer.from(n.toString(16).padStart(32, '0'), 'hex'),
    spanId: Buffer.from(n.toString(16).padStart(16, '0'), 'hex'),
    name: 'chat gpt-4o-mini',
    kind: 3,
    startTimeUnixNano: String(1_800_000_000_000_000_000n + BigInt(n) * 1_000_000n),
    endTimeUnixNano: String(1_800_000_000_900_000_000n + BigInt(n) * 1_000_000n),
    attributes: attributesOf({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o-mini',
      'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
      'gen_ai.response.id': `chatcmpl-${n}`,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 400,
      'gen_ai.usage.input_tokens': 210,
      'gen_ai.usage.output_tokens': 205,
      'gen_ai.conversation.id': `session-${n % 500}`,
      'user.id': `user-${n % 300}`,
      'gen_ai.input.messages': message('user', text(n)),
      'gen_ai.output.messages': message('assistant', text(n + 7)),
    }),
  }
}

function attributesOf(values: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: string | number): object {
  if (typeof value === 'string') return { stringValue: value }
  return Number.isInteger(value) ? { intValue: value } : { doubleValue: value }
}

function text(n: number): string {
  return Array.from({ length: WORDS }, (_, i) => `word${(n * 31 + i * 17) % 997}`).join(' ')
}
