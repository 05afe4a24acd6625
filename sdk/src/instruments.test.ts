import { describe, expect, test } from 'vitest'
import { createInstruments } from './instruments.ts'
import { llmInstruments } from './llm-instruments.ts'

describe('instruments', () => {
  test('each bucket counts what is at or below its bound, +Inf equals the count', async () => {
    const instruments = createInstruments()
    const latency = instruments.histogram({ name: 'latency_ms', help: 'h', labels: ['route'], buckets: [10, 100] })
    for (const value of [5, 10, 50, 500]) latency.observe({ route: '/a' }, value)
    const text = await instruments.metricsText()
    expect(text).toContain('latency_ms_bucket{le="10",route="/a"} 2')
    expect(text).toContain('latency_ms_bucket{le="100",route="/a"} 3')
    expect(text).toContain('latency_ms_bucket{le="+Inf",route="/a"} 4')
    expect(text).toContain('latency_ms_count{route="/a"} 4')
  })

  test('a summary gives the quantiles that were asked for', async () => {
    const instruments = createInstruments()
    const size = instruments.summary({ name: 'size_bytes', help: 'h', quantiles: [0.5] })
    for (const value of [1, 2, 3]) size.observe(value)
    expect(await instruments.metricsText()).toContain('size_bytes{quantile="0.5"} 2')
  })

  test('OpenMetrics names the family without _total and ends in EOF', async () => {
    const instruments = createInstruments()
    instruments.counter({ name: 'orders_total', help: 'Orders' }).inc()
    const text = await instruments.metricsText(true)
    expect(text).toContain('# TYPE orders counter')
    expect(text).toContain('orders_total 1')
    expect(text.trimEnd().endsWith('# EOF')).toBe(true)
    expect(await instruments.metricsText()).toContain('# TYPE orders_total counter')
  })

  test('the same instrument twice is one; another shape under its name is refused', () => {
    const instruments = createInstruments()
    const labels = ['country'] as const
    const orders = instruments.counter({ name: 'orders_total', help: 'Orders', labels })
    expect(instruments.counter({ name: 'orders_total', help: 'Orders', labels })).toBe(orders)
    expect(() => instruments.gauge({ name: 'orders_total', help: 'Orders', labels })).toThrow(
      'instrument orders_total: found gauge{country}, but it exists as counter{country}',
    )
  })
})

describe('the standard instruments of an LLM application', () => {
  test('a finished call is in all that it concerns, with the exact buckets', async () => {
    const llm = llmInstruments()
    llm.finished({ model: 'm', status: 'success', latencyMs: 150, ttftMs: 60, tokens: 7 })
    const text = await llm.metricsText()
    expect(text).toContain('llm_requests_total{model="m",status="success"} 1')
    expect(text).toContain('llm_tokens_generated_total{model="m"} 7')
    expect(bounds(text, 'llm_request_latency_ms')).toEqual([50, 100, 200, 500, 1000, 2000, 5000, 10000])
    expect(bounds(text, 'llm_ttft_ms')).toEqual([20, 50, 100, 200, 500, 1000])
  })

  test('an unknown name is refused with the known ones', () => {
    const llm = llmInstruments()
    expect(llm.named('llm_data_drift_psi')).toBe(llm.all.llm_data_drift_psi)
    expect(() => llm.named('llm_tttf_ms')).toThrow(
      /found "llm_tttf_ms", expected one of llm_requests_total, .*did you mean llm_ttft_ms\?/,
    )
  })
})

function bounds(text: string, name: string): number[] {
  return [...text.matchAll(new RegExp(`^${name}_bucket\\{le="([0-9]+)"`, 'gm'))].map((match) => Number(match[1]))
}
