import { ExecutionError } from '../errors.ts'
import type { Pace } from './pace.ts'

/** Queries that may wait for each one that may run. */
const WAITING_PER_PLACE = 100

/** Lets so many queries run at once; further ones wait in order. */
export class Gate {
  readonly #places: number
  readonly #waiting: Array<() => void> = []
  #running = 0
  #refused = 0

  constructor(places: number) {
    this.#places = places
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** How many queries found the queue full since the beginning. */
  get refused(): number {
    return this.#refused
  }

  /**
   * Runs when there is a place. Throws `ExecutionError` when too many wait already, `QueryTimeoutError` or
   * `QueryCanceledError` when the query ends before its turn.
   */
  async pass<T>(pace: Pace, run: () => Promise<T>): Promise<T> {
    if (this.#running < this.#places) this.#running++
    else await this.#wait(pace)
    try {
      pace.check('query queue')
      return await run()
    } finally {
      this.#handOver()
    }
  }

  /** Gives the place to whoever has waited longest. */
  #handOver(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }

  /** Resolves with a place; the count of running queries already includes it. */
  async #wait(pace: Pace): Promise<void> {
    if (this.#waiting.length >= this.#places * WAITING_PER_PLACE) {
      this.#refused++
      throw new ExecutionError(
        `${this.#running} queries run and ${this.#waiting.length} wait: try again later or allow more at once`,
      )
    }
    const granted = await new Promise<boolean>((resolve) => {
      const turn = (): void => resolve(true)
      this.#waiting.push(turn)
      const leave = (): void => resolve(!this.#forget(turn))
      pace.signal.addEventListener('abort', leave, { once: true })
    })
    if (!granted) pace.check('query queue')
  }

  /** False when its turn has come already. */
  #forget(turn: () => void): boolean {
    const index = this.#waiting.indexOf(turn)
    if (index !== -1) this.#waiting.splice(index, 1)
    return index !== -1
  }
}
