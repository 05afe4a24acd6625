import { describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import { NO_USAGE } from '../model/span.ts'
import { evaluationConfig } from './config.ts'
import { Sampler } from './sampler.ts'

const sampler = (sampling: unknown) => new Sampler(evaluationConfig.parse({ sampling }))

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
