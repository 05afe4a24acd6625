import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { testRequest } from '../../test/support/test-request.ts'
import type { Evaluation } from '../model/evaluation.ts'
import type { Event } from '../model/event.ts'
import { MemoryEvaluationStore } from '../storage/memory/memory-evaluation-store.ts'
import { StoreUnavailableError } from '../storage/store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { evaluationConfig } from './config.ts'
import type { Request } from '../model/request.ts'
import { EvaluationRunner } from './runner.ts'

const started: EvaluationRunner[] = []
afterEach(async () => {
  for (const runner of started.splice(0)) await runner.stop()
})

const REFUSAL = "I'm sorry, but I can't help with that."
const GREETING = 'The capital of France is Paris.'

function setUp(
  config: unknown = {},
  known: readonly Request[] = [],
  request = async (traceId: string) => known.find(({ span }) => span.traceId === traceId),
  isForgotten: (job: { readonly traceId: string }) => boolean = () => false,
) {
  const registry = new InstrumentRegistry()
  const evaluations = new UnreliableStore()
  const clock = new ManualClock()
  const runner = new EvaluationRunner({
    config: evaluationConfig.parse(config),
    evaluations,
    requests: { request },
    instruments: registry,
    logger: silentLogger,
    clock,
    random: () => 0.5,
    isForgotten,
  })
  started.push(runner)
  return { runner, registry, evaluations, clock }
}

/** The memory store, unavailable as often as it is told to be. */
class UnreliableStore extends MemoryEvaluationStore {
  failures = 0
  onFailure: () => void = () => undefined

  override async writeEvaluations(evaluations: readonly Evaluation[]): Promise<void> {
    if (this.failures-- > 0) {
      this.onFailure()
      throw new StoreUnavailableError('the disk is full')
    }
    await super.writeEvaluations(evaluations)
  }
}

function valueOf(registry: InstrumentRegistry, name: string, labels: Record<string, string> = {}): number | undefined {
  const samples = registry.snapshot().flatMap((family) => family.samples)
  return samples.find((sample) => {
    return sample.labels.metricName === name && Object.entries(labels).every(([k, v]) => sample.labels.get(k) === v)
  })?.value
}

const byEvaluator = (evaluations: readonly Evaluation[]): Record<string, string> =>
  Object.fromEntries(evaluations.map(({ evaluator, verdict }) => [evaluator, verdict]))

describe('requests that were deleted', () => {
  const rows = (evaluations: MemoryEvaluationStore) =>
    evaluations.evaluations({ range: { minMs: 0, maxMs: 1e9 }, limit: 100 })

  test('while they waited are not evaluated any more', async () => {
    const forgotten = new Set<string>()
    const { runner, registry, evaluations } = setUp({ evaluators: ['refusal'] }, [], undefined, ({ traceId }) =>
      forgotten.has(traceId),
    )
    const [deleted, kept] = [
      testRequest({ prompt: 'a', response: REFUSAL }),
      testRequest({ prompt: 'b', response: 'c' }),
    ]
    runner.onRequests([deleted, kept])
    forgotten.add(deleted.span.traceId)
    runner.start()
    await runner.drained()
    expect((await rows(evaluations)).map(({ traceId }) => traceId)).toEqual([kept.span.traceId])
    expect(valueOf(registry, 'llm_evaluation_score_count', { evaluator: 'refusal' })).toBe(1)
  })

  test('while they were evaluated leave no result', async () => {
    const forgotten = new Set<string>()
    const { runner, evaluations } = setUp({ evaluators: ['refusal'] }, [], undefined, ({ traceId }) =>
      forgotten.has(traceId),
    )
    runner.start()
    const deleted = testRequest({ prompt: 'a', response: REFUSAL })
    runner.onRequests([deleted])
    forgotten.add(deleted.span.traceId)
    await runner.drained()
    expect(await rows(evaluations)).toEqual([])
  })
})

describe('evaluation of requests', () => {
  test('writes a row per evaluator and counts it in series', async () => {
    const { runner, registry, evaluations } = setUp({ evaluators: ['refusal', 'repetition', 'pii'] })
    runner.start()
    const refused = testRequest({ prompt: 'How do I pick a lock?', response: REFUSAL })
    runner.onRequests([refused, testRequest({ prompt: 'Capital of France?', response: GREETING })])
    await runner.drained()

    const { traceId, spanId } = refused.span
    expect(byEvaluator(await evaluations.evaluationsOf(traceId, spanId))).toEqual({
      refusal: 'flagged',
      repetition: 'ok',
      pii: 'ok',
    })
    const model = 'gpt-test'
    const verdicts = 'llm_evaluation_verdicts_total'
    expect(valueOf(registry, verdicts, { evaluator: 'refusal', verdict: 'flagged', model })).toBe(1)
    expect(valueOf(registry, verdicts, { evaluator: 'refusal', verdict: 'ok', model })).toBe(1)
    // The verdict that never occurred is there as 0, so that a rate over both sides exists.
    expect(valueOf(registry, verdicts, { evaluator: 'pii', verdict: 'flagged', model })).toBe(0)
    expect(valueOf(registry, 'llm_evaluation_score_count', { evaluator: 'refusal' })).toBe(2)
  })

  test('takes no more than the queue holds and counts what it drops', async () => {
    const { runner, registry } = setUp({ queue_capacity: 2, evaluators: ['refusal'] })
    runner.onRequests([1, 2, 3, 4, 5].map(() => testRequest({ response: GREETING })))
    expect(valueOf(registry, 'tetrascope_evaluation_dropped_total', { reason: 'queue_full' })).toBe(3)
    runner.start()
    await runner.drained()
    expect(valueOf(registry, 'llm_evaluation_score_count', { evaluator: 'refusal' })).toBe(2)
  })

  test('requests that are not sampled get the cheap evaluators, or none', async () => {
    const { runner, registry } = setUp({ sampling: { share: 0 }, cheap_for_all: false })
    runner.start()
    runner.onRequests([testRequest({ response: GREETING }), testRequest({ response: REFUSAL, errorType: '500' })])
    await runner.drained()
    // Only the failed one: errors are always evaluated.
    expect(valueOf(registry, 'llm_evaluation_score_count', { evaluator: 'refusal' })).toBe(1)
  })

  test('feedback has a request evaluated that the sample had passed over', async () => {
    const request = testRequest({ response: REFUSAL })
    const { runner, evaluations } = setUp({ sampling: { share: 0 }, cheap_for_all: false }, [request])
    runner.start()
    runner.onRequests([request])
    await runner.drained()
    const { traceId, spanId } = request.span
    expect(await evaluations.evaluationsOf(traceId, spanId)).toEqual([])

    await runner.onEvents([feedbackOn(traceId, spanId)])
    await runner.drained()
    expect(byEvaluator(await evaluations.evaluationsOf(traceId, spanId))).toMatchObject({ refusal: 'flagged' })
  })

  test('feedback on a request that cannot be read is counted and costs nothing else', async () => {
    const { runner, registry } = setUp({}, [], async () =>
      Promise.reject(new StoreUnavailableError('the disk is full')),
    )
    runner.start()
    await runner.onEvents([feedbackOn('a', 'b')])
    await runner.drained()
    expect(valueOf(registry, 'tetrascope_evaluation_dropped_total', { reason: 'lookup_failed' })).toBe(1)
  })

  test('results that the store cannot take are written again later', async () => {
    const { runner, evaluations, clock, registry } = setUp({ evaluators: ['refusal'] })
    evaluations.failures = 1
    const failed = new Promise<void>((resolve) => (evaluations.onFailure = resolve))
    runner.start()
    const request = testRequest({ response: REFUSAL })
    runner.onRequests([request])
    await failed
    // Lets the runner come to its waiting, then lets the wait pass.
    await clock.advance(0)
    await clock.advance(1_000)
    await runner.drained()
    expect(await evaluations.evaluationsOf(request.span.traceId, request.span.spanId)).toHaveLength(1)
    expect(valueOf(registry, 'tetrascope_evaluation_dropped_total', { reason: 'store_failed' })).toBe(0)
  })

  test('an unknown evaluator is refused with what was meant', () => {
    const wrong = evaluationConfig.safeParse({ evaluators: ['pii', 'refusl'] })
    expect(wrong.error?.issues).toMatchObject([{ path: ['evaluators', 1] }])
    expect(wrong.error?.issues[0]?.message).toContain('unknown evaluator "refusl": did you mean "refusal"?')
  })

  test('evaluators of one’s own run beside the others, and one that fails costs only its own scores', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'runner-'))
    const file = path.join(folder, 'endless.mjs')
    writeFileSync(file, 'export default { evaluate() { for (;;); } }')
    const custom = [
      { kind: 'regex', name: 'capital', pattern: 'Paris|Rome', match: 'ok', no_match: 'flagged' },
      { kind: 'expression', name: 'quick', expression: 'latency_ms < 60000', match: 'ok', no_match: 'flagged' },
      { kind: 'module', name: 'endless', path: file, timeout: '20ms' },
      { kind: 'module', name: 'absent', path: `${file}.no` },
    ]
    const { runner, registry, evaluations } = setUp({ evaluators: ['refusal'], custom })
    runner.start()
    const request = testRequest({ response: GREETING })
    runner.onRequests([request])
    await runner.drained()
    rmSync(folder, { recursive: true })
    const { traceId, spanId } = request.span
    expect(byEvaluator(await evaluations.evaluationsOf(traceId, spanId))).toEqual({
      refusal: 'ok',
      capital: 'ok',
      quick: 'ok',
    })
    for (const evaluator of ['endless', 'absent'])
      expect(valueOf(registry, 'tetrascope_evaluation_failures_total', { evaluator })).toBe(1)
    expect(valueOf(registry, 'tetrascope_evaluation_dropped_total', { reason: 'worker_failed' })).toBe(0)
  })

  test('stops twice, and takes nothing afterwards', async () => {
    const { runner, registry } = setUp({ evaluators: ['refusal'] })
    runner.start()
    runner.onRequests([testRequest({ response: GREETING })])
    await runner.stop()
    await runner.stop()
    runner.onRequests([testRequest({ response: GREETING })])
    expect(valueOf(registry, 'llm_evaluation_score_count', { evaluator: 'refusal' })).toBe(1)
  })
})

function feedbackOn(traceId: string, spanId: string): Event {
  const nobody = { name: '', userId: '', sessionId: '', comment: '', attributes: {} }
  return { ...nobody, id: '1', timeMs: 0, type: 'feedback', traceId, spanId, value: 0 }
}
