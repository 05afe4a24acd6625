import { expect, test } from 'vitest'
import { ManualClock } from '../../util/manual-clock.ts'
import type { Span } from '../../model/span.ts'
import { gatewayConfig } from './config.ts'
import type { Exchange } from './exchange.ts'
import { spanOfExchange } from './exchange-span.ts'
import { RandomIds } from './random-ids.ts'
import { type BatchPiece, RecordReader } from './record-reader.ts'

const ids = new RandomIds()

function start(
  capacity: number,
  spanOf = (exchange: Exchange): Span | undefined => spanOfExchange(exchange, ids),
): {
  readonly reader: RecordReader
  readonly pieces: BatchPiece[]
  readonly call: (times: number) => void
  readonly readAll: () => Promise<void>
} {
  const clock = new ManualClock(0)
  const pieces: BatchPiece[] = []
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
    },
    readAll: async () => {
      const before = pieces.length
      await clock.advance(1_000)
      await expect.poll(() => pieces.slice(before).some(({ last }) => last)).toBe(true)
    },
  }
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

const modelsIn = (pieces: readonly BatchPiece[]): unknown[] =>
  pieces.flatMap(({ spans }) => spans.map(({ llm }) => llm?.requestModel))

test('a batch comes in pieces, in the order of the calls, and only the last piece ends it', async () => {
  const { pieces, call, readAll } = start(1_000)
  call(100)
  await readAll()
  expect(modelsIn(pieces)).toEqual(Array.from({ length: 100 }, (_, i) => `m${i}`))
  expect(pieces.length).toBeGreaterThan(2)
  expect(pieces.map(({ last }) => last)).toEqual(pieces.map((_piece, i) => i === pieces.length - 1))
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
  expect(pieces.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(1)
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
