import { StoreUnavailableError } from '../store.ts'

interface Waiter<Session> {
  readonly start: (session: Session) => void
  readonly fail: (error: Error) => void
}

/**
 * Sessions of the embedded engine, each running one statement at a time. A session would queue further ones itself,
 * but on threads of libuv's pool, where they would keep everything else in the process waiting.
 */
export class SessionPool<Session> {
  readonly sessions: readonly Session[]
  readonly #maxWaiting: number
  readonly #idle: Session[]
  readonly #waiting: Waiter<Session>[] = []
  readonly #running = new Set<Promise<unknown>>()
  #closed = false

  constructor(sessions: readonly Session[], maxWaiting: number) {
    this.sessions = sessions
    this.#idle = [...sessions]
    this.#maxWaiting = maxWaiting
  }

  /**
   * Runs the work on the next free session, first come first served. The work must settle only when the session is free again.
   * Rejects with `StoreUnavailableError` when too many wait already or the pool is closed, and when the engine fails.
   */
  async run<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    const session = await this.#acquire()
    // Whoever gave up while waiting gives the session to the next.
    const running = signal?.aborted ? Promise.reject(signal.reason) : work(session)
    this.#running.add(running)
    try {
      return await running
    } catch (error) {
      if (error === signal?.reason) throw error
      throw new StoreUnavailableError(`the embedded ClickHouse failed: ${String(error)}`, { cause: error })
    } finally {
      this.#running.delete(running)
      this.#release(session)
    }
  }

  /** Takes no more work and waits for what is running; what still waits is rejected. */
  async drain(): Promise<void> {
    this.#closed = true
    for (const waiter of this.#waiting.splice(0)) waiter.fail(new StoreUnavailableError('the store is closed'))
    await Promise.allSettled(this.#running)
  }

  #acquire(): Promise<Session> {
    if (this.#closed) return Promise.reject(new StoreUnavailableError('the store is closed'))
    const session = this.#idle.pop()
    if (session !== undefined) return Promise.resolve(session)
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.reject(new StoreUnavailableError(`${this.#waiting.length} queries already wait for the store`))
    }
    return new Promise((start, fail) => this.#waiting.push({ start, fail }))
  }

  #release(session: Session): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(session)
    else next.start(session)
  }
}
