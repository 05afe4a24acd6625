import type { SetPlan } from '../../plan/node.ts'
import type { Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import { emitAll } from '../paced.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'
import { LabelsetMerger } from '../unique-emitter.ts'
import { Signatures } from './signatures.ts'

/** `and`, `or`, `unless`: at each step decided by whether the other side has a series with the same matching labels. */
export class SetOperator implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: SetPlan
  readonly #left: VectorOperator
  readonly #right: VectorOperator
  readonly #grid: Grid

  constructor(
    context: QueryContext,
    plan: SetPlan,
    sides: { readonly left: VectorOperator; readonly right: VectorOperator },
    grid: Grid,
  ) {
    this.#context = context
    this.#plan = plan
    this.#left = sides.left
    this.#right = sides.right
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const { op } = this.#plan
    const signatures = new Signatures(this.#plan.matching)
    if (op === 'or') return this.#union(signatures, emit)
    const left = new HeldColumns(this.#context)
    await this.#left.run((column) => void left.keep(column))
    const right = new Presence(this.#grid.count)
    await this.#right.run((column) => right.add(signatures.numberOf(column.labels), column.present))
    const emitRest: Emit = (column) => {
      if (right.restrict(column.present, signatures.numberOf(column.labels), op === 'and')) emit(column)
    }
    await emitAll(left.columns, emitRest, this.#context.pace)
    left.release()
  }

  /** All of the left, and of the right what the left has nothing to match. */
  async #union(signatures: Signatures, emit: Emit): Promise<void> {
    const merger = new LabelsetMerger(this.#context)
    const left = new Presence(this.#grid.count)
    await this.#left.run((column) => {
      left.add(signatures.numberOf(column.labels), column.present)
      merger.add(column)
    })
    await this.#right.run((column) => {
      if (left.restrict(column.present, signatures.numberOf(column.labels), false)) merger.add(column)
    })
    await merger.emitTo(emit)
  }
}

/** For each signature the steps at which some series with it has a value. */
class Presence {
  readonly #stepCount: number
  readonly #masks: Uint8Array[] = []

  constructor(stepCount: number) {
    this.#stepCount = stepCount
  }

  add(signature: number, present: Uint8Array): void {
    let mask = this.#masks[signature]
    if (mask === undefined) {
      mask = new Uint8Array(this.#stepCount)
      this.#masks[signature] = mask
    }
    for (let step = 0; step < mask.length; step++) mask[step]! |= present[step]!
  }

  /** Takes away the steps at which the signature is (not) present; false when none is left. */
  restrict(present: Uint8Array, signature: number, mustBePresent: boolean): boolean {
    const mask = this.#masks[signature]
    const wanted = mustBePresent ? 1 : 0
    let any = false
    for (let step = 0; step < present.length; step++) {
      if ((mask?.[step] ?? 0) !== wanted) present[step] = 0
      else if (present[step] === 1) any = true
    }
    return any
  }
}
