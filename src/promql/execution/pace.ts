import type { Clock } from '../../util/clock.ts'
import { QueryCanceledError, QueryTimeoutError } from '../errors.ts'

/** How long a query works before it lets others have the event loop, milliseconds. */
const TURN_MS = 15

const WHERE = 'expression evaluation'

/** Keeps a query within its time and lets it give way: operators ask `due` after each series and then await `rest`. */
export class Pace {
  /** Aborted when the caller gives up or the time is over; for the store. */
  readonly signal: AbortSignal
  readonly #now: () => number
  readonly #abort = new AbortController()
  readonly #disarm: () => void
  #turnStart: number
  #timedOut = false

  /** `now` counts milliseconds with a fraction; `clock` ends the query after `timeoutMs`. */
  constructor(options: { clock: Clock; now: () => number; timeoutMs: number; signal: AbortSignal | undefined }) {
    this.signal = this.#abort.signal
    this.#now = options.now
    this.#turnStart = options.now()
    const cancel = (): void => this.#abort.abort()
    const stopTimer = options.clock.after(options.timeoutMs, () => {
      this.#timedOut = true
      this.#abort.abort()
    })
    if (options.signal?.aborted === true) cancel()
    options.signal?.addEventListener('abort', cancel, { once: true })
    this.#disarm = () => {
      stopTimer()
      options.signal?.removeEventListener('abort', cancel)
    }
  }

  /** Whether it is time to rest. */
  get due(): boolean {
    return this.#now() - this.#turnStart > TURN_MS
  }

  /** Lets the event loop run, then goes on. Throws `QueryTimeoutError` or `QueryCanceledError` when the query is to end. */
  async rest(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#turnStart = this.#now()
    this.check()
  }

  /** Throws when the query is to end. `where` is the phase that the message names. */
  check(where = WHERE): void {
    if (!this.signal.aborted) return
    throw this.#timedOut ? new QueryTimeoutError(where) : new QueryCanceledError(where)
  }

  /** Lets go of the timer and the caller's signal. */
  end(): void {
    this.#disarm()
  }
}
