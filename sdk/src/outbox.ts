/** What the SDK sends; each goes to an address of its own. */
export type Lane = 'spans' | 'events' | 'feedback' | 'ground-truth'

export const LANES: readonly Lane[] = ['spans', 'events', 'feedback', 'ground-truth']

export interface OutboxLimits {
  readonly maxItems: number
  /** Length of all texts together, in UTF-16 units: what they cost in memory is between one and two bytes each. */
  readonly maxLength: number
}

/**
 * Everything that is recorded and not yet taken by the server, as JSON texts in order of arrival. Bounded in items and in memory:
 * what does not fit is refused. An item stays until it is removed, so a batch on its way still counts.
 */
export class Outbox {
  readonly #limits: OutboxLimits
  readonly #items: Readonly<Record<Lane, string[]>> = { spans: [], events: [], feedback: [], 'ground-truth': [] }
  #size = 0
  #length = 0

  constructor(limits: OutboxLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#size
  }

  /** False when there is no room; the item is then not taken. */
  push(lane: Lane, json: string): boolean {
    if (this.#size >= this.#limits.maxItems || this.#length + json.length > this.#limits.maxLength) return false
    this.#items[lane].push(json)
    this.#size++
    this.#length += json.length
    return true
  }

  /** The oldest items of a lane: at most `maxItems`, together at most `maxLength` long, but at least one if there is any. */
  peek(lane: Lane, maxItems: number, maxLength: number): string[] {
    const batch: string[] = []
    let length = 0
    for (const json of this.#items[lane]) {
      length += json.length
      if (batch.length >= maxItems || (batch.length > 0 && length > maxLength)) break
      batch.push(json)
    }
    return batch
  }

  clear(): void {
    for (const lane of LANES) this.remove(lane, this.#items[lane].length)
  }

  /** Removes the oldest `count` items of a lane. */
  remove(lane: Lane, count: number): void {
    for (const json of this.#items[lane].splice(0, count)) {
      this.#size--
      this.#length -= json.length
    }
  }
}
