import { describe, expect, test } from 'vitest'
import { engineOptions, queryConfig } from './config.ts'
import { DEFAULT_ENGINE_OPTIONS } from './query-engine.ts'

describe('query:', () => {
  test('without a section queries run as in stock Prometheus', () => {
    expect(engineOptions(queryConfig.parse(undefined), 60_000)).toEqual(DEFAULT_ENGINE_OPTIONS)
  })

  test('every limit can be set', () => {
    const section = { lookback_delta: '1m', timeout: '10s', max_samples: 1, max_points: 2, max_concurrency: 3 }
    expect(engineOptions(queryConfig.parse(section), 15_000)).toMatchObject({
      lookbackMs: 60_000,
      timeoutMs: 10_000,
      maxSamples: 1,
      maxPoints: 2,
      maxConcurrency: 3,
      defaultSubqueryStepMs: 15_000,
    })
  })

  test('large selections are computed on two threads unless that is turned off', () => {
    expect(queryConfig.parse(undefined).second_thread).toBe(true)
    expect(queryConfig.parse({ second_thread: false }).second_thread).toBe(false)
  })

  test.each([{ timeout: '0s' }, { max_points: 0 }, { lookback_delta: 5 }, { max_sample: 1 }, { second_thread: 2 }])(
    '%j is refused',
    (section) => expect(queryConfig.safeParse(section).success).toBe(false),
  )
})
