import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import type { LlmCall, Message, Span } from '../model/span.ts'
import { createMemoryStore } from '../storage/memory/memory-store.ts'
import { createSpoolInstruments } from '../storage/spool/spool-instruments.ts'
import { StoreUnavailableError, type Store } from '../storage/store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { Forgetting } from './forgetting.ts'
import { SpanSpool } from './gateway/span-spool.ts'
import { Intake } from './intake.ts'
import { RequestSeries } from './request-series.ts'

const NOW_MS = 1_000_000

let store: Store
let clock: ManualClock
beforeEach(() => {
  store = createMemoryStore()
  clock = new ManualClock(NOW_MS)
})

/** A process over the store of this test: what it takes in passes by what was deleted. */
async function startProcess(): Promise<{ forgetting: Forgetting; intake: Intake; registry: InstrumentRegistry }> {
  const registry = new InstrumentRegistry()
  const forgetting = await Forgetting.open({ ...store, clock })
  const intake = new Intake({
    store,
    costOf: () => undefined,
    series: new RequestSeries(registry),
    registry,
    clock,
    isForgotten: forgetting.covers,
  })
  return { forgetting, intake, registry }
}

function call(fields: Partial<Span> = {}, llm: Partial<LlmCall> = {}): Span {
  const { span } = testRequest({ prompt: 'Hi', response: 'Hello', ...llm })
  return { ...span, startMs: NOW_MS - 1_000, endMs: NOW_MS - 500, userId: 'ann', sessionId: 's1', ...fields }
}

const stored = async (): Promise<string[]> => {
  const range = { minMs: 0, maxMs: 2 * NOW_MS }
  const { rows } = await store.requests.listRequests({ range, filter: {}, limit: 100 })
  return rows.map(({ spanId }) => spanId)
}

describe('what was deleted', () => {
  test.each([
    ['user', { userId: 'ann' }],
    ['session', { sessionId: 's1' }],
  ])('by %s does not come back with a sender who tries again, what happens later does', async (_by, deletion) => {
    const { intake, forgetting, registry } = await startProcess()
    const [first, other, later] = [call(), call({ userId: 'bob', sessionId: 's2' }), call({ startMs: NOW_MS + 1 })]
    await intake.takeSpans([first, other], 'otlp')
    expect(await forgetting.forget(deletion)).toBe(1)
    await intake.takeSpans([first, other, later], 'otlp')
    expect(await stored()).toEqual([later.spanId, other.spanId])
    const rejected = registry
      .snapshot()
      .flatMap(({ samples }) => samples)
      .find(({ labels }) => labels.get('reason') === 'deleted')
    expect(rejected?.value).toBe(1)
  })

  test('takes the rest of its traces with it, also what says nothing of a user', async () => {
    const { intake, forgetting } = await startProcess()
    const first = call()
    const tool = { ...call({ userId: '', sessionId: '' }), traceId: first.traceId }
    await intake.takeSpans([first], 'otlp')
    await forgetting.forget({ userId: 'ann' })
    await intake.takeSpans([tool], 'otlp')
    expect(await store.requests.trace(first.traceId)).toEqual([])
  })

  test('of one request leaves the others of its trace', async () => {
    const { intake, forgetting } = await startProcess()
    const first = call()
    const second = { ...call(), traceId: first.traceId }
    await intake.takeSpans([first, second], 'otlp')
    await forgetting.forget({ traceId: first.traceId, spanId: first.spanId })
    await intake.takeSpans([first, second], 'otlp')
    expect(await stored()).toEqual([second.spanId])
  })

  test('does not come back with messages that are late', async () => {
    const { intake, forgetting } = await startProcess()
    const wordless = call({}, { inputMessages: [], outputMessages: [] })
    await intake.takeSpans([wordless], 'otlp')
    await forgetting.forget({ userId: 'ann' })
    const inputMessages: Message[] = [{ role: 'user', parts: [{ type: 'text', text: 'my name is Ann' }] }]
    await intake.takeMessages([{ ...wordless, inputMessages, outputMessages: [], finishReasons: [] }])
    expect(await stored()).toEqual([])
  })

  test('does not come back with log records and events', async () => {
    const { intake, forgetting } = await startProcess()
    const { traceId, spanId, startMs: timeMs } = call()
    await intake.takeSpans([{ ...call(), traceId, spanId }], 'otlp')
    await forgetting.forget({ userId: 'ann' })
    const log = { level: 'info', service: '', body: 'Ann', requestId: '', attributes: {} } as const
    await intake.takeLogs([{ ...log, timeMs, traceId, spanId }], 'otlp')
    const event = { type: 'feedback', name: '', value: 1, comment: 'I, Ann', attributes: {} } as const
    const nowhere = { traceId: '', spanId: '', sessionId: '' }
    await intake.takeEvents([{ id: '1', timeMs, userId: 'ann', ...nowhere, ...event }], 'http')
    const range = { minMs: 0, maxMs: NOW_MS }
    expect(await store.logs.logs({ range, limit: 10 })).toEqual([])
    expect(await store.events.events({ range, limit: 10 })).toEqual([])
  })

  test('is remembered over a restart, without the names of users', async () => {
    const { intake, forgetting } = await startProcess()
    const first = call()
    await intake.takeSpans([first], 'otlp')
    await forgetting.forget({ userId: 'ann' })
    const restarted = await startProcess()
    await restarted.intake.takeSpans([first, call()], 'otlp')
    expect(await stored()).toEqual([])
    expect(JSON.stringify([...(await store.state.documents('deletion'))])).not.toContain('ann')
  })

  test('is remembered for a week', async () => {
    const { forgetting } = await startProcess()
    const span = call()
    const isCovered = (): boolean => forgetting.covers({ ...span, timeMs: span.startMs })
    await forgetting.forget({ userId: 'ann' })
    await clock.advance(6 * 86_400_000)
    await forgetting.forget({ userId: 'bob' })
    expect(isCovered()).toBe(true)
    await clock.advance(2 * 86_400_000)
    await forgetting.forget({ userId: 'carl' })
    expect(isCovered()).toBe(false)
    expect((await store.state.documents('deletion')).size).toBe(2)
  })
})

describe('what waits in the spool of the gateway', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'tetrascope-forgetting-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  test('does not come back after a deletion, also in the next process', async () => {
    let isAway = true
    const start = async () => {
      const { intake, forgetting } = await startProcess()
      const spool = await SpanSpool.start({
        name: 'gateway',
        directory,
        maxSizeBytes: 1e6,
        takeSpans: (spans) =>
          isAway ? Promise.reject(new StoreUnavailableError('away')) : intake.takeSpans(spans, 'gateway'),
        clock,
        random: () => 0,
        instruments: createSpoolInstruments(new InstrumentRegistry()),
      })
      return { spool, forgetting }
    }
    const first = await start()
    const [ann, bob, later] = [call(), call({ userId: 'bob' }), call({ startMs: NOW_MS + 1 })]
    await first.spool.takeSpans([ann, bob, later])
    await first.forgetting.forget({ userId: 'ann' })
    await first.spool.stop()
    isAway = false
    const second = await start()
    await expect.poll(stored).toEqual([later.spanId, bob.spanId])
    await second.spool.stop()
  })
})
