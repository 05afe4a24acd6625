import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Span } from '../../model/span.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { gatewayConfig } from './config.ts'
import { Gateway } from './gateway.ts'

const ANSWER = {
  id: 'x',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Four words in all.' }, finish_reason: 'stop' }],
}

let upstream: Server
let gateway: Gateway
let url = ''
const spans: Span[] = []

beforeEach(async () => {
  spans.length = 0
  upstream = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify(ANSWER)))
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
})
async function start(clock: Clock, config: { readonly queue_capacity?: number } = {}): Promise<void> {
  const { port } = upstream.address() as AddressInfo
  gateway = new Gateway({
    config: gatewayConfig.parse({ upstreams: [{ name: 'u', url: `http://127.0.0.1:${port}` }], ...config }),
    tokens: [],
    host: '127.0.0.1',
    port: 0,
    takeSpans: (taken) => {
      spans.push(...taken)
      return Promise.resolve()
    },
    onActive: () => undefined,
    clock,
    instruments: new InstrumentRegistry(),
    logger: silentLogger,
  })
  url = `http://127.0.0.1:${await gateway.start()}`
}

afterEach(async () => {
  await gateway.stop()
  upstream.close()
})

async function call(): Promise<void> {
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  await response.text()
}

test('what was called just before the stop is recorded all the same, tokens counted where the provider said none', async () => {
  await start(new ManualClock(0))
  await Promise.all(Array.from({ length: 20 }, call))
  await gateway.stop()
  expect(spans).toHaveLength(20)
  expect(new Set(spans.map(({ llm }) => llm?.usage.outputTokens))).toEqual(new Set([5]))
  expect(spans[0]?.attributes['tetrascope.usage.estimated']).toBe(true)
})

test('records are committed a tenth of a second later', async () => {
  const clock = new ManualClock(0)
  await start(clock)
  await call()
  const committed = async (): Promise<number> => {
    await clock.advance(100)
    return spans.length
  }
  await expect.poll(committed, { timeout: 20_000 }).toBe(1)
})

test('records that would fill the room for them do not wait', async () => {
  await start(new ManualClock(0), { queue_capacity: 4 })
  await call()
  await expect.poll(() => spans.length, { timeout: 20_000 }).toBe(1)
})
