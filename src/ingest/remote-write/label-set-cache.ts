import type { Labels } from '../../model/labels.ts'

/** Label sets that one sender's requests are likely to repeat. */
const DEFAULT_CAPACITY = 200_000

/**
 * Label sets by the bytes that they were sent as. A sender repeats the same sets in every request, so nearly all of the work of reading one is
 * saved; and the same set is the same object each time. Holds at most twice its capacity: the sets of the generation before
 * the current one are forgotten unless they are asked for again.
 */
export class LabelSetCache {
  readonly #capacity: number
  #current = new Map<string, Labels>()
  #previous = new Map<string, Labels>()

  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = capacity
  }

  get(bytes: string): Labels | undefined {
    const known = this.#current.get(bytes)
    if (known !== undefined) return known
    const older = this.#previous.get(bytes)
    if (older !== undefined) this.set(bytes, older)
    return older
  }

  set(bytes: string, labels: Labels): void {
    if (this.#current.size >= this.#capacity) {
      this.#previous = this.#current
      this.#current = new Map()
    }
    this.#current.set(bytes, labels)
  }
}
