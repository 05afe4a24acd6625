import { describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import type { Event } from '../model/event.ts'
import type { Request } from '../model/request.ts'
import { type LlmCall, NO_USAGE, type Span } from '../model/span.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { RequestSeries } from './request-series.ts'

const DAY_MS = 24 * 3_600_000

function counted(): { series: RequestSeries; value: (series: string) => number | undefined; names: () => string[] } {
  const registry = new InstrumentRegistry()
  const samples = () => registry.snapshot().flatMap((family) => family.samples)
  return {
    series: new RequestSeries(registry),
    value: (name) => samples().find(({ labels }) => labels.toString() === name)?.value,
    names: () => samples().map(({ labels }) => labels.toString()),
  }
}

function request(llm: Partial<LlmCall>, span: Partial<Span> = {}, costUsd?: number): Request {
  const made = testRequest(llm).span
  return { span: { ...made, startMs: 1000, endMs: 1800, ...span, llm: made.llm, kind: 'llm' }, costUsd }
}

function event(fields: Partial<Event>): Event {
  const empty = {
    id: 'e',
    timeMs: 1000,
    type: 'custom',
    name: '',
    userId: '',
    sessionId: '',
    traceId: '',
    spanId: '',
    value: undefined,
    comment: '',
    attributes: {},
  } as const
  return { ...empty, ...fields }
}

describe('requests', () => {
  test("the series of the users' dashboards, with their buckets", () => {
    const { series, value, names } = counted()
    const usage = { ...NO_USAGE, inputTokens: 100, outputTokens: 21, cacheReadTokens: 60 }
    series.countRequests([request({ requestModel: 'gpt-4o', ttftMs: 120, usage }, {}, 0.25)])
    series.countRequests([request({ requestModel: 'gpt-4o', errorType: 'timeout' }, { status: 'error' })])
    expect(value('llm_requests_total{model="gpt-4o", status="success"}')).toBe(1)
    expect(value('llm_requests_total{model="gpt-4o", status="error"}')).toBe(1)
    expect(value('llm_tokens_generated_total{model="gpt-4o"}')).toBe(21)
    expect(value('llm_tokens_total{model="gpt-4o", type="input"}')).toBe(100)
    expect(value('llm_tokens_total{model="gpt-4o", type="cache_read"}')).toBe(60)
    expect(value('llm_cost_usd_total{model="gpt-4o"}')).toBe(0.25)
    expect(value('llm_unpriced_requests_total{model="gpt-4o"}')).toBe(1)
    expect(value('llm_errors_total{error_type="timeout", model="gpt-4o"}')).toBe(1)
    expect(value('llm_ttft_ms_sum{model="gpt-4o"}')).toBe(120)
    // (800 - 120) / 20
    expect(value('llm_tpot_ms_sum{model="gpt-4o"}')).toBe(34)
    const bounds = (metric: string) =>
      names()
        .filter((name) => name.startsWith(`${metric}_bucket`))
        .map((name) => /le="([^"]+)"/.exec(name)?.[1])
    expect(bounds('llm_request_latency_ms')).toEqual([
      '50',
      '100',
      '200',
      '500',
      '1000',
      '2000',
      '5000',
      '10000',
      '+Inf',
    ])
    expect(bounds('llm_ttft_ms')).toEqual(['20', '50', '100', '200', '500', '1000', '+Inf'])
    expect(value('llm_request_latency_ms_bucket{le="1000", model="gpt-4o"}')).toBe(2)
    expect(value('llm_request_latency_ms_bucket{le="500", model="gpt-4o"}')).toBe(0)
  })

  test('unknown counts are not 0: the series is absent', () => {
    const { series, names } = counted()
    series.countRequests([request({ requestModel: 'm' })])
    expect(
      names().some((name) => name.startsWith('llm_tokens_total') || name.startsWith('llm_tokens_generated_total')),
    ).toBe(false)
  })

  test('invented models are counted together, with their status', () => {
    const { series, value } = counted()
    series.countRequests(Array.from({ length: 500 }, (_, i) => request({ requestModel: `model-${i}` })))
    expect(value('llm_requests_total{model="other", status="success"}')).toBe(350)
  })

  test('calls under way, for those who see them begin', () => {
    const { series, value } = counted()
    series.changeActive('m', 2)
    series.changeActive('m', -1)
    expect(value('llm_active_requests{model="m"}')).toBe(1)
  })
})

describe('business', () => {
  test('feedback, tasks, hand-offs, conversions and revenue', () => {
    const { series, value } = counted()
    series.countEvents([
      event({ type: 'feedback', value: 1 }),
      event({ type: 'feedback', value: 0.25 }),
      event({ type: 'task_completed' }),
      event({ type: 'task_failed' }),
      event({ type: 'handoff' }),
      event({ type: 'conversion' }),
      event({ type: 'revenue', value: 12.5 }),
    ])
    expect(value('llm_feedback_total{value="up"}')).toBe(1)
    expect(value('llm_feedback_score_sum')).toBe(1.25)
    expect(value('llm_feedback_score_count')).toBe(2)
    expect(value('llm_tasks_total{result="completed"}')).toBe(1)
    expect(value('llm_tasks_total{result="failed"}')).toBe(1)
    expect(value('llm_handoffs_total')).toBe(1)
    expect(value('llm_conversions_total')).toBe(1)
    expect(value('llm_revenue_usd_total')).toBe(12.5)
  })

  test('a turn is a trace, a session ends by its event or by silence', () => {
    const { series, value } = counted()
    const turn = (sessionId: string, traceId: string) => request({}, { sessionId, traceId })
    series.countRequests([turn('a', '1'), turn('a', '1'), turn('a', '2'), turn('b', '3')])
    series.countEvents([event({ type: 'session_end', sessionId: 'a' })])
    expect(value('llm_session_turns_sum')).toBe(2)
    series.refresh(1800 + 29 * 60_000)
    expect(value('llm_sessions_ended_total')).toBe(1)
    series.refresh(1800 + 30 * 60_000)
    expect(value('llm_sessions_ended_total')).toBe(2)
    expect(value('llm_session_turns_sum')).toBe(3)
  })

  test('active users and those who came back', () => {
    const { series, value } = counted()
    const now = 100 * DAY_MS
    const seen = (userId: string, agoMs: number) => request({}, { userId, startMs: now - agoMs, endMs: now - agoMs })
    series.countRequests([
      seen('stayed', 1.5 * DAY_MS),
      seen('left', 1.5 * DAY_MS),
      seen('stayed', 0.1 * DAY_MS),
      seen('new', 0.1 * DAY_MS),
    ])
    series.refresh(now)
    expect(value('llm_active_users{window="24h"}')).toBe(2)
    expect(value('llm_retention_percent{window="24h"}')).toBe(50)
  })
})
