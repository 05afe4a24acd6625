import type { SketchSet } from '../sketch-set.ts'
import type { Slots } from '../slots.ts'
import type { Reference } from './reference.ts'

/** The time before the current window, which moves along with it. */
export class RollingReference implements Reference {
  readonly #slots: Slots
  readonly #currentMs: number
  readonly #durationMs: number

  constructor(slots: Slots, currentMs: number, durationMs: number) {
    this.#slots = slots
    this.#currentMs = currentMs
    this.#durationMs = durationMs
  }

  async refresh(): Promise<void> {}

  sketches(nowMs: number): SketchSet {
    const borderMs = nowMs - this.#currentMs
    return this.#slots.between(borderMs - this.#durationMs, borderMs)
  }
}
