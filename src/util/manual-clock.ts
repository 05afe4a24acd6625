import type { Clock } from './clock.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** A clock that stands still until it is told to advance; timers run in the order of their time. */
export class ManualClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<Timer>()

  constructor(nowMs = 0) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Moves time forward, running every timer that falls due, and lets the promises that each one settles run on. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#timers.delete(timer)
      this.#nowMs = Math.max(this.#nowMs, timer.atMs)
      timer.callback()
      await settle()
    }
    this.#nowMs = untilMs
    await settle()
  }

  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers)
      if (timer.atMs <= untilMs && (next === undefined || timer.atMs < next.atMs)) next = timer
    return next
  }
}

/** Waits until the promise callbacks queued so far, and those they queue, have run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
