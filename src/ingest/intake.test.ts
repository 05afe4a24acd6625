import { describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import type { Request } from '../model/request.ts'
import type { Message, Span } from '../model/span.ts'
import { createMemoryStore } from '../storage/memory/memory-store.ts'
import type { RequestStore } from '../storage/request-store.ts'
import { StoreUnavailableError } from '../storage/store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { Intake, type IntakeOptions } from './intake.ts'
import { RequestSeries } from './request-series.ts'

function intake(options: Partial<IntakeOptions> = {}) {
  const registry = new InstrumentRegistry()
  const store = createMemoryStore()
  const evaluated: Request[] = []
  const made = new Intake({
    store,
    costOf: () => 0.5,
    series: new RequestSeries(registry),
    registry,
    clock: new ManualClock(1_000_000),
    onRequests: (requests) => evaluated.push(...requests),
    ...options,
  })
  const value = (series: string) =>
    registry
      .snapshot()
      .flatMap((family) => family.samples)
      .find(({ labels }) => labels.toString() === series)?.value
  return { intake: made, store, evaluated, value }
}

function messages(role: Message['role'], text: string): Message[] {
  return [{ role, parts: [{ type: 'text', text }] }]
}

const call = (): Span => testRequest({ prompt: 'Hi', response: 'Hello' }).span
const wordless = (): Span => testRequest().span

describe('spans', () => {
  test('are priced, committed, counted and handed on, in this order', async () => {
    const { intake: taking, store, evaluated, value } = intake()
    const span = call()
    await taking.takeSpans([span], 'otlp')
    expect(await store.requests.request(span.traceId, span.spanId)).toMatchObject({ costUsd: 0.5 })
    expect(value('llm_requests_total{model="gpt-test", status="success"}')).toBe(1)
    expect(value('tetrascope_ingest_spans_total{source="otlp"}')).toBe(1)
    expect(evaluated).toHaveLength(1)
  })

  test('one that comes twice counts once, in a batch and later', async () => {
    const { intake: taking, evaluated, value } = intake()
    const span = call()
    await taking.takeSpans([span, span], 'otlp')
    await taking.takeSpans([span], 'otlp')
    expect(value('llm_requests_total{model="gpt-test", status="success"}')).toBe(1)
    expect(evaluated).toHaveLength(1)
  })

  test('spans that are no calls are stored and not counted as requests', async () => {
    const { intake: taking, store, evaluated } = intake()
    const tool: Span = { ...call(), kind: 'tool', llm: undefined }
    await taking.takeSpans([tool], 'otlp')
    expect(await store.requests.trace(tool.traceId)).toHaveLength(1)
    expect(evaluated).toEqual([])
  })

  test('what the store does not take is neither counted nor evaluated, and counts when it is sent again', async () => {
    const { requests } = createMemoryStore()
    let fails = true
    const flaky: RequestStore = Object.assign(Object.create(requests) as RequestStore, {
      writeSpans: async (...given: Parameters<RequestStore['writeSpans']>) => {
        if (fails) throw new StoreUnavailableError('disk full')
        await requests.writeSpans(...given)
      },
    })
    const { events, logs } = createMemoryStore()
    const { intake: taking, evaluated, value } = intake({ store: { requests: flaky, events, logs } })
    const span = call()
    await expect(taking.takeSpans([span], 'otlp')).rejects.toThrow(StoreUnavailableError)
    expect(evaluated).toEqual([])
    expect(value('tetrascope_ingest_rejected_total{reason="store_unavailable", signal="spans", source="otlp"}')).toBe(1)
    fails = false
    await taking.takeSpans([span], 'otlp')
    expect(value('llm_requests_total{model="gpt-test", status="success"}')).toBe(1)
  })

  test('too much at once is refused so that the sender comes again', async () => {
    const { intake: taking, value } = intake({ maxPending: 2 })
    await expect(taking.takeSpans([call(), call(), call()], 'otlp')).rejects.toThrow(/the limit is 2: send again later/)
    expect(value('tetrascope_ingest_rejected_total{reason="busy", signal="spans", source="otlp"}')).toBe(3)
    await taking.takeSpans([call(), call()], 'otlp')
  })

  test('what is stored may be redacted; evaluation sees what came', async () => {
    const redact = (span: Span): Span => ({ ...span, userId: '' })
    const { intake: taking, store, evaluated } = intake({ redact })
    const span = { ...call(), userId: 'ann' }
    await taking.takeSpans([span], 'otlp')
    expect((await store.requests.trace(span.traceId))[0]?.userId).toBe('')
    expect(evaluated[0]?.span.userId).toBe('ann')
  })
})

describe('messages on log records', () => {
  const inputMessages = messages('user', 'Hi')
  const outputMessages = messages('assistant', 'Hello')
  const finishReasons: string[] = ['stop']

  test('that come before their span', async () => {
    const { intake: taking, store } = intake()
    const span = wordless()
    await taking.takeMessages([{ ...span, inputMessages, outputMessages: [], finishReasons: [] }])
    await taking.takeMessages([{ ...span, inputMessages: [], outputMessages, finishReasons }])
    await taking.takeSpans([span], 'otlp')
    expect((await store.requests.request(span.traceId, span.spanId))?.span.llm).toMatchObject({
      inputMessages,
      outputMessages,
      finishReasons,
    })
  })

  test('that come after their span: stored again, evaluated again, counted once', async () => {
    const { intake: taking, store, evaluated, value } = intake()
    const span = wordless()
    await taking.takeSpans([span], 'otlp')
    await taking.takeMessages([{ ...span, inputMessages, outputMessages, finishReasons }])
    await taking.takeMessages([{ ...span, inputMessages, outputMessages, finishReasons }])
    const stored = await store.requests.request(span.traceId, span.spanId)
    expect(stored).toMatchObject({ costUsd: 0.5, span: { llm: { inputMessages, outputMessages } } })
    expect(evaluated.at(-1)?.span.llm.outputMessages).toEqual(outputMessages)
    expect(value('llm_requests_total{model="gpt-test", status="success"}')).toBe(1)
  })

  test('do not overwrite what the span says itself', async () => {
    const { intake: taking, store } = intake()
    const span = call()
    await taking.takeMessages([
      { ...span, inputMessages: messages('user', 'other'), outputMessages: [], finishReasons: [] },
    ])
    await taking.takeSpans([span], 'otlp')
    expect((await store.requests.request(span.traceId, span.spanId))?.span.llm.inputMessages).toEqual(
      messages('user', 'Hi'),
    )
  })
})

test('an event that comes twice counts once', async () => {
  const { intake: taking, store, value } = intake()
  const event = {
    id: 'order-1',
    timeMs: 1000,
    type: 'revenue',
    name: '',
    userId: 'u',
    sessionId: '',
    traceId: '',
    spanId: '',
    value: 10,
    comment: '',
    attributes: {},
  } as const
  await taking.takeEvents([event], 'http')
  await taking.takeEvents([event], 'http')
  expect(value('llm_revenue_usd_total')).toBe(10)
  expect(await store.events.events({ range: { minMs: 0, maxMs: 2000 }, limit: 10 })).toHaveLength(1)
})

test('log records', async () => {
  const { intake: taking, store, value } = intake({ redactLog: (record) => ({ ...record, body: '***' }) })
  await taking.takeLogs(
    [
      {
        timeMs: 1000,
        level: 'info',
        service: 's',
        body: 'secret',
        traceId: '',
        spanId: '',
        requestId: '',
        attributes: {},
      },
    ],
    'otlp',
  )
  expect((await store.logs.logs({ range: { minMs: 0, maxMs: 2000 }, limit: 10 }))[0]?.body).toBe('***')
  expect(value('tetrascope_ingest_logs_total{source="otlp"}')).toBe(1)
})
