import { Labels, METRIC_NAME } from '../../../model/labels.ts'
import type { Grouping } from '../../plan/node.ts'

/** Finds the group of a series and the labels that its result has. */
export class Groups {
  readonly #names: ReadonlySet<string>
  readonly #without: boolean
  /** The name of `by (name)`. */
  readonly #onlyName: string | undefined
  readonly #indexes = new Map<string, number>()
  /** Labels of the groups by index. */
  readonly labels: Labels[] = []

  constructor(grouping: Grouping) {
    this.#without = grouping.without
    this.#names = new Set(grouping.without ? [...grouping.labels, METRIC_NAME] : grouping.labels)
    this.#onlyName = !grouping.without && this.#names.size === 1 ? grouping.labels[0] : undefined
  }

  /** The index of the group; indexes count up from 0 in order of first appearance. */
  indexOf(labels: Labels): number {
    const key = this.#keyOf(labels)
    const known = this.#indexes.get(key)
    if (known !== undefined) return known
    const index = this.labels.push(this.labelsOf(labels)) - 1
    this.#indexes.set(key, index)
    return index
  }

  labelsOf(labels: Labels): Labels {
    if (this.#without) return labels.drop(this.#names)
    return this.#names.size === 0 ? Labels.empty : labels.keep(this.#names)
  }

  #keyOf(labels: Labels): string {
    if (!this.#without && this.#names.size === 0) return ''
    // A text that a label has is found sooner than one that was just put together.
    if (this.#onlyName !== undefined) return labels.get(this.#onlyName)
    const { pairs } = labels
    let key = ''
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] ?? ''
      if (this.#names.has(name) !== this.#without) key += `${name}\xff${pairs[i + 1] ?? ''}\xff`
    }
    return key
  }
}
