import { expect, test } from 'vitest'
import { ManualClock } from '../../util/manual-clock.ts'
import type { Span } from '../../model/span.ts'
import { gatewayConfig } from './config.ts'
import type { Exchange } from './exchange.ts'
import { spanOfExchange } from './exchange-span.ts'
import { RandomIds } from './random-ids.ts'
import { type RecordPiece, RecordReader } from './record-reader.ts'

const ids = new RandomIds()

function start(
  capacity: number,
  spanOf = (exchange: Exchange): Span | undefined => spanOfExchange(exchange, ids),
): {
  readonly reader: RecordReader
  readonly pieces: RecordPiece[]
  readonly call: (times: number) => void
  readonly readAll: () => Promise<void>
} {
  const clock = new ManualClock(0)
  const pieces: RecordPiece[] = []
  let called = 0
  const reader = new RecordReader({
    clock,
    capacity,
    read: async (exchanges) => exchanges.flatMap((exchange) => spanOf(exchange) ?? []),
    send: (piece) => pieces.push(piece),
    onGathered: () => {},
  })
  return {
    reader,
    pieces,
    call: (times) => {
      for (let i = 0; i < times; i++) reader.add(exchangeNumber(i))
      called += times
    },
    readAll: async () => {
      await clock.advance(1_000)
      await expect.poll(() => sum(pieces.map(({ spans, dropped }) => spans.length + dropped))).toBe(called)
    },
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}

function exchangeNumber(number: number): Exchange {
  const [upstream] = gatewayConfig.parse({}).upstreams
  if (upstream === undefined) throw new Error('there are no upstreams by default')
  return {
    upstream,
    path: '/v1/chat/completions',
    requestHeaders: {},
    requestBody: Buffer.from(JSON.stringify({ model: `m${number}` })),
    startMs: 0,
    endMs: 1,
    status: 200,
    responseHeaders: {},
    chunks: [],
    failure: undefined,
  }
}

const modelsIn = (pieces: readonly RecordPiece[]): unknown[] =>
  pieces.flatMap(({ spans }) => spans.map(({ llm }) => llm?.requestModel))

test('calls are read in pieces, in their order, and nothing is sent again', async () => {
  const { pieces, call, readAll } = start(1_000)
  call(100)
  await readAll()
  expect(modelsIn(pieces)).toEqual(Array.from({ length: 100 }, (_, i) => `m${i}`))
  expect(pieces.length).toBeGreaterThan(2)
  expect(pieces.every(({ spans }) => spans.length > 0 && spans.length < 32)).toBe(true)
})

test('what does not fit beside the records that are not yet safe is dropped and counted; there is room again when they are', async () => {
  const { reader, pieces, call, readAll } = start(5)
  call(7)
  await readAll()
  call(3)
  await readAll()
  expect(modelsIn(pieces)).toHaveLength(5)
  expect(pieces.map(({ dropped }) => dropped)).toEqual([2, 3])
  reader.taken(5)
  call(1)
  await readAll()
  expect(modelsIn(pieces)).toHaveLength(6)
})

test('a call that cannot be read is dropped and counted, and takes no other with it', async () => {
  const { pieces, call, readAll } = start(10, (exchange) => {
    if (exchange.requestBody.includes('m1')) throw new RangeError('nested too deeply')
    return spanOfExchange(exchange, ids)
  })
  call(4)
  await readAll()
  expect(modelsIn(pieces)).toEqual(['m0', 'm2', 'm3'])
  expect(sum(pieces.map(({ dropped }) => dropped))).toBe(1)
})

test('the end is told when everything that was seen is safe', async () => {
  const { reader, call, readAll } = start(10)
  let drained = false
  call(2)
  const end = reader.drain().then(() => (drained = true))
  await readAll()
  reader.taken(1)
  await Promise.resolve()
  expect(drained).toBe(false)
  reader.taken(1)
  await end
})

test('ids are of the right length and never the same', () => {
  const made = Array.from({ length: 1_000 }, () => [ids.newTraceId(), ids.newSpanId()])
  expect(made.every(([trace = '', span = '']) => /^[0-9a-f]{32}$/.test(trace) && /^[0-9a-f]{16}$/.test(span))).toBe(
    true,
  )
  expect(new Set(made.flat()).size).toBe(2_000)
})
