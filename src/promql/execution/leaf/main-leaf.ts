import type { PackedSelection } from '../../../storage/sample-store.ts'
import type { Pace } from '../pace.ts'
import type { StepValues } from '../range-functions/window.ts'
import { computeInTurns } from './in-turns.ts'
import type { Leaf } from './leaf.ts'

/** Computes the series of a selection on the main thread. */
export class MainLeaf {
  /** Samples in the range of the series that was computed last. */
  sampleCount = 0
  readonly #leaf: Leaf
  readonly #selection: PackedSelection
  readonly #stepCount: number
  readonly #pace: Pace

  constructor(
    leaf: Leaf,
    from: { readonly selection: PackedSelection; readonly stepCount: number; readonly pace: Pace },
  ) {
    this.#leaf = leaf
    this.#selection = from.selection
    this.#stepCount = from.stepCount
    this.#pace = from.pace
  }

  /** Fills in the values of a series and says whether it has any. A promise where that takes long. */
  compute(index: number, into: StepValues): boolean | Promise<boolean> {
    const series = this.#selection.read(index)
    this.sampleCount = series?.values.length ?? 0
    if (series === undefined) return false
    const stepCount = this.#stepCount
    const stepsAtOnce = this.#leaf.begin(series)
    if (stepsAtOnce >= stepCount) return this.#leaf.compute({ from: 0, to: stepCount }, into)
    return computeInTurns((steps) => this.#leaf.compute(steps, into), { stepCount, stepsAtOnce, pace: this.#pace })
  }
}
