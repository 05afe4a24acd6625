/** A first-in first-out queue with a bound. What does not fit is refused and counted; nothing is dropped silently. */
export class BoundedQueue<T> {
  readonly capacity: number
  #items: T[] = []
  #head = 0
  #refused = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.#items.length - this.#head
  }

  /** How many items did not fit since the beginning. */
  get refused(): number {
    return this.#refused
  }

  /** False when the queue is full; the item is then not taken. */
  push(item: T): boolean {
    if (this.size >= this.capacity) {
      this.#refused++
      return false
    }
    this.#items.push(item)
    return true
  }

  /** Takes up to `limit` of the oldest items. */
  take(limit: number): T[] {
    const taken = this.#items.slice(this.#head, this.#head + limit)
    this.#head += taken.length
    // Forget what was taken once it is the larger part, so that taking stays cheap.
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return taken
  }
}
