import { gzipSync } from 'node:zlib'
import { context, SpanKind, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestBody, RequestsBody } from '../../src/api/types.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const LEAK = 'The account belongs to Jane Miller, jane.miller@hollins-travel.com, phone +1 415 867 5309.'

/** An application that traces one model call inside an agent's step, with the real SDK. */
async function sendWithSdk(exporter: SpanExporter, model: string): Promise<void> {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('test')
  const agent = tracer.startSpan('invoke_agent', {
    attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'helper' },
  })
  const call = tracer.startSpan(
    `chat ${model}`,
    {
      kind: SpanKind.CLIENT,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': model,
        'gen_ai.response.model': model,
        'gen_ai.conversation.id': 'session-1',
        'user.id': 'user-7',
        'gen_ai.usage.input_tokens': 120,
        'gen_ai.usage.output_tokens': 30,
        'gen_ai.response.time_to_first_chunk': 0.25,
        'gen_ai.input.messages': JSON.stringify([
          { role: 'user', parts: [{ type: 'text', content: 'Who owns the account?' }] },
        ]),
        'gen_ai.output.messages': JSON.stringify([
          { role: 'assistant', parts: [{ type: 'text', content: LEAK }], finish_reason: 'stop' },
        ]),
      },
    },
    trace.setSpan(context.active(), agent),
  )
  call.end()
  agent.end()
  await provider.shutdown()
}

describe('an application that sends OTLP', () => {
  let product: Tetrascope
  beforeAll(async () => {
    product = await Tetrascope.start()
  })
  afterAll(() => product.stop())

  test.each([
    ['protobuf', (url: string) => new ProtobufExporter({ url }), 'gpt-4o-mini'],
    ['JSON', (url: string) => new JsonExporter({ url }), 'gpt-4o'],
  ])('the real SDK with %s: the call becomes a request with all its facts', async (_name, exporter, model) => {
    await sendWithSdk(exporter(`${product.url}/v1/traces`), model)
    const page = await eventually(
      () => product.getJson<RequestsBody>(`/api/tetrascope/v1/requests?model=${model}`),
      ({ rows }) => rows.length === 1,
    )
    expect(page.rows[0]).toMatchObject({
      model,
      provider: 'openai',
      status: 'success',
      userId: 'user-7',
      sessionId: 'session-1',
      service: 'shop',
      inputTokens: 120,
      outputTokens: 30,
      ttftMs: 250,
      promptPreview: 'Who owns the account?',
      responsePreview: LEAK,
    })
    expect(page.rows[0]?.costUsd).toBeGreaterThan(0)
  })

  test('the response is scored, as rows and as series', async () => {
    const { rows } = await product.getJson<RequestsBody>('/api/tetrascope/v1/requests?model=gpt-4o-mini')
    const [row] = rows
    const { evaluations } = await eventually(
      () => product.getJson<RequestBody>(`/api/tetrascope/v1/requests/${row?.traceId}/${row?.spanId}`),
      (body) => body.evaluations.length >= 3,
    )
    const verdicts = Object.fromEntries(evaluations.map(({ evaluator, verdict }) => [evaluator, verdict]))
    expect(verdicts).toMatchObject({ refusal: 'ok', repetition: 'ok', 'pii-leak': 'flagged' })
    await eventually(
      () => product.query('llm_evaluation_verdicts_total{evaluator="pii-leak",verdict="flagged",model="gpt-4o-mini"}'),
      (samples) => samples[0]?.value === 1,
    )
  })

  test('the llm_* series of the mission exist', async () => {
    await eventually(
      () => product.query('llm_requests_total{model="gpt-4o",status="success"}'),
      (samples) => samples[0]?.value === 1,
    )
    expect((await product.query('llm_tokens_generated_total{model="gpt-4o"}'))[0]?.value).toBe(30)
    expect((await product.query('llm_ttft_ms_bucket{model="gpt-4o",le="500"}'))[0]?.value).toBe(1)
    expect((await product.query('llm_ttft_ms_bucket{model="gpt-4o",le="200"}'))[0]?.value).toBe(0)
    expect((await product.query('llm_request_latency_ms_count{model="gpt-4o"}'))[0]?.value).toBe(1)
  })

  test('the trace is a tree', async () => {
    const { rows } = await product.getJson<RequestsBody>('/api/tetrascope/v1/requests?model=gpt-4o')
    const { spans } = await product.getJson<{ spans: { kind: string; spanId: string; parentSpanId: string }[] }>(
      `/api/tetrascope/v1/traces/${rows[0]?.traceId}`,
    )
    const agent = spans.find(({ kind }) => kind === 'agent')
    expect(spans.find(({ kind }) => kind === 'llm')?.parentSpanId).toBe(agent?.spanId)
  })

  const span = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    name: 'chat',
    startTimeUnixNano: '1790000000000000000',
    endTimeUnixNano: '1790000001000000000',
  }
  const batch = (spans: unknown[]): string => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })

  test('gzip is understood', async () => {
    const body = gzipSync(batch([{ ...span, spanId: 'b7ad6b7169203331' }]))
    const response = await product.post('/v1/traces', new Uint8Array(body), {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    })
    expect([response.status, await response.json()]).toEqual([200, {}])
  })

  test('a malformed body is 400 with the reason', async () => {
    const response = await product.post('/v1/traces', '{"resourceSpans": 3}', { 'content-type': 'application/json' })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('resourceSpans')
  })

  test('a partly bad batch keeps its good part and says what was rejected', async () => {
    const response = await product.post(
      '/v1/traces',
      batch([
        { ...span, spanId: 'b7ad6b7169203332' },
        { ...span, spanId: 'bad' },
      ]),
      {
        'content-type': 'application/json',
      },
    )
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: '1' } })
  })

  test('a body over the limit is 413', async () => {
    const small = await Tetrascope.start({ config: 'server: { body_limit_mb: 0.001 }\n' })
    const response = await small.post(
      '/v1/traces',
      batch([{ ...span, spanId: 'b7ad6b7169203331', name: 'x'.repeat(2_000) }]),
      { 'content-type': 'application/json' },
    )
    expect(response.status).toBe(413)
    await small.stop()
  })
})
