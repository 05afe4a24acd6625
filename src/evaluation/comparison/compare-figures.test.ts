import { expect, test } from 'vitest'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import type { RequestFigures } from '../../storage/request-figures.ts'
import { testRequest } from '../../../test/support/test-request.ts'
import { differenceInterval } from '../wilson-interval.ts'
import { type ComparisonLine, compareFigures } from './compare-figures.ts'

interface Group {
  readonly count: number
  readonly errors?: number
  /** Latencies are spread evenly around it. */
  readonly latencyMs?: number
  readonly costUsd?: number
  readonly flagged?: number
}

/** Figures as a store gives them of made-up requests. */
async function figuresOf({ count, errors = 0, latencyMs = 1_000, costUsd, flagged }: Group): Promise<RequestFigures> {
  const store = createMemoryStore()
  const spans = Array.from({ length: count }, (_, i) => {
    const { span } = testRequest({ errorType: i < errors ? 'timeout' : '' })
    return { ...span, startMs: 0, endMs: latencyMs * (0.5 + (i + 0.5) / count) }
  })
  await store.requests.writeSpans(
    spans,
    spans.map((_, i) => (costUsd === undefined ? undefined : costUsd * (i % 2 === 0 ? 0.9 : 1.1))),
  )
  await store.evaluations.writeEvaluations(
    flagged === undefined
      ? []
      : spans.map(({ traceId, spanId }, i) => ({
          traceId,
          spanId,
          evaluator: 'pii',
          evaluatorVersion: '1',
          timeMs: 0,
          model: '',
          score: 1,
          verdict: i < flagged ? 'flagged' : 'ok',
          explanation: '',
        })),
  )
  return store.explorer.figures({ range: { minMs: 0, maxMs: 10 }, filter: {} })
}

async function compare(a: Group, b: Group): Promise<(figure: string) => ComparisonLine | undefined> {
  const lines = compareFigures(await figuresOf(a), await figuresOf(b))
  return (figure) => lines.find((line) => line.figure === figure)
}

test('shares: intervals of Wilson and Newcombe, worse when more fail', async () => {
  const line = await compare({ count: 200, errors: 4, flagged: 20 }, { count: 100, errors: 20, flagged: 8 })
  expect(line('error_rate')).toMatchObject({ a: { value: 0.02, n: 200 }, b: { value: 0.2, n: 100 }, verdict: 'worse' })
  const newcombe = differenceInterval({ hits: 20, trials: 100 }, { hits: 4, trials: 200 })
  expect(line('error_rate')?.differenceInterval?.lower).toBeCloseTo(newcombe.lower, 12)
  expect(line('error_rate')?.differenceInterval?.upper).toBeCloseTo(newcombe.upper, 12)
  expect(line('flagged/pii@1')).toMatchObject({
    verdict: 'no evidence',
    reason: 'the 95 % interval of the difference holds 0',
  })
})

test('percentiles: faster is better; the far tail of few requests has no bound and says so', async () => {
  const line = await compare({ count: 200, latencyMs: 1_000 }, { count: 200, latencyMs: 700 })
  expect(line('latency_p50_ms')).toMatchObject({ difference: -300, verdict: 'better' })
  expect(line('latency_p99_ms')).toMatchObject({
    verdict: 'no evidence',
    reason: '200 requests of A are too few, 200 requests of B are too few',
    differenceInterval: undefined,
  })
})

test('means: cheaper is better, and what nobody says is no 0', async () => {
  const line = await compare({ count: 40, costUsd: 2 }, { count: 40, costUsd: 1 })
  expect(line('cost_usd_mean')?.verdict).toBe('better')
  expect(line('cost_usd_mean')?.difference).toBeCloseTo(-1)
  expect(line('ttft_p50_ms')).toMatchObject({
    a: { value: undefined, n: 0 },
    reason: 'no request of A says it, no request of B says it',
  })
  const few = await compare({ count: 29, costUsd: 2 }, { count: 40, costUsd: 1 })
  expect(few('cost_usd_mean')).toMatchObject({ verdict: 'no evidence', reason: '29 requests of A are too few' })
})

test('the interval of a median holds what it should in about 95 of 100 groups', async () => {
  // Uniform figures by a fixed rule (a multiplicative generator), so that the test gives the same each time.
  let state = 42
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  let held = 0
  for (let group = 0; group < 400; group++) {
    const store = createMemoryStore()
    const spans = Array.from({ length: 60 }, () => ({
      ...testRequest().span,
      startMs: 0,
      endMs: -Math.log(uniform()) * 100,
    }))
    await store.requests.writeSpans(spans, [])
    const { figures } = await store.explorer.figures({ range: { minMs: 0, maxMs: 1 }, filter: {} })
    const [median] = figures.latencyMs.quantiles
    const truth = 100 * Math.log(2)
    if (median?.lower !== undefined && median.upper !== undefined && median.lower <= truth && truth <= median.upper)
      held++
  }
  expect(held / 400).toBeGreaterThan(0.92)
  expect(held / 400).toBeLessThan(0.985)
})
