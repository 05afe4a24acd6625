// Where the time of an OTLP batch goes: decode → dialects → price, count, watch for drift and commit. 1,000 LLM spans with 150-word prompts and
// answers, protobuf. `UV_THREADPOOL_SIZE=16 npx tsx bench/requests/otlp.ts [batches]`.
// The stages before the store are given by CPU time of this process, so that a busy machine does not count; the store by the clock.
// tsx wraps every closure to keep its name, which makes the dialects about half as fast as compiled; for true figures compile first:
// `npx tsc -p tsconfig.json --noEmit false --outDir DIR && cp -r src/storage src/pricing DIR/src/ && node DIR/bench/requests/otlp.js`
//
// Measured compiled, on 2 cores that others kept busy (load 12-17), spans per CPU second: decode 125,000; + dialects 16,000, and
// 35,000 with `--max-semi-space-size=128` (half of the time is V8 copying young strings); + price and count 14,500; committed to
// embedded ClickHouse, its threads included, 6,200-7,800.
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { driftConfig } from '../../src/drift/config.ts'
import { DriftMonitor } from '../../src/drift/drift-monitor.ts'
import { Intake } from '../../src/ingest/intake.ts'
import { decodeTraces } from '../../src/ingest/otlp/traces.ts'
import { RequestSeries } from '../../src/ingest/request-series.ts'
import { readSpan } from '../../src/ingest/span-reader.ts'
import type { Span } from '../../src/model/span.ts'
import { pricingSchema } from '../../src/pricing/config.ts'
import { PriceTable } from '../../src/pricing/price-table.ts'
import type { RequestStore } from '../../src/storage/request-store.ts'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { retentionConfig } from '../../src/storage/config.ts'
import { createMemoryStore } from '../../src/storage/memory/memory-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { systemClock } from '../../src/util/clock.ts'
import { encodeRequest, tracesRequest } from '../../test/support/otlp-protos.ts'

const SPANS = 1_000
const WORDS = 150
const SENDERS = 6
const batches = Number(process.argv[2] ?? 30)
let taken = 0

const bodies = Array.from({ length: 4 }, (_, i) => batchOf(i))
const spansOf = (body: Buffer): Span[] => decodeTraces(body, 'protobuf').spans.map((span) => readSpan(span))

process.stdout.write(
  `load of the machine: ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}\n`,
)
report('decode', await byCpu(async (body) => void decodeTraces(body, 'protobuf')))
report('decode + dialects', await byCpu(async (body) => void spansOf(body)))
report('decode + dialects + price + count + drift, kept nowhere', await byCpu(intakeOver(discarding())))
await measureStore()

/** Several senders at once, as the store commits their batches together. */
async function measureStore(): Promise<void> {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'tetrascope-bench-'))
  const retention = retentionConfig.parse({ samples: '0', requests: '0' })
  const store = await openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory })
  try {
    const take = intakeOver(store.requests)
    await take(bodies[0] ?? Buffer.alloc(0))
    const start = performance.now()
    const before = process.cpuUsage()
    await Promise.all(Array.from({ length: SENDERS }, (_, sender) => sendFrom(sender, take)))
    const { user, system } = process.cpuUsage(before)
    report('... + committed to embedded ClickHouse', (batches * SPANS) / ((performance.now() - start) / 1000), 'second')
    report('the same', (batches * SPANS) / ((user + system) / 1_000_000))
  } finally {
    await store.close()
    rmSync(dataDirectory, { recursive: true, force: true })
  }
}

async function sendFrom(sender: number, take: (body: Buffer) => Promise<void>): Promise<void> {
  for (let i = sender; i < batches; i += SENDERS) await take(bodies[i % bodies.length] ?? Buffer.alloc(0))
}

function intakeOver(requests: RequestStore): (body: Buffer) => Promise<void> {
  const registry = new InstrumentRegistry()
  const prices = new PriceTable(pricingSchema.parse({}))
  const store = createMemoryStore()
  const logger = createLogger('error')
  const drift = new DriftMonitor({
    config: driftConfig.parse({}),
    state: store.state,
    requests: store.requests,
    clock: systemClock,
    logger,
    instruments: registry,
  })
  const intake = new Intake({
    store: { requests, events: store.events, logs: store.logs },
    costOf: (span) => prices.costOf(span, span.startMs)?.usd,
    series: new RequestSeries(registry),
    registry,
    clock: systemClock,
    onCounted: (counted) => drift.onRequests(counted),
  })
  return (body) => intake.takeSpans(spansOf(body).map(asNew), 'otlp')
}

/** A span that comes again is not counted again, and the bodies come again and again. */
function asNew(span: Span): Span {
  return { ...span, traceId: (++taken).toString(16).padStart(32, '0') }
}

function discarding(): RequestStore {
  return Object.assign(Object.create(createMemoryStore().requests) as RequestStore, { writeSpans: async () => {} })
}

async function byCpu(work: (body: Buffer) => Promise<void>): Promise<number> {
  for (const body of bodies) await work(body)
  const start = process.cpuUsage()
  for (let i = 0; i < batches; i++) await work(bodies[i % bodies.length] ?? Buffer.alloc(0))
  const { user, system } = process.cpuUsage(start)
  return (batches * SPANS) / ((user + system) / 1_000_000)
}

function report(stage: string, perSecond: number, unit = 'CPU second'): void {
  process.stdout.write(
    `${stage.padEnd(52)} ${Math.round(perSecond).toLocaleString('en').padStart(9)} spans per ${unit}\n`,
  )
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
