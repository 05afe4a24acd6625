import { Labels, METRIC_NAME } from '../../../model/labels.ts'
import type { Grouping } from '../../plan/node.ts'
import { ValueTree } from './value-tree.ts'

/** Finds the group of a series and the labels that its result has. */
export class Groups {
  readonly #names: ReadonlySet<string>
  readonly #without: boolean
  /** Indexes of `by (names)`. */
  readonly #byValues: ValueTree | undefined
  /** Indexes of `without (names)`, by a text of all labels that stay. */
  readonly #byText = new Map<string, number>()
  /** Labels of the groups by index. */
  readonly labels: Labels[] = []

  constructor(grouping: Grouping) {
    this.#without = grouping.without
    this.#names = new Set(grouping.without ? [...grouping.labels, METRIC_NAME] : grouping.labels)
    this.#byValues = grouping.without ? undefined : new ValueTree([...this.#names])
  }

  /** The index of the group; indexes count up from 0 in order of first appearance. */
  indexOf(labels: Labels): number {
    const next = this.labels.length
    const index = this.#byValues?.find(labels, next) ?? this.#findByText(labels, next)
    if (index === next) this.labels.push(this.labelsOf(labels))
    return index
  }

  labelsOf(labels: Labels): Labels {
    if (this.#without) return labels.drop(this.#names)
    return this.#names.size === 0 ? Labels.empty : labels.keep(this.#names)
  }

  #findByText(labels: Labels, next: number): number {
    const key = this.#keyOf(labels)
    const known = this.#byText.get(key)
    if (known === undefined) this.#byText.set(key, next)
    return known ?? next
  }

  #keyOf({ pairs }: Labels): string {
    let key = ''
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] ?? ''
      if (!this.#names.has(name)) key += `${name}\xff${pairs[i + 1] ?? ''}\xff`
    }
    return key
  }
}
