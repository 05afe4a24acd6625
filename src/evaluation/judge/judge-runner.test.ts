import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chatAnswer, judgeBench, judgement, questionsOf } from '../../../test/support/judge-bench.ts'
import { Provider } from '../../../test/support/provider.ts'
import { testRequest } from '../../../test/support/test-request.ts'
import type { Evaluation } from '../../model/evaluation.ts'
import type { Event } from '../../model/event.ts'
import type { Request } from '../../model/request.ts'
import type { Span } from '../../model/span.ts'
import { MemoryEvaluationStore } from '../../storage/memory/memory-evaluation-store.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { readCriteria } from './criterion-file.ts'
import { JudgeRunner } from './judge-runner.ts'

let provider: Provider
beforeAll(async () => {
  provider = await Provider.start()
})
beforeEach(() => provider.reset(() => chatAnswer(judgement(2, 'unsafe', 'It hurts.'))))
afterAll(() => provider.stop())

interface Setting {
  readonly config?: object
  readonly known?: readonly Request[]
  readonly visible?: (span: Span) => Span | undefined
}

function setUp({ config = {}, known = [], visible = (span) => span }: Setting = {}) {
  const bench = judgeBench(provider, { sampling: { share: 1 }, ...config })
  const evaluations = new MemoryEvaluationStore()
  const runner = new JudgeRunner({
    config: bench.config,
    criteria: readCriteria(['safety'], '/'),
    judge: bench.judge,
    evaluations,
    requests: { request: async (traceId) => known.find(({ span }) => span.traceId === traceId) },
    visible,
    record: (results) => evaluations.writeEvaluations(results),
    instruments: bench.instruments,
    logger: silentLogger,
  })
  const resultsOf = ({ span }: Request): Promise<Evaluation[]> => evaluations.evaluationsOf(span.traceId, span.spanId)
  return { ...bench, runner, resultsOf }
}

const request = () => testRequest({ prompt: 'How do I relax?', response: 'Drink a bottle of gin.' })

describe('judging of requests', () => {
  test('writes a result as evaluators do, under criterion, version and judging model', async () => {
    const { runner, resultsOf } = setUp()
    const asked = request()
    runner.onRequests([asked])
    await runner.drained()
    expect(await resultsOf(asked)).toEqual([
      {
        traceId: asked.span.traceId,
        spanId: asked.span.spanId,
        timeMs: asked.span.startMs,
        evaluator: 'judge-safety',
        evaluatorVersion: '1@judge-1',
        model: 'gpt-test',
        score: 0.25,
        verdict: 'flagged',
        label: 'unsafe',
        explanation: 'It hurts.',
      },
    ])
  })

  test('another runner takes up what waits and what is under way, and nothing counts as lost', async () => {
    const before = setUp({ config: { concurrency: 1 } })
    provider.answer = () => undefined
    const asked = [request(), request()]
    before.runner.onRequests(asked)
    await provider.gotten(1)
    provider.answer = () => chatAnswer(judgement(5, 'safe'))
    const after = setUp()
    await before.runner.handOver(after.runner)
    await after.runner.drained()
    for (const one of asked) expect(await after.resultsOf(one)).toMatchObject([{ label: 'safe' }])
    expect(before.valueOf('tetrascope_judge_dropped_total', { reason: 'stopped' })).toBe(0)
    expect(before.valueOf('tetrascope_judge_dropped_total', { reason: 'failed' })).toBe(0)
  })

  test('asks for nothing that is stored already', async () => {
    const { runner, valueOf, resultsOf } = setUp({ config: { cache_size: 0 } })
    const asked = request()
    runner.onRequests([asked])
    await runner.drained()
    runner.onRequests([asked])
    await runner.drained()
    expect(provider.got).toHaveLength(1)
    expect(await resultsOf(asked)).toHaveLength(1)
    expect(valueOf('tetrascope_judge_remembered_total', { where: 'store' })).toBe(1)
  })

  test('takes a share by trace, per model, and every error', async () => {
    const config = { sampling: { share: 0, models: { 'gpt-watched': 1 } }, cache_size: 0 }
    const { runner, resultsOf } = setUp({ config })
    const [plain, failed] = [request(), testRequest({ response: 'Half an ans', errorType: 'timeout' })]
    const watched = testRequest({ response: 'Hello.', requestModel: 'gpt-watched' })
    runner.onRequests([plain, failed, watched])
    await runner.drained()
    expect(await Promise.all([plain, failed, watched].map(resultsOf))).toMatchObject([[], [{}], [{}]])
  })

  test('judges what a user was not content with, and what an evaluator has flagged', async () => {
    const [disliked, liked, flagged] = [request(), request(), request()]
    const config = { sampling: { share: 0, always: { flagged: ['hallucination'] } }, cache_size: 0 }
    const { runner, resultsOf } = setUp({ config, known: [disliked, liked, flagged] })
    await runner.onEvents([feedbackOn(disliked, 0), feedbackOn(liked, 1)])
    await runner.onEvaluations([resultOn(flagged, 'flagged'), resultOn(liked, 'ok')])
    await runner.drained()
    expect(await Promise.all([disliked, liked, flagged].map(resultsOf))).toMatchObject([[{}], [], [{}]])
  })

  test('shows the judge only what may be seen', async () => {
    const hidden = request()
    const shown = request()
    const { runner, resultsOf } = setUp({ visible: (span) => (span === hidden.span ? undefined : span) })
    runner.onRequests([hidden, shown])
    await runner.drained()
    expect(await Promise.all([hidden, shown].map(resultsOf))).toMatchObject([[], [{}]])
    expect(provider.got).toHaveLength(1)
  })

  test('drops what finds no room, and counts it', async () => {
    provider.reset(() => undefined)
    const { runner, valueOf } = setUp({ config: { concurrency: 1, queue_capacity: 2, cache_size: 0 } })
    runner.onRequests([request(), request(), request(), request()])
    expect(valueOf('tetrascope_judge_dropped_total', { reason: 'queue_full' })).toBe(2)
    await provider.gotten(1)
    // What is under way and what waits are given up.
    await runner.stop()
    await runner.stop()
    expect(valueOf('tetrascope_judge_dropped_total', { reason: 'stopped' })).toBe(2)
  })

  test('goes on without those that the budget does not allow', async () => {
    const { runner, valueOf } = setUp({ config: { budget: { calls_per_day: 1 }, cache_size: 0 } })
    runner.onRequests([request(), request(), request()])
    await runner.drained()
    expect(valueOf('tetrascope_judge_dropped_total', { reason: 'budget' })).toBe(2)
    expect(provider.got).toHaveLength(1)
  })
})

describe('self-consistency', () => {
  const fact = () =>
    testRequest({ prompt: 'When was the bridge opened?', response: 'The bridge was opened in 1937 by Ann Lee.' })
  const config = { self_consistency: { samples: 2, threshold: 0.5 } }

  async function scoreWhen(sample: string): Promise<Evaluation | undefined> {
    provider.reset(({ body }) => chatAnswer(body.includes('Criterion') ? judgement(5, 'safe') : sample))
    const { runner, resultsOf } = setUp({ config })
    const asked = fact()
    runner.onRequests([asked])
    await runner.drained()
    return (await resultsOf(asked)).find(({ evaluator }) => evaluator === 'self-consistency')
  }

  test('is high where the model says the same again, low where it says something else', async () => {
    const same = await scoreWhen('It was Ann Lee who opened the bridge in 1937. The bridge was opened in 1937.')
    const other = await scoreWhen('The bridge was opened in 1952 by Tom Reed.')
    expect(same?.verdict).toBe('ok')
    expect(other?.verdict).toBe('flagged')
    expect(other?.score ?? 1).toBeLessThan(same?.score ?? 0)
    const again = questionsOf(provider).filter(({ response_format: format }) => format === undefined)
    // The model that gave the answer is asked, with the prompt alone.
    expect(again).toHaveLength(2)
    expect(again[0]).toMatchObject({ model: 'gpt-test', messages: [{ content: 'When was the bridge opened?' }] })
  })
})

function feedbackOn({ span }: Request, value: number): Event {
  const nobody = { name: '', userId: '', sessionId: '', comment: '', attributes: {} }
  return { ...nobody, id: '1', timeMs: 0, type: 'feedback', traceId: span.traceId, spanId: span.spanId, value }
}

function resultOn({ span }: Request, verdict: Evaluation['verdict']): Evaluation {
  const { traceId, spanId } = span
  const origin = { traceId, spanId, timeMs: 0, evaluatorVersion: '1', model: 'm' }
  return { ...origin, evaluator: 'hallucination', score: 1, verdict, explanation: '' }
}
