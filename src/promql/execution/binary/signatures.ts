import { METRIC_NAME, type Labels } from '../../../model/labels.ts'
import type { VectorMatching } from '../../parser/ast.ts'

/** Numbers series by the labels that they are matched on: equal labels, equal number. */
export class Signatures {
  readonly #names: ReadonlySet<string>
  readonly #on: boolean
  readonly #numbers = new Map<string, number>()

  constructor(matching: VectorMatching) {
    this.#on = matching.on
    // Names never take part in matching unless they are asked for.
    this.#names = new Set(matching.on ? matching.labels : [...matching.labels, METRIC_NAME])
  }

  get count(): number {
    return this.#numbers.size
  }

  numberOf(labels: Labels): number {
    const key = this.#keyOf(labels)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(key, number)
    return number
  }

  /** The labels that the series is matched on. */
  matchedLabels(labels: Labels): Labels {
    return this.#on ? labels.keep(this.#names) : labels.drop(this.#names)
  }

  #keyOf(labels: Labels): string {
    const { pairs } = labels
    let key = ''
    for (let i = 0; i < pairs.length; i += 2) {
      const name = pairs[i] ?? ''
      if (this.#names.has(name) === this.#on) key += `${name}\xff${pairs[i + 1] ?? ''}\xff`
    }
    return key
  }
}
