import type { Labels } from '../../../model/labels.ts'

interface Branch {
  /** By the value of the label at this depth; made when there is one. */
  readonly branches: Map<string, Branch>
  /** Of the leaf; -1 until it is found first. */
  index: number
}

/**
 * Finds numbers by the values of some labels, one label after the other. Texts that label sets hold are found sooner in a map than one that was put
 * together of them, which has to be looked at letter by letter.
 */
export class ValueTree {
  readonly #names: readonly string[]
  readonly #root: Branch = newBranch()

  constructor(names: readonly string[]) {
    this.#names = names
  }

  /** The number of the label set's values; `otherwise` becomes that of values that were not seen before. */
  find(labels: Labels, otherwise: number): number {
    const names = this.#names
    let branch = this.#root
    for (let i = 0; i < names.length; i++) {
      const value = labels.get(names[i]!)
      let next = branch.branches.get(value)
      if (next === undefined) branch.branches.set(value, (next = newBranch()))
      branch = next
    }
    if (branch.index === -1) branch.index = otherwise
    return branch.index
  }
}

function newBranch(): Branch {
  return { branches: new Map(), index: -1 }
}
