import { describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import type { Request } from '../model/request.ts'
import { createMemoryStore } from '../storage/memory/memory-store.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { evaluationConfig } from './config.ts'
import { UnknownEvaluatorError } from './evaluators.ts'
import { Reevaluation, ReevaluationRunningError } from './reevaluation.ts'

const REFUSAL = "I'm sorry, but I can't help with that."
const EVERYTHING = { range: { minMs: 0, maxMs: 1_000_000 }, evaluators: undefined, model: undefined }

async function setUp(requests: readonly Request[], config: unknown = {}) {
  const store = createMemoryStore()
  await store.requests.writeSpans(
    requests.map(({ span }) => span),
    requests.map(() => undefined),
  )
  const parts = { evaluations: store.evaluations, requests: store.requests }
  const options = { config: evaluationConfig.parse(config), clock: new ManualClock(), logger: silentLogger }
  const reevaluation = new Reevaluation({ ...options, ...parts })
  const versionsOf = async ({ span }: Request) =>
    (await store.evaluations.evaluationsOf(span.traceId, span.spanId)).map(
      ({ evaluator, evaluatorVersion, verdict }) => `${evaluator}@${evaluatorVersion} ${verdict}`,
    )
  return { store, reevaluation, versionsOf }
}

describe('evaluating history again', () => {
  test('adds the results of another version beside the earlier ones', async () => {
    const request = testRequest({ response: REFUSAL })
    const { store, reevaluation, versionsOf } = await setUp([request], {
      custom: [{ name: 'sorry', kind: 'keyword', keywords: ['sorry'], version: '2' }],
    })
    const { traceId, spanId, startMs } = request.span
    const earlier = { score: 0, verdict: 'ok', explanation: '', evaluatorVersion: '1', model: 'gpt-test' } as const
    await store.evaluations.writeEvaluations([{ ...earlier, traceId, spanId, timeMs: startMs, evaluator: 'sorry' }])

    await reevaluation.start({ ...EVERYTHING, evaluators: ['sorry'] })
    await reevaluation.ended()
    expect(await versionsOf(request)).toEqual(['sorry@1 ok', 'sorry@2 flagged'])
    expect(reevaluation.progress).toMatchObject({ state: 'done', total: 1, requests: 1, evaluations: 1, failures: 0 })
  })

  test('reaches every request of the range and the model, page by page, and no other', async () => {
    const many = Array.from({ length: 230 }, () => testRequest({ response: REFUSAL }))
    const other = testRequest({ response: REFUSAL, requestModel: 'other' })
    const { reevaluation, versionsOf } = await setUp([...many, other], { evaluators: ['refusal'] })
    await reevaluation.start({ ...EVERYTHING, model: 'gpt-test' })
    await reevaluation.ended()
    expect(reevaluation.progress).toMatchObject({ state: 'done', total: 230, requests: 230, evaluations: 230 })
    expect(await versionsOf(other)).toEqual([])
  })

  test('is one at a time', async () => {
    const { reevaluation } = await setUp([testRequest({ response: REFUSAL })])
    await reevaluation.start(EVERYTHING)
    await expect(reevaluation.start(EVERYTHING)).rejects.toThrow(ReevaluationRunningError)
    await reevaluation.ended()
    await reevaluation.start(EVERYTHING)
    await reevaluation.ended()
    expect(reevaluation.progress?.state).toBe('done')
  })

  test('says which evaluator there is not, and what the store says', async () => {
    const { reevaluation, store } = await setUp([testRequest({ response: REFUSAL })])
    await expect(reevaluation.start({ ...EVERYTHING, evaluators: ['refusl'] })).rejects.toThrow(UnknownEvaluatorError)
    store.evaluations.writeEvaluations = async () => Promise.reject(new Error('the disk is full'))
    await reevaluation.start(EVERYTHING)
    await reevaluation.ended()
    expect(reevaluation.progress).toMatchObject({ state: 'failed', error: 'the disk is full', evaluations: 0 })
  })

  test('ends after the page under way when the product stops', async () => {
    const { reevaluation } = await setUp(Array.from({ length: 150 }, () => testRequest({ response: REFUSAL })))
    await reevaluation.start(EVERYTHING)
    await reevaluation.stop()
    expect(reevaluation.progress).toMatchObject({ state: 'stopped', requests: 100 })
  })
})
