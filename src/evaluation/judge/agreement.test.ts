import { describe, expect, test } from 'vitest'
import type { Evaluation } from '../../model/evaluation.ts'
import type { Event } from '../../model/event.ts'
import { MemoryEvaluationStore } from '../../storage/memory/memory-evaluation-store.ts'
import { MemoryEventStore } from '../../storage/memory/memory-event-store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { AgreementMonitor } from './agreement-monitor.ts'
import { agreementOf } from './agreement.ts'

const pairs = (byJudge: boolean, byHuman: boolean, count: number) =>
  Array.from({ length: count }, () => ({ byJudge, byHuman }))

describe('agreement of judge and human', () => {
  test('is the share and what it has beyond chance', () => {
    // Both yes 20, both no 15, of 50: po 0.7; judge yes 0.5, human yes 0.6: pe 0.5; kappa 0.4 (Wikipedia's example of Cohen's kappa).
    const found = agreementOf([
      ...pairs(true, true, 20),
      ...pairs(true, false, 5),
      ...pairs(false, true, 10),
      ...pairs(false, false, 15),
    ])
    expect(found).toMatchObject({ samples: 50, share: 0.7 })
    expect(found?.kappa).toBeCloseTo(0.4, 12)
  })

  test('has no kappa where both always say the same one thing, and is nothing for no pairs', () => {
    expect(agreementOf(pairs(true, true, 9))).toMatchObject({ share: 1, kappa: undefined })
    expect(agreementOf([])).toBeUndefined()
  })
})

describe('the series of agreement', () => {
  test('compare verdicts with feedback on the request or its trace, the newest of each', async () => {
    const clock = new ManualClock(1_000_000)
    const registry = new InstrumentRegistry()
    const [events, evaluations] = [new MemoryEventStore(), new MemoryEvaluationStore()]
    await evaluations.writeEvaluations([
      verdict('a', 'ok'),
      verdict('b', 'flagged'),
      verdict('c', 'ok'),
      verdict('d', 'ok'),
    ])
    await events.writeEvents([
      feedback('a', 1),
      feedback('b', 0),
      { ...feedback('c', 0), spanId: '' },
      { ...feedback('a', 0), id: 'older', timeMs: 10 },
    ])
    const monitor = new AgreementMonitor({
      config: { window: 1_000_000, interval: 60_000 },
      evaluators: ['judge-safety', 'judge-silent'],
      events,
      evaluations,
      instruments: registry,
      clock,
      logger: silentLogger,
    })
    monitor.start()
    await clock.advance(60_000)
    monitor.stop()
    const samples = registry.snapshot().flatMap((family) => family.samples)
    const values = Object.fromEntries(samples.map(({ labels, value }) => [labels.metricName, value]))
    expect(samples.every(({ labels }) => labels.get('evaluator') === 'judge-safety')).toBe(true)
    expect(values['llm_judge_agreement_samples']).toBe(3)
    expect(values['llm_judge_agreement_ratio']).toBeCloseTo(2 / 3, 12)
    expect(values['llm_judge_agreement_kappa']).toBeCloseTo(0.4, 12)
  })
})

function verdict(id: string, said: Evaluation['verdict']): Evaluation {
  const origin = {
    traceId: id,
    spanId: id,
    timeMs: 500_000,
    evaluator: 'judge-safety',
    evaluatorVersion: '1@m',
    model: 'm',
  }
  return { ...origin, score: 1, verdict: said, explanation: '' }
}

function feedback(id: string, value: number): Event {
  const nobody = { name: '', userId: '', sessionId: '', comment: '', attributes: {} }
  return { ...nobody, id, timeMs: 600_000, type: 'feedback', traceId: id, spanId: id, value }
}
