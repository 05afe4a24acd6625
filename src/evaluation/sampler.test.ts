import { describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import { NO_USAGE } from '../model/span.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { evaluationConfig } from './config.ts'
import { Sampler } from './sampler.ts'

const sampler = (sampling: unknown, clock = new ManualClock()) =>
  new Sampler(evaluationConfig.parse({ sampling }), clock)

describe('sampling policy', () => {
  test('takes about the share that it was told, and the same requests each time', () => {
    const requests = Array.from({ length: 2_000 }, () => testRequest())
    const quarter = sampler({ share: 0.25 })
    const taken = requests.filter(({ span }) => quarter.decide(span).depth === 'all')
    expect(taken.length).toBeGreaterThan(400)
    expect(taken.length).toBeLessThan(600)
    expect(requests.filter(({ span }) => quarter.decide(span).depth === 'all')).toEqual(taken)
  })

  test('a model has its own share', () => {
    const policy = sampler({ share: 0, models: { 'gpt-test': 1 } })
    expect(policy.decide(testRequest().span)).toEqual({ depth: 'all', reason: 'share' })
    expect(policy.decide(testRequest({ responseModel: 'other' }).span)).toEqual({
      depth: 'cheap',
      reason: 'not_sampled',
    })
  })

  test('errors, feedback and long answers are always read in full', () => {
    const policy = sampler({ share: 0, always: { output_tokens: 100 } })
    expect(policy.decide(testRequest({ errorType: 'timeout' }).span).reason).toBe('error')
    expect(policy.decide(testRequest().span, true).reason).toBe('feedback')
    expect(policy.decide(testRequest({ usage: { ...NO_USAGE, outputTokens: 100 } }).span).reason).toBe('length')
  })
})

describe('stratified sampling', () => {
  const many = (count: number, responseModel: string) =>
    Array.from({ length: count }, () => testRequest({ responseModel }))

  test('takes so many of each stratum in a minute, so that a rare model is seen beside a frequent one', async () => {
    const clock = new ManualClock()
    const policy = sampler({ share: 0, strata: [{ by: ['model'], per_minute: 3 }] }, clock)
    const taken = (requests: ReturnType<typeof many>): number =>
      requests.filter(({ span }) => policy.decide(span).reason === 'stratum').length
    expect(taken(many(500, 'frequent'))).toBe(3)
    expect(taken(many(2, 'rare'))).toBe(2)
    await clock.advance(60_000)
    expect(taken(many(500, 'frequent'))).toBe(3)
  })

  test('by share takes about that of a frequent stratum, and the first of a rare one', () => {
    const policy = sampler({ share: 0, strata: [{ by: ['model', 'status'], share: 0.1 }] })
    const taken = many(2_000, 'frequent').filter(({ span }) => policy.decide(span).depth === 'all').length
    expect(taken).toBeGreaterThan(140)
    expect(taken).toBeLessThan(270)
    expect(policy.decide(testRequest({ responseModel: 'rare' }).span).reason).toBe('stratum')
  })

  test('decides the same of a request that comes again, and asking what was decided takes nothing', async () => {
    const clock = new ManualClock()
    const policy = sampler({ share: 0, strata: [{ by: ['feature'], per_minute: 1 }] }, clock)
    const [first, second, third] = [testRequest(), testRequest(), testRequest()]
    expect(policy.decided(first.span).depth).toBe('cheap')
    expect(policy.decide(first.span).reason).toBe('stratum')
    expect(policy.decide(second.span).reason).toBe('not_sampled')
    await clock.advance(60_000)
    expect(policy.decided(second.span).reason).toBe('not_sampled')
    expect(policy.decide(first.span).reason).toBe('stratum')
    expect(policy.decide(third.span).reason).toBe('stratum')
  })

  test('leaves errors, feedback and shares as they are', () => {
    const policy = sampler({ share: 1, strata: [{ by: ['user'], per_minute: 1 }] })
    expect(policy.decide(testRequest().span).reason).toBe('share')
    expect(policy.decide(testRequest({ errorType: '500' }).span).reason).toBe('error')
  })

  test('wants a share or a rate, not both', () => {
    const both = { by: ['user'], per_minute: 1, share: 0.1 }
    expect(() => sampler({ strata: [both] })).toThrow('either share or per_minute')
    expect(() => sampler({ strata: [{ by: ['user'] }] })).toThrow('either share or per_minute')
  })
})
