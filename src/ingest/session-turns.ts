import { Lru } from '../util/lru.ts'

const MAX_SESSIONS = 20_000

/** A session that nothing has come from for so long is over. */
const SILENCE_MS = 30 * 60_000

interface OpenSession {
  turns: number
  lastTraceId: string
  lastMs: number
}

/**
 * Counts the turns of open sessions. A turn is one trace: an agent makes many model calls to answer once.
 * Bounded: when too many sessions are open, the one that was silent longest ends.
 */
export class SessionTurns {
  readonly #open = new Lru<string, OpenSession>(MAX_SESSIONS)
  readonly #ended: number[] = []

  saw(sessionId: string, traceId: string, atMs: number): void {
    if (sessionId === '') return
    const session = this.#open.get(sessionId) ?? { turns: 0, lastTraceId: '', lastMs: atMs }
    if (session.lastTraceId !== traceId) session.turns++
    session.lastTraceId = traceId
    session.lastMs = Math.max(session.lastMs, atMs)
    const [, forgotten] = this.#open.set(sessionId, session) ?? []
    if (forgotten !== undefined) this.#ended.push(forgotten.turns)
  }

  /** The turns of a session that ends now; undefined when nothing of it was seen. */
  end(sessionId: string): number | undefined {
    const session = this.#open.get(sessionId)
    this.#open.delete(sessionId)
    return session?.turns
  }

  /** The turns of the sessions that have ended by silence since the last call. */
  takeEnded(nowMs: number): number[] {
    for (let oldest = this.#open.oldest; oldest !== undefined; oldest = this.#open.oldest) {
      const [sessionId, { lastMs, turns }] = oldest
      if (nowMs - lastMs < SILENCE_MS) break
      this.#open.delete(sessionId)
      this.#ended.push(turns)
    }
    return this.#ended.splice(0)
  }
}
