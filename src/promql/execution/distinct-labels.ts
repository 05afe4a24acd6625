import type { Labels } from '../../model/labels.ts'
import { ExecutionError } from '../errors.ts'

export const SAME_LABELSET = 'vector cannot contain metrics with the same labelset'

/** Refuses a second series with the labels of an earlier one. */
export class DistinctLabels {
  readonly #keys = new Set<string>()

  /** Throws `ExecutionError`. */
  require(labels: Labels): void {
    const { size } = this.#keys
    this.#keys.add(labels.key)
    if (this.#keys.size === size) throw new ExecutionError(SAME_LABELSET)
  }
}
