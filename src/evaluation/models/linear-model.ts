import { FEATURE_COUNT } from '../text/features.ts'
import type { SideBySide } from './side-by-side.ts'

/** What a weights file says about itself; see `docs/models`. */
export interface ModelHeader {
  readonly name: string
  readonly version: string
  /** What one step of a one-byte weight is worth. */
  readonly scale: number
  readonly bias: number
  /** Weights of the features that are no n-grams, by name, in the order in which they are given. */
  readonly dense: Readonly<Record<string, number>>
  /** Platt's calibration: probability = 1 / (1 + exp(slope * margin + intercept)). */
  readonly slope: number
  readonly intercept: number
  /** Probability from which on the verdict is `flagged`. */
  readonly threshold: number
  /** Figures on examples that the model had not seen when it judged them; see its card. */
  readonly crossValidated?: Readonly<Record<'precision' | 'recall' | 'f1' | 'auc' | 'ece', number>>
}

/** A set of n-gram features that together weigh as much as one text, however long it is. */
export type FeatureBlock = Int32Array

const NO_FEATURES: FeatureBlock = new Int32Array(0)
const NO_SALT = [0]

/** How a model stands to others, and how it was trained. */
export interface ModelPlace {
  readonly table?: SideBySide
  /**
   * For each block what its features were salted with when the model was trained; the last salt
   * holds for all further blocks. The model is given the features as they are, which other models read too.
   */
  readonly salts?: readonly number[]
}

/**
 * A linear classifier over hashed n-grams: margin = bias + for each block the mean of its features' weights (by the
 * root of their number, so that length says nothing) + dense features times their weights.
 */
export class LinearModel {
  readonly header: ModelHeader
  readonly #weights: Int8Array
  readonly #dense: readonly number[]
  readonly #salts: readonly number[]
  readonly #table: SideBySide | undefined
  /** For each salt the lane of the table. */
  readonly #lanes: ReadonlyArray<number | undefined>

  /** With a table, into which its weights go as well, it reads what other models of the table have read at no further cost. */
  constructor(header: ModelHeader, weights: Int8Array, { table, salts = NO_SALT }: ModelPlace = {}) {
    if (weights.length !== FEATURE_COUNT)
      throw new Error(`model ${header.name}: ${weights.length} weights, expected ${FEATURE_COUNT}`)
    this.header = header
    this.#weights = weights
    this.#dense = Object.values(header.dense)
    this.#salts = salts
    this.#table = table
    this.#lanes = salts.map((salt) => table?.add(weights, salt))
  }

  /** `dense` in the order of the header. */
  margin(blocks: readonly FeatureBlock[], dense: readonly number[] = []): number {
    let margin = this.header.bias
    for (let i = 0; i < blocks.length; i++) margin += this.#blockMargin(blocks[i] ?? NO_FEATURES, i)
    for (let i = 0; i < dense.length; i++) margin += (dense[i] ?? 0) * (this.#dense[i] ?? 0)
    return margin
  }

  /** Calibrated, 0-1. */
  probability(blocks: readonly FeatureBlock[], dense: readonly number[] = []): number {
    return this.calibrate(this.margin(blocks, dense))
  }

  calibrate(margin: number): number {
    return 1 / (1 + Math.exp(this.header.slope * margin + this.header.intercept))
  }

  /** The same weights under a changed header. */
  with(changes: Partial<ModelHeader>): LinearModel {
    return new LinearModel({ ...this.header, ...changes }, this.#weights)
  }

  /** For writing to a file. */
  get weights(): Int8Array {
    return this.#weights
  }

  #blockMargin(block: FeatureBlock, index: number): number {
    if (block.length === 0) return 0
    return (this.#sumOf(block, Math.min(index, this.#salts.length - 1)) * this.header.scale) / Math.sqrt(block.length)
  }

  #sumOf(block: FeatureBlock, place: number): number {
    const lane = this.#lanes[place]
    if (this.#table !== undefined && lane !== undefined && this.#table.size > 1) return this.#table.sumOf(block, lane)
    const weights = this.#weights
    const salt = this.#salts[place] ?? 0
    let sum = 0
    for (let i = 0; i < block.length; i++) sum += weights[(block[i] ?? 0) ^ salt] ?? 0
    return sum
  }
}
