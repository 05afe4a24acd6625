import type { Evaluation } from '../../model/evaluation.ts'
import { groupBy } from '../../util/group-by.ts'
import type { TimeRange } from '../sample-store.ts'
import type { EvaluationQuery, EvaluationStore, EvaluationTotals } from '../store.ts'

/** Evaluations by (trace, span, evaluator, version). */
export class MemoryEvaluationStore implements EvaluationStore {
  readonly #evaluations = new Map<string, Evaluation>()

  async writeEvaluations(evaluations: readonly Evaluation[]): Promise<void> {
    for (const evaluation of evaluations) this.#evaluations.set(keyOf(evaluation), evaluation)
  }

  of({ traceId, spanId }: { readonly traceId: string; readonly spanId: string }): Evaluation[] {
    return [...this.#evaluations.values()].filter((found) => found.traceId === traceId && found.spanId === spanId)
  }

  remove(isDoomed: (evaluation: Evaluation) => boolean): void {
    for (const [key, evaluation] of this.#evaluations) if (isDoomed(evaluation)) this.#evaluations.delete(key)
  }

  async evaluationsOf(traceId: string, spanId: string): Promise<Evaluation[]> {
    return this.of({ traceId, spanId })
  }

  async evaluationTotals(range: TimeRange): Promise<EvaluationTotals[]> {
    const inside = await this.evaluations({ range, limit: Infinity })
    const groups = groupBy(inside, ({ evaluator, evaluatorVersion, model }) =>
      JSON.stringify([evaluator, evaluatorVersion, model]),
    )
    return [...groups.values()].flatMap((group) => {
      const [first] = group
      if (first === undefined) return []
      const { evaluator, evaluatorVersion, model } = first
      const flagged = group.filter(({ verdict }) => verdict === 'flagged').length
      const scoreSum = group.reduce((sum, { score }) => sum + score, 0)
      return [{ evaluator, evaluatorVersion, model, count: group.length, flagged, scoreSum }]
    })
  }

  async evaluations({ range, evaluator, verdict, limit }: EvaluationQuery): Promise<Evaluation[]> {
    return [...this.#evaluations.values()]
      .filter(({ timeMs }) => timeMs >= range.minMs && timeMs <= range.maxMs)
      .filter((found) => evaluator === undefined || found.evaluator === evaluator)
      .filter((found) => verdict === undefined || found.verdict === verdict)
      .sort((a, b) => b.timeMs - a.timeMs)
      .slice(0, limit)
  }
}

function keyOf({ traceId, spanId, evaluator, evaluatorVersion }: Evaluation): string {
  return [traceId, spanId, evaluator, evaluatorVersion].join('\n')
}
