import fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { testRequest } from '../../../test/support/test-request.ts'
import type { LlmSpan } from '../../model/request.ts'
import { NO_USAGE } from '../../model/span.ts'
import { pricingSchema } from '../../pricing/config.ts'
import { PriceTable } from '../../pricing/price-table.ts'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { HttpError } from '../http-error.ts'
import { costRoutes } from './costs.ts'

const NOW_MS = 1_750_000_000_000
const HOUR_MS = 3_600_000
const LAST_HOUR = `start=${NOW_MS - HOUR_MS}&end=${NOW_MS}`

function call(startMs: number, model: string, userId: string): LlmSpan {
  const usage = { ...NO_USAGE, inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 500 }
  const { span } = testRequest({ requestModel: model, usage })
  return { ...span, startMs, endMs: startMs + 1_000, userId }
}

async function answers(): Promise<(url: string) => Promise<{ status: number; body: unknown }>> {
  const prices = new PriceTable(
    pricingSchema.parse({ overrides: [{ model: 'priced', prices: [{ input: 2, output: 10, cache_read: 0.2 }] }] }),
  )
  const { requests, costs } = createMemoryStore()
  const spans = [
    call(NOW_MS - HOUR_MS - 1, 'priced', 'ann'),
    call(NOW_MS - HOUR_MS, 'priced', 'ann'),
    call(NOW_MS - 1_000, 'priced', 'bob'),
    call(NOW_MS, 'nobody-knows', 'bob'),
  ]
  await requests.writeSpans(
    spans,
    spans.map((span) => prices.costOf(span, span.startMs)?.usd),
  )
  const app = fastify()
  app.setErrorHandler((error, _request, reply) => {
    return reply.code(error instanceof HttpError ? error.status : 500).send({ error: String(error) })
  })
  costRoutes(app, { costs, prices, clock: new ManualClock(NOW_MS) })
  return async (url) => {
    const answer = await app.inject({ url })
    return { status: answer.statusCode, body: answer.json() }
  }
}

describe('costs', () => {
  test('of a range stand beside those of the range before, with what caching saved', async () => {
    const get = await answers()
    const { body } = await get(`/costs?${LAST_HOUR}`)
    expect(body).toMatchObject({
      now: {
        requests: 3,
        unpriced: 1,
        costUsd: '0.0042',
        inputTokens: 3_000,
        cacheReadTokens: 1_500,
        pricedTokens: 2_200,
      },
      before: { requests: 1, unpriced: 0, costUsd: '0.0021' },
      cacheSaving: { savedUsd: '0.0018', requests: 2, unknown: 0 },
    })
  })

  test('by user, the most expensive first', async () => {
    const get = await answers()
    const { body } = await get(`/costs/groups?by=user&${LAST_HOUR}`)
    expect(body).toMatchObject({
      groups: [
        { value: 'bob', costUsd: '0.0021', requests: 2, unpriced: 1 },
        { value: 'ann', costUsd: '0.0021', requests: 1, unpriced: 0 },
      ],
    })
  })

  test('over time by model', async () => {
    const get = await answers()
    const { body } = await get(`/costs/steps?step=30m&${LAST_HOUR}`)
    const half = (timeMs: number): number => Math.floor(timeMs / (HOUR_MS / 2)) * (HOUR_MS / 2)
    expect(body).toEqual({
      stepMs: HOUR_MS / 2,
      steps: [
        { startMs: half(NOW_MS - HOUR_MS), model: 'priced', costUsd: '0.0021' },
        { startMs: half(NOW_MS - 1_000), model: 'priced', costUsd: '0.0021' },
      ],
    })
  })

  test.each([
    ['/costs/groups?by=moon', 'by: '],
    ['/costs/steps?step=1ms', 'steps are too many'],
    ['/costs?model=x', 'model'],
  ])('%s is refused with what is wrong', async (url, reason) => {
    const get = await answers()
    const { status, body } = await get(url)
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain(reason)
  })
})
