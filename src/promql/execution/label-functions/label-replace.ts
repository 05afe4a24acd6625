import { METRIC_NAME } from '../../../model/labels.ts'
import { AnchoredRegex, RegexSyntaxError } from '../../../util/anchored-regex.ts'
import { ExecutionError } from '../../errors.ts'
import type { LabelReplacePlan } from '../../plan/node.ts'
import type { Emit } from '../column.ts'
import { isLabelName } from '../label-name.ts'
import type { VectorOperator } from '../operator.ts'
import type { QueryContext } from '../query-context.ts'
import { LabelsetMerger } from '../unique-emitter.ts'
import { expandTemplate } from './expand-template.ts'

/** `label_replace`: sets a label from the groups of a regular expression that matches the whole value of another. */
export class LabelReplace implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: LabelReplacePlan
  readonly #input: VectorOperator

  constructor(context: QueryContext, plan: LabelReplacePlan, input: VectorOperator) {
    this.#context = context
    this.#plan = plan
    this.#input = input
  }

  async run(emit: Emit): Promise<void> {
    const { source, target, replacement } = this.#plan
    const regex = compile(this.#plan.regex)
    requireLabelName(target, 'destination', 'label_replace')
    const merger = new LabelsetMerger(this.#context)
    await this.#input.run((column) => {
      const groups = regex.groups(column.labels.get(source))
      if (groups === undefined) return merger.add(column)
      const value = expandTemplate(replacement, groups, regex.groupNames)
      const dropName = target !== METRIC_NAME && column.dropName
      merger.add({ ...column, labels: column.labels.with({ [target]: value }), dropName })
    })
    await merger.emitTo(emit)
  }
}

function compile(pattern: string): AnchoredRegex {
  try {
    return AnchoredRegex.compile(pattern)
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error
    throw new ExecutionError(`invalid regular expression in label_replace(): ${pattern}`)
  }
}

/** Throws `ExecutionError`. */
export function requireLabelName(name: string, role: 'destination' | 'source', func: string): void {
  if (!isLabelName(name)) throw new ExecutionError(`invalid ${role} label name in ${func}(): ${name}`)
}
