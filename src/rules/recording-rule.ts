import { METRIC_NAME } from '../model/labels.ts'
import {
  type EvaluationContext,
  type EvaluationTime,
  queryVector,
  RuleEvaluationError,
  type RuleSample,
} from './evaluation-context.ts'
import type { RecordingRuleDefinition } from './rule-definition.ts'

/** Writes the result of an expression as series of a new name. */
export class RecordingRule {
  readonly definition: RecordingRuleDefinition
  /** The expression as Prometheus prints it. */
  readonly query: string

  constructor(definition: RecordingRuleDefinition, query: string) {
    this.definition = definition
    this.query = query
  }

  /** The samples to write. Throws when the query fails, gives two samples of one label set, or exceeds the limit. */
  async evaluate(context: EvaluationContext, time: EvaluationTime): Promise<RuleSample[]> {
    const changes = { ...this.definition.labels, [METRIC_NAME]: this.definition.name }
    const vector = await queryVector(context, this.query, time)
    const samples = vector.map(({ labels, value }) => ({ labels: labels.with(changes), value }))
    if (new Set(samples.map(({ labels }) => labels.key)).size < samples.length) {
      throw new RuleEvaluationError('vector contains metrics with the same labelset after applying rule labels')
    }
    if (time.limit > 0 && samples.length > time.limit) {
      throw new RuleEvaluationError(`exceeded limit of ${time.limit} with ${samples.length} series`)
    }
    return samples
  }
}
