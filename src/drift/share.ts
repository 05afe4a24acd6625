import { hashShare } from '../util/hash-share.ts'

/** Requests of one model that are looked at in a second; more tell nothing that these do not tell. */
const ENOUGH_PER_SECOND = 200
const SECOND_MS = 1_000

/**
 * Which requests of a model are looked at when very many come: reading what each is about would take longer than taking it. The share follows
 * from how many came in the second before, so that a burst is looked at whole until it has lasted for a second.
 */
export class Share {
  #secondMs = 0
  #count = 0
  /** Each request that is looked at stands for so many. */
  #standsFor = 1

  /** For how many requests this one stands: 0 when it is not looked at. The choice hangs on its trace alone, and all traces have equal chances. */
  weightOf(traceId: string, nowMs: number): number {
    this.#advance(nowMs)
    this.#count++
    if (this.#standsFor === 1) return 1
    return hashShare(traceId) * this.#standsFor < 1 ? this.#standsFor : 0
  }

  #advance(nowMs: number): void {
    const secondMs = Math.floor(nowMs / SECOND_MS) * SECOND_MS
    if (secondMs === this.#secondMs) return
    const before = secondMs - this.#secondMs === SECOND_MS ? this.#count : 0
    this.#standsFor = Math.max(1, Math.ceil(before / ENOUGH_PER_SECOND))
    this.#secondMs = secondMs
    this.#count = 0
  }
}
