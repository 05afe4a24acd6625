import type { Clock } from '../../util/clock.ts'
import type { Cancellation } from '../../storage/sample-store.ts'
import { QueryCanceledError, QueryTimeoutError } from '../errors.ts'

/** How long a query works before it lets others have the event loop, milliseconds. */
const TURN_MS = 15

const WHERE = 'expression evaluation'

/** Keeps a query within its time and lets it give way: operators ask `due` after each series and then await `rest`. */
export class Pace implements Cancellation {
  readonly #now: () => number
  readonly #caller: AbortSignal | undefined
  readonly #stopTimer: () => void
  #abort: AbortController | undefined
  #turnStart: number
  #timedOut = false

  /** `now` counts milliseconds with a fraction; `clock` ends the query after `timeoutMs`; `signal` is the caller's, to give up. */
  constructor(options: { clock: Clock; now: () => number; timeoutMs: number; signal: AbortSignal | undefined }) {
    this.#now = options.now
    this.#caller = options.signal
    this.#turnStart = options.now()
    this.#stopTimer = options.clock.after(options.timeoutMs, () => {
      this.#timedOut = true
      this.#cancel()
    })
  }

  /** Aborted when the caller gives up or the time is over. Made when it is asked for first: a query of the head alone needs none. */
  get signal(): AbortSignal {
    if (this.#abort !== undefined) return this.#abort.signal
    this.#abort = new AbortController()
    if (this.#isOver) this.#cancel()
    else this.#caller?.addEventListener('abort', this.#cancel, { once: true })
    return this.#abort.signal
  }

  /** Whether it is time to rest. */
  get due(): boolean {
    return this.#now() - this.#turnStart > TURN_MS
  }

  /** Milliseconds with a fraction, from any origin: for measuring. */
  now(): number {
    return this.#now()
  }

  /** Lets the event loop run, then goes on. Throws `QueryTimeoutError` or `QueryCanceledError` when the query is to end. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#turnStart = this.#now()
    this.check()
  }

  /** Throws when the query is to end. `where` is the phase that the message names. */
  check(where = WHERE): void {
    if (!this.#isOver) return
    throw this.#timedOut ? new QueryTimeoutError(where) : new QueryCanceledError(where)
  }

  throwIfAborted(): void {
    this.check()
  }

  /** Lets go of the timer and the caller's signal. */
  end(): void {
    this.#stopTimer()
    if (this.#abort !== undefined) this.#caller?.removeEventListener('abort', this.#cancel)
  }

  get #isOver(): boolean {
    return this.#timedOut || this.#caller?.aborted === true
  }

  readonly #cancel = (): void => this.#abort?.abort()
}
