import { deserialize, serialize } from 'node:v8'
import { describe, expect, test } from 'vitest'
import type { Evaluation } from '../model/evaluation.ts'
import type { PackedEvaluations } from './packed-evaluations.ts'
import { EvaluationPacker, unpackEvaluations } from './packed-evaluations.ts'

const REFUSAL: Evaluation = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  timeMs: 1_764_000_000_123.5,
  evaluator: 'refusal',
  evaluatorVersion: '2',
  model: 'gpt-4o',
  score: 0.1 + 0.2,
  verdict: 'flagged',
  label: 'full',
  explanation: 'declines the request',
  spans: [{ field: 'response', start: 0, end: 20, label: 'declines' }],
}
const { label: _label, spans: _spans, ...PLAIN } = REFUSAL

describe('packed evaluations', () => {
  test('are after the way between threads what they were', () => {
    const evaluations: Evaluation[] = [
      REFUSAL,
      { ...PLAIN, evaluator: 'length', score: 0, verdict: 'ok', explanation: '' },
      { ...REFUSAL, spanId: 'aa', model: '', label: '', spans: [] },
      { ...PLAIN, traceId: 'bb', explanation: '不知道' },
    ]
    const sent: unknown = deserialize(serialize(packed(evaluations)))
    expect(unpackEvaluations(sent as PackedEvaluations)).toStrictEqual(evaluations)
  })

  test('have each text once', () => {
    const { texts } = packed(Array.from({ length: 100 }, () => REFUSAL))
    expect(texts).toHaveLength(7)
  })

  test('may be none', () => {
    expect(unpackEvaluations(packed([]))).toEqual([])
  })
})

function packed(evaluations: readonly Evaluation[]): PackedEvaluations {
  const packer = new EvaluationPacker()
  for (const { traceId, spanId, timeMs, model, evaluator, evaluatorVersion, ...score } of evaluations) {
    packer.begin({ traceId, spanId, timeMs }, model)
    packer.add({ name: evaluator, version: evaluatorVersion }, score)
  }
  return packer.packed()
}
