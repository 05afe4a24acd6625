import { describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import type { Request } from '../model/request.ts'
import type { LlmCall, Span } from '../model/span.ts'
import { createMemoryStore } from '../storage/memory/memory-store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { BudgetTracker, periodStart } from './budget-tracker.ts'
import { budgetsSchema } from './config.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const HOUR_MS = 3_600_000

function tracker(budgets: object[], state = createMemoryStore().state) {
  const clock = new ManualClock(NOON)
  const registry = new InstrumentRegistry()
  const made = new BudgetTracker({
    budgets: budgetsSchema.parse(budgets),
    state,
    registry,
    clock,
    logger: silentLogger,
  })
  const value = (series: string) =>
    registry
      .snapshot()
      .flatMap((family) => family.samples)
      .find(({ labels }) => labels.toString() === series)?.value
  return { tracker: made, clock, state, value }
}

function request(costUsd: number | undefined, span: Partial<Span> = {}, llm: Partial<LlmCall> = {}): Request {
  const made = testRequest({ requestModel: 'gpt-4o', ...llm }).span
  return { span: { ...made, startMs: NOON - 1000, endMs: NOON, ...span, kind: 'llm', llm: made.llm }, costUsd }
}

test('spending is stated as series', async () => {
  const { tracker: budgets, value } = tracker([{ name: 'all', limit_usd: 10, period: 'day' }])
  await budgets.start()
  expect(value('llm_budget_used_ratio{budget="all", period="day"}')).toBe(0)
  budgets.spend([request(5), request(3.5), request(undefined)])
  expect(value('llm_budget_spent_usd{budget="all", period="day"}')).toBe(8.5)
  expect(value('llm_budget_used_ratio{budget="all", period="day"}')).toBe(0.85)
  expect(value('llm_budget_limit_usd{budget="all", period="day"}')).toBe(10)
})

test.each([
  [{ model: 'gpt-.*' }, 3],
  [{ model: 'gpt-4o', user: 'ann' }, 1],
  [{ user: 'ann' }, 1],
  [{ feature: 'search' }, 2],
  [{ team: 'blue' }, 4],
  [{ key: 'k1' }, 8],
])('the scope %j counts what it names', (scope, spentUsd) => {
  const { tracker: budgets } = tracker([{ name: 'b', limit_usd: 100, ...scope }])
  budgets.spend([
    request(1, { userId: 'ann' }),
    request(2, {}, { feature: 'search' }),
    request(4, { attributes: { team: 'blue' } }, { requestModel: 'claude-sonnet-4-5' }),
    request(8, { attributes: { 'tetrascope.key': 'k1' } }, { requestModel: 'claude-sonnet-4-5' }),
  ])
  expect(budgets.status()[0]?.spentUsd).toBe(spentUsd)
})

describe('periods', () => {
  test('begin with the day and the month, UTC', () => {
    expect(new Date(periodStart('day', NOON)).toISOString()).toBe('2026-11-20T00:00:00.000Z')
    expect(new Date(periodStart('month', NOON)).toISOString()).toBe('2026-11-01T00:00:00.000Z')
  })

  test('a new day starts from nothing, also when nobody spends; late requests of yesterday do not count today', async () => {
    const { tracker: budgets, clock, value } = tracker([{ name: 'b', limit_usd: 10, period: 'day' }])
    await budgets.start()
    budgets.spend([request(5)])
    await clock.advance(13 * HOUR_MS)
    expect(value('llm_budget_spent_usd{budget="b", period="day"}')).toBe(0)
    budgets.spend([request(5), request(1, { endMs: NOON + 13 * HOUR_MS })])
    expect(budgets.status()[0]).toMatchObject({ spentUsd: 1, usedRatio: 0.1 })
    await budgets.stop()
  })
})

test('a restart remembers what was spent', async () => {
  const first = tracker([{ name: 'b', limit_usd: 10 }])
  await first.tracker.start()
  first.tracker.spend([request(2.25)])
  await first.tracker.stop()
  const second = tracker([{ name: 'b', limit_usd: 10 }], first.state)
  await second.tracker.start()
  second.tracker.spend([request(1)])
  expect(second.tracker.status()[0]?.spentUsd).toBe(3.25)
})

test('two budgets of one name are refused', () => {
  const budget = { name: 'b', limit_usd: 1 }
  expect(() => budgetsSchema.parse([budget, budget])).toThrow(/budget \\"b\\" is given twice/)
})
