import { METRIC_NAME } from '../../../model/labels.ts'
import type { LabelJoinPlan } from '../../plan/node.ts'
import type { Emit } from '../column.ts'
import type { VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { LabelsetMerger } from '../unique-emitter.ts'
import { requireLabelName } from './label-replace.ts'

/** `label_join`: sets a label to the values of others with a separator between. */
export class LabelJoin implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: LabelJoinPlan
  readonly #input: VectorOperator

  constructor(context: QueryContext, plan: LabelJoinPlan, input: VectorOperator) {
    this.#context = context
    this.#plan = plan
    this.#input = input
  }

  async run(emit: Emit): Promise<void> {
    const { target, separator, sources } = this.#plan
    for (const source of sources) requireLabelName(source, 'source', 'label_join')
    requireLabelName(target, 'destination', 'label_join')
    const merger = new LabelsetMerger(this.#context)
    await this.#input.run((column) => {
      const value = sources.map((source) => column.labels.get(source)).join(separator)
      const dropName = target !== METRIC_NAME && column.dropName
      merger.add({ ...column, labels: column.labels.with({ [target]: value }), dropName })
    })
    await merger.emitTo(emit)
  }
}
