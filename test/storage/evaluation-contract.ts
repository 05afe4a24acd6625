import { describe, expect, test } from 'vitest'
import type { Evaluation } from '../../src/model/evaluation.ts'
import type { EvaluationStore } from '../../src/storage/store.ts'
import { freshHour } from './stretch-of-time.ts'

let traces = 0

function evaluation(fields: Partial<Evaluation> & Pick<Evaluation, 'timeMs'>): Evaluation {
  return {
    traceId: (++traces).toString(16).padStart(32, 'e'),
    spanId: 'f'.repeat(16),
    evaluator: 'refusal',
    evaluatorVersion: '1',
    model: 'gpt',
    score: 0.1 + 0.2,
    verdict: 'ok',
    explanation: `it's fine`,
    ...fields,
  }
}

export function evaluationContract(evaluations: () => EvaluationStore): void {
  describe('evaluations', () => {
    test('come back with all that was written, what is absent stays absent', async () => {
      const { minMs } = freshHour()
      const full = evaluation({
        timeMs: minMs,
        label: '',
        spans: [{ field: 'response', start: 1, end: 2, label: '电话' }],
      })
      const bare = evaluation({ timeMs: minMs, traceId: full.traceId, evaluator: 'toxicity' })
      await evaluations().writeEvaluations([full, bare])
      expect(await evaluations().evaluationsOf(full.traceId, full.spanId)).toEqual([full, bare])
    })

    test('of one span hold all evaluators and versions', async () => {
      const { minMs } = freshHour()
      const first = evaluation({ timeMs: minMs })
      const others = [{ evaluatorVersion: '2' }, { evaluator: 'pii' }].map((fields) => ({ ...first, ...fields }))
      await evaluations().writeEvaluations([first, ...others, { ...first, spanId: '0'.repeat(16) }])
      expect(await evaluations().evaluationsOf(first.traceId, first.spanId)).toHaveLength(3)
      expect(await evaluations().evaluationsOf(first.traceId, '9'.repeat(16))).toEqual([])
    })

    test('made again replace the earlier result, at whatever time', async () => {
      const hour = freshHour()
      const first = evaluation({ timeMs: hour.minMs, verdict: 'flagged' })
      const again = { ...first, timeMs: hour.minMs + 60_000, verdict: 'ok' as const, score: 0 }
      await evaluations().writeEvaluations([first])
      await evaluations().writeEvaluations([again])
      expect(await evaluations().evaluationsOf(first.traceId, first.spanId)).toEqual([again])
      expect(await evaluations().evaluations({ range: hour, limit: 10 })).toEqual([again])
      expect(await evaluations().evaluations({ range: hour, verdict: 'flagged', limit: 10 })).toEqual([])
      expect(
        await evaluations().evaluations({ range: { minMs: hour.minMs, maxMs: hour.minMs + 1 }, limit: 10 }),
      ).toEqual([])
    })

    test('are listed newest first, within the range and the limit', async () => {
      const { minMs } = freshHour()
      const all = [2, 0, 3, 1].map((i) => evaluation({ timeMs: minMs + i }))
      await evaluations().writeEvaluations(all)
      const found = await evaluations().evaluations({ range: { minMs: minMs + 1, maxMs: minMs + 3 }, limit: 2 })
      expect(found.map(({ timeMs }) => timeMs - minMs)).toEqual([3, 2])
    })

    test('are listed by evaluator and verdict', async () => {
      const hour = freshHour()
      const wanted = evaluation({ timeMs: hour.minMs, evaluator: 'pii', verdict: 'flagged' })
      await evaluations().writeEvaluations([
        wanted,
        evaluation({ timeMs: hour.minMs, evaluator: 'pii' }),
        evaluation({ timeMs: hour.minMs, verdict: 'flagged' }),
      ])
      expect(await evaluations().evaluations({ range: hour, evaluator: 'pii', verdict: 'flagged', limit: 9 })).toEqual([
        wanted,
      ])
    })

    test('are counted by evaluator, version and model', async () => {
      const hour = freshHour()
      const ok = evaluation({ timeMs: hour.minMs, score: 0.25 })
      await evaluations().writeEvaluations([
        ok,
        evaluation({ timeMs: hour.minMs + 1, score: 0.75, verdict: 'flagged' }),
        evaluation({ timeMs: hour.minMs, evaluatorVersion: '2' }),
        evaluation({ timeMs: hour.maxMs + 1 }),
      ])
      await evaluations().writeEvaluations([ok])
      const found = await evaluations().evaluationTotals(hour)
      expect(found.find(({ evaluatorVersion }) => evaluatorVersion === '1')).toEqual({
        evaluator: 'refusal',
        evaluatorVersion: '1',
        model: 'gpt',
        count: 2,
        flagged: 1,
        scoreSum: 1,
      })
      expect(found).toHaveLength(2)
    })
  })
}
