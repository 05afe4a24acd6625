/** An entry in the chain from the one that was used longest ago to the one used last. */
interface Link<K, V> {
  readonly key: K
  value: V
  older: Link<K, V> | undefined
  younger: Link<K, V> | undefined
}

/**
 * A map of bounded size that forgets what was used longest ago. The order of use is a chain of its own: a Map's order of insertion would do, but
 * finding the first of tens of thousands of entries steps over all that were deleted before it, which takes longer than everything else.
 */
export class Lru<K, V> {
  readonly #limit: number
  readonly #links = new Map<K, Link<K, V>>()
  #oldest: Link<K, V> | undefined
  #youngest: Link<K, V> | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#links.size
  }

  /** What was used longest ago; undefined when there is nothing. Looking at it is no use of it. */
  get oldest(): readonly [K, V] | undefined {
    return this.#oldest === undefined ? undefined : [this.#oldest.key, this.#oldest.value]
  }

  get(key: K): V | undefined {
    const link = this.#links.get(key)
    if (link !== undefined) this.#use(link)
    return link?.value
  }

  /** Gives what was forgotten for it, if anything. */
  set(key: K, value: V): readonly [K, V] | undefined {
    const link = this.#links.get(key)
    if (link !== undefined) {
      link.value = value
      this.#use(link)
      return undefined
    }
    const added = { key, value, older: undefined, younger: undefined }
    this.#links.set(key, added)
    this.#append(added)
    const forgotten = this.#links.size > this.#limit ? this.oldest : undefined
    if (forgotten !== undefined) this.delete(forgotten[0])
    return forgotten
  }

  delete(key: K): void {
    const link = this.#links.get(key)
    if (link === undefined) return
    this.#links.delete(key)
    this.#takeOut(link)
  }

  /** From the one used longest ago on. */
  *values(): IterableIterator<V> {
    for (let link = this.#oldest; link !== undefined; link = link.younger) yield link.value
  }

  #use(link: Link<K, V>): void {
    if (link === this.#youngest) return
    this.#takeOut(link)
    this.#append(link)
  }

  #append(link: Link<K, V>): void {
    link.older = this.#youngest
    if (this.#youngest === undefined) this.#oldest = link
    else this.#youngest.younger = link
    this.#youngest = link
  }

  #takeOut(link: Link<K, V>): void {
    if (link.older === undefined) this.#oldest = link.younger
    else link.older.younger = link.younger
    if (link.younger === undefined) this.#youngest = link.older
    else link.younger.older = link.older
    link.older = undefined
    link.younger = undefined
  }
}
