import type { Labels } from '../../../model/labels.ts'
import type { VectorVectorPlan } from '../../plan/node.ts'
import { floatColumn, type Column, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { VectorOperator } from '../operator.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'
import { inPace } from '../paced.ts'
import { LabelsetMerger } from '../unique-emitter.ts'
import { MatchedSides } from './matched-sides.ts'
import { MatchGuard } from './match-guard.ts'
import { arithmetic, comparison, incompatibleFloats, isComparison, isTrim } from './operation.ts'
import { resultLabels } from './result-labels.ts'

/** Computes a pair's values where both sides are present; the result may be absent there (a comparison that fails). */
type PairFunction = (pair: Pair, out: { readonly values: Float64Array; readonly present: Uint8Array }) => void

/** A series of the "many" side with one of the "one" side, or with a value that is filled in for either. */
interface Pair {
  readonly left: Float64Array
  readonly right: Float64Array
  /** The steps at which the two meet. */
  readonly steps: Uint8Array
}

interface Pairing {
  readonly guard: MatchGuard
  readonly results: Column[]
  readonly compute: PairFunction
}

/**
 * An operator between two vectors: series are paired by their matching labels and computed over all steps at once.
 * `many` is the side that may have several series for one of the other; for one-to-one matching it is the left.
 */
export class VectorVector implements VectorOperator {
  readonly #context: QueryContext
  readonly #plan: VectorVectorPlan
  readonly #left: VectorOperator
  readonly #right: VectorOperator
  readonly #grid: Grid

  constructor(
    context: QueryContext,
    plan: VectorVectorPlan,
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
    const { matching, op, position } = this.#plan
    const held = new HeldColumns(this.#context)
    const left = await this.#hold(this.#left, held)
    const right = await this.#hold(this.#right, held)
    const swapped = matching.cardinality === 'one-to-many'
    const [many, one] = swapped ? [right, left] : [left, right]
    const matchingSides = MatchedSides.matching({ matching, many, one, grid: this.#grid })
    const sides = await inPace(matchingSides, this.#context.pace)
    if (isTrim(op)) {
      new MatchGuard(matching, this.#grid.count).require(sides.duplicate())
      if (sides.meet) this.#context.annotations.info(incompatibleFloats(op), position)
      return
    }
    const results = await this.#computePairs(sides)
    held.release()
    const merger = new LabelsetMerger(this.#context)
    await merger.addAll(results)
    await merger.emitTo(emit)
  }

  async #hold(side: VectorOperator, held: HeldColumns): Promise<Column[]> {
    const columns: Column[] = []
    await side.run((column) => void columns.push(held.keep(column)))
    return columns
  }

  async #computePairs(sides: MatchedSides): Promise<Column[]> {
    const guard = new MatchGuard(this.#plan.matching, this.#grid.count)
    const pairing: Pairing = { guard, results: [], compute: this.#pairFunction() }
    await this.#computeMany(sides, pairing)
    await this.#computeUnmatched(sides, pairing)
    guard.require(sides.duplicate())
    return pairing.results
  }

  async #computeMany(sides: MatchedSides, pairing: Pairing): Promise<void> {
    const { fill } = this.#plan.matching
    for (const many of sides.many) {
      for (const one of sides.partnersOf(many)) this.#pair(pairing, sides, { many, one, steps: sides.both(many, one) })
      if (fill.right !== null) this.#pair(pairing, sides, { many, one: fill.right, steps: sides.unmatched(many) })
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
  }

  /** Series of the "one" side without partner, when a value is filled in for that. */
  async #computeUnmatched(sides: MatchedSides, pairing: Pairing): Promise<void> {
    const { fill } = this.#plan.matching
    if (fill.left === null) return
    for (const one of sides.one) {
      const steps = pairing.guard.unmatched(sides.signatureOf(one), sides.activeSteps(one))
      this.#pair(pairing, sides, { many: fill.left, one, steps })
      if (this.#context.pace.due) await this.#context.pace.rest()
    }
  }

  #pair(
    pairing: Pairing,
    sides: MatchedSides,
    pair: { readonly many: Column | number; readonly one: Column | number; readonly steps: Uint8Array },
  ): void {
    const { many, one, steps } = pair
    const known = typeof many === 'number' ? one : many
    if (typeof known === 'number' || !steps.includes(1)) return
    const labels = this.#labelsOf(labelsOf(many, known, sides), labelsOf(one, known, sides))
    pairing.guard.match(sides.signatureOf(known), labels, steps)
    const [manyValues, oneValues] = [this.#valuesOf(many), this.#valuesOf(one)]
    const swapped = this.#plan.matching.cardinality === 'one-to-many'
    const values = new Float64Array(this.#grid.count)
    const present = steps.slice()
    const operands = swapped ? { left: oneValues, right: manyValues } : { left: manyValues, right: oneValues }
    pairing.compute({ ...operands, steps }, { values, present })
    if (present.includes(1)) pairing.results.push(floatColumn(labels, values, present, this.#plan.returnBool))
  }

  #labelsOf(many: Labels, one: Labels): Labels {
    const { matching, op, returnBool } = this.#plan
    const rename = !isComparison(op) || (returnBool && !this.#context.features.delayedNameRemoval)
    return resultLabels(many, one, matching, rename)
  }

  #valuesOf(side: Column | number): Float64Array {
    return typeof side === 'number' ? new Float64Array(this.#grid.count).fill(side) : side.values
  }

  #pairFunction(): PairFunction {
    const { op, returnBool } = this.#plan
    if (isTrim(op)) return () => undefined
    if (!isComparison(op)) {
      const compute = arithmetic(op)
      return ({ left, right, steps }, { values }) => {
        for (let i = 0; i < steps.length; i++) if (steps[i] === 1) values[i] = compute(left[i]!, right[i]!)
      }
    }
    const test = comparison(op)
    return ({ left, right, steps }, { values, present }) => {
      for (let i = 0; i < steps.length; i++) {
        if (steps[i] !== 1) continue
        const passes = test(left[i]!, right[i]!)
        values[i] = returnBool ? Number(passes) : left[i]!
        present[i] = returnBool || passes ? 1 : 0
      }
    }
  }
}

/** The labels of a side; a filled-in value has the labels that the other side is matched on. */
function labelsOf(side: Column | number, known: Column, sides: MatchedSides): Labels {
  return typeof side === 'number' ? sides.matchedLabels(known.labels) : side.labels
}
