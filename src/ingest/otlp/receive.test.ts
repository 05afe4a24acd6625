import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { context, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeRequest, logsRequest, metricsRequest, tracesRequest } from '../../../test/support/otlp-protos.ts'
import { RecordingWriter, samplesOf } from '../../../test/support/recording-writer.ts'
import { textOf } from '../../model/span.ts'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import { StoreUnavailableError } from '../../storage/store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { Intake } from '../intake.ts'
import { RequestSeries } from '../request-series.ts'
import { MetricTranslator } from './metric-translator.ts'
import { type OtlpSinks, receiveOtlp } from './receive.ts'
import type { OtlpSignal } from './response.ts'

function sinksOver(
  store = createMemoryStore(),
  samples = new RecordingWriter(),
): OtlpSinks & { samples: RecordingWriter } {
  const registry = new InstrumentRegistry()
  const clock = new ManualClock(1_800_000_000_000)
  const intake = new Intake({ store, costOf: () => undefined, series: new RequestSeries(registry), registry, clock })
  return { intake, samples, translator: new MetricTranslator(), clock, log: silentLogger, maxBodyBytes: 1_000_000 }
}

describe('the real OpenTelemetry SDK', () => {
  const store = createMemoryStore()
  let server: Server
  let url = ''

  beforeEach(async () => {
    const sinks = sinksOver(store)
    server = createServer((request, response) => {
      void bodyOf(request).then(async (body) => {
        const { headers } = request
        const contentEncoding = headers['content-encoding'] ?? ''
        const answer = await receiveOtlp(
          'traces',
          { body, contentType: headers['content-type'] ?? '', contentEncoding },
          sinks,
        )
        response.writeHead(answer.status, answer.headers).end(answer.body)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
  })

  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  test.each([
    ['protobuf', () => new ProtobufExporter({ url })],
    ['protobuf, gzip', () => new ProtobufExporter({ url, compression: 'gzip' as never })],
    ['JSON', () => new JsonExporter({ url })],
    ['JSON, gzip', () => new JsonExporter({ url, compression: 'gzip' as never })],
  ])('sends a trace as %s', async (_name, exporter) => {
    const traceId = await sendTrace(exporter())
    const spans = await store.requests.trace(traceId)
    const [agent, call] = ['agent', 'llm'].map((kind) => spans.find((span) => span.kind === kind))
    expect(spans).toHaveLength(2)
    expect(agent).toMatchObject({ name: 'invoke_agent helper', parentSpanId: '', service: 'shop' })
    expect(call).toMatchObject({ parentSpanId: agent?.spanId, status: 'error', statusMessage: 'cut off' })
    expect(call?.llm).toMatchObject({
      requestModel: 'gpt-4o',
      usage: { inputTokens: 12, outputTokens: 3 },
      errorType: 'LengthError',
    })
    expect(call?.llm?.parameters).toEqual({ temperature: 0.5, stop_sequences: ['END'] })
    expect(textOf(call?.llm?.inputMessages ?? [])).toBe('Grüße, 世界 🎉')
  })
})

/** Sends an agent's span with a call inside through the SDK and waits until it is answered. */
async function sendTrace(exporter: SpanExporter): Promise<string> {
  const resource = resourceFromAttributes({ 'service.name': 'shop' })
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('test', '1.0')
  const agent = tracer.startSpan('invoke_agent helper', { attributes: { 'gen_ai.operation.name': 'invoke_agent' } })
  const call = tracer.startSpan(
    'chat gpt-4o',
    {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.stop_sequences': ['END'],
        'gen_ai.usage.input_tokens': 12,
        'gen_ai.usage.output_tokens': 3,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: 'Grüße, 世界 🎉' }] },
        ]),
      },
    },
    trace.setSpan(context.active(), agent),
  )
  call.recordException({ name: 'LengthError', message: 'cut off' })
  call.setStatus({ code: SpanStatusCode.ERROR, message: 'cut off' })
  call.end()
  agent.end()
  await provider.forceFlush()
  await provider.shutdown()
  return agent.spanContext().traceId
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

describe('answers', () => {
  const span = (fields: object = {}): object => ({
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: 'x',
    startTimeUnixNano: '1800000000000000000',
    endTimeUnixNano: '1800000001000000000',
    ...fields,
  })
  const traces = (...spans: object[]): Buffer =>
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))

  async function answer(
    signal: OtlpSignal,
    body: Buffer,
    headers: { type?: string; encoding?: string } = {},
    sinks = sinksOver(),
  ) {
    const request = { body, contentType: headers.type ?? 'application/json', contentEncoding: headers.encoding ?? '' }
    const response = await receiveOtlp(signal, request, sinks)
    return { ...response, text: response.body.toString('utf8') }
  }

  test('full success has an empty body', async () => {
    expect(await answer('traces', traces(span()))).toMatchObject({ status: 200, text: '{}' })
    const empty = await answer('traces', encodeRequest(tracesRequest, {}), { type: 'application/x-protobuf' })
    expect(empty).toMatchObject({ status: 200, text: '', headers: { 'content-type': 'application/x-protobuf' } })
  })

  test('a partly bad batch', async () => {
    const { status, text } = await answer('traces', traces(span(), span({ spanId: 'ff' })))
    expect(status).toBe(200)
    expect(JSON.parse(text)).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: 'span "x": span_id is "ff", expected 8 bytes that are not all zero',
      },
    })
  })

  test.each([
    ['malformed', Buffer.from('{'), {}, 400, /^\$: /],
    ['cut protobuf', Buffer.from([0x0a, 0x05, 0x00]), { type: 'application/x-protobuf' }, 400, undefined],
    [
      'another format',
      traces(),
      { type: 'text/plain' },
      415,
      /content-type is "text\/plain", expected application\/x-protobuf/,
    ],
    [
      'another compression',
      traces(),
      { encoding: 'br' },
      415,
      /content-encoding is "br", expected gzip, deflate or none/,
    ],
    ['no gzip', traces(), { encoding: 'gzip' }, 400, /the body is not gzip/],
    ['a bomb', gzipSync(Buffer.alloc(2_000_000)), { encoding: 'gzip' }, 413, /larger than 1000000 bytes/],
    ['too large', Buffer.alloc(1_000_001), {}, 413, /larger than 1000000 bytes/],
  ])('%s is refused with the reason', async (_name, body, headers, status, reason) => {
    const response = await answer('traces', body, headers)
    expect(response.status).toBe(status)
    if (reason !== undefined)
      expect(JSON.parse(response.text)).toMatchObject({ message: expect.stringMatching(reason) as string })
  })

  test('a store that cannot take data makes the sender come again', async () => {
    const store = createMemoryStore()
    store.requests.writeSpans = () => Promise.reject(new StoreUnavailableError('disk full'))
    const response = await answer('traces', traces(span()), {}, sinksOver(store))
    expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '5' } })
  })

  test('logs become records, and their messages find the span', async () => {
    const store = createMemoryStore()
    const sinks = sinksOver(store)
    const ids = {
      traceId: Buffer.from('5b8efff798038103d269b633813fc60c', 'hex'),
      spanId: Buffer.from('eee19b7ec3c1b174', 'hex'),
    }
    const logRecords = [
      {
        ...ids,
        timeUnixNano: '1800000000500000000',
        severityNumber: 9,
        eventName: 'gen_ai.user.message',
        body: kv({ content: 'Hi' }),
      },
      { ...ids, timeUnixNano: '1800000000600000000', severityNumber: 17, body: { stringValue: 'it broke' } },
    ]
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
    const body = encodeRequest(logsRequest, { resources: [{ resource, scopes: [{ logRecords }] }] })
    expect((await answer('logs', body, { type: 'application/x-protobuf' }, sinks)).status).toBe(200)
    const attributes = [{ key: 'gen_ai.request.model', value: { stringValue: 'm' } }]
    await answer('traces', traces(span({ attributes })), {}, sinks)
    const records = await store.logs.logs({ range: { minMs: 0, maxMs: 2e12 }, limit: 10 })
    expect(records.map(({ level, body: text, service }) => [level, text, service])).toContainEqual([
      'error',
      'it broke',
      'shop',
    ])
    const stored = await store.requests.request('5b8efff798038103d269b633813fc60c', 'eee19b7ec3c1b174')
    expect(textOf(stored?.span.llm.inputMessages ?? [])).toBe('Hi')
  })

  test('metrics become samples', async () => {
    const sinks = sinksOver()
    const metric = { name: 'my.gauge', gauge: { dataPoints: [{ timeUnixNano: '1800000000000000000', asDouble: 1.5 }] } }
    const body = encodeRequest(metricsRequest, { resources: [{ scopes: [{ metrics: [metric] }] }] })
    expect((await answer('metrics', body, { type: 'application/x-protobuf' }, sinks)).status).toBe(200)
    expect(samplesOf(sinks.samples.batches[0])).toEqual(['my_gauge 1.5 @1800000000000'])
    expect(sinks.samples.metadata).toEqual([{ name: 'my_gauge', type: 'gauge', help: '', unit: '' }])
  })
})

function kv(values: Readonly<Record<string, string>>): object {
  return {
    kvlistValue: { values: Object.entries(values).map(([key, value]) => ({ key, value: { stringValue: value } })) },
  }
}
