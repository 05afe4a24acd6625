import { createHash } from 'node:crypto'
import type { RequestDeletion, RequestStore } from '../storage/request-store.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Clock } from '../util/clock.ts'

const KIND = 'deletion'
/** Whatever was on its way at a deletion has arrived by then, or has been given up by its sender. */
const KEPT_MS = 7 * 86_400_000
const IDS_PER_DOCUMENT = 10_000
/** Ids that are remembered in all; the oldest deletions go first. */
const MAX_IDS = 500_000

/** What may belong to a deleted user, session, trace or span. */
export interface Forgettable {
  readonly traceId: string
  readonly spanId: string
  readonly userId?: string
  readonly sessionId?: string
  /** When it happened; undefined when that is not known. */
  readonly timeMs: number | undefined
}

interface Remembered {
  /** What the same user does later is kept. */
  readonly untilMs: number
  readonly of: 'user' | 'session' | 'trace' | 'span'
  /** Those of users and sessions as SHA-256: a list of those who want to be forgotten must not name them. */
  readonly ids: readonly string[]
}

export interface ForgettingOptions {
  readonly state: StateStore
  readonly requests: Pick<RequestStore, 'tracesOf' | 'deleteRequests'>
  readonly clock: Clock
}

/**
 * Deletes requests, and keeps from coming back what was on its way meanwhile: in a spool, in a queue for evaluation, as a late message, or
 * at a sender who tries again. What was deleted is remembered for a week, over restarts.
 */
export class Forgetting {
  readonly #options: ForgettingOptions
  readonly #remembered: Map<string, Remembered>
  readonly #untilMs: Readonly<Record<Remembered['of'], Map<string, number>>> = {
    user: new Map(),
    session: new Map(),
    trace: new Map(),
    span: new Map(),
  }

  private constructor(options: ForgettingOptions, remembered: Map<string, Remembered>) {
    this.#options = options
    this.#remembered = remembered
    this.#index()
  }

  /** Reads what earlier processes were told to forget. */
  static async open(options: ForgettingOptions): Promise<Forgetting> {
    const documents = await options.state.documents(KIND)
    return new Forgetting(options, new Map(documents as ReadonlyMap<string, Remembered>))
  }

  /**
   * Resolves with the number of deleted spans when nothing of it can be read any more and nothing of it will come back. Rejects with
   * `StoreUnavailableError` when it has to be asked for again.
   */
  async forget(deletion: RequestDeletion): Promise<number> {
    const { requests, clock } = this.#options
    const untilMs = clock.now()
    // First its owner, so that no further trace of it begins while its traces are looked for.
    await this.#remember(rememberedOf(deletion), untilMs)
    await this.#remember({ of: 'trace', ids: await requests.tracesOf(deletion) }, untilMs)
    return requests.deleteRequests(deletion)
  }

  /** Whether it was deleted and must not be stored, evaluated or shown to anybody. */
  readonly covers = ({ traceId, spanId, userId = '', sessionId = '', timeMs = -Infinity }: Forgettable): boolean => {
    const { user, session, trace, span } = this.#untilMs
    const isCovered = (by: ReadonlyMap<string, number>, id: string): boolean => (by.get(id) ?? -Infinity) > timeMs
    if (this.#remembered.size === 0) return false
    return (
      isCovered(trace, traceId) ||
      isCovered(span, spanKey(traceId, spanId)) ||
      (user.size > 0 && userId !== '' && isCovered(user, hash(userId))) ||
      (session.size > 0 && sessionId !== '' && isCovered(session, hash(sessionId)))
    )
  }

  async #remember({ of, ids }: Omit<Remembered, 'untilMs'>, untilMs: number): Promise<void> {
    const changes = new Map<string, Remembered | undefined>()
    for (let start = 0; start < ids.length; start += IDS_PER_DOCUMENT) {
      const some = ids.slice(start, start + IDS_PER_DOCUMENT)
      changes.set(`${of}:${hash(some.join())}`, { untilMs, of, ids: some })
    }
    for (const [id, document] of changes) if (document !== undefined) this.#remembered.set(id, document)
    for (const id of this.#outdated(untilMs)) {
      this.#remembered.delete(id)
      changes.set(id, undefined)
    }
    this.#index()
    await this.#options.state.putDocuments(KIND, changes)
  }

  #outdated(nowMs: number): string[] {
    const newestFirst = [...this.#remembered].sort(([, a], [, b]) => b.untilMs - a.untilMs)
    let ids = 0
    return newestFirst.flatMap(([id, document]) => {
      ids += document.ids.length
      return document.untilMs + KEPT_MS < nowMs || ids > MAX_IDS ? [id] : []
    })
  }

  #index(): void {
    for (const ids of Object.values(this.#untilMs)) ids.clear()
    for (const { of, ids, untilMs } of this.#remembered.values()) {
      // The end of the millisecond in which it was asked for.
      for (const id of ids) this.#untilMs[of].set(id, Math.max(this.#untilMs[of].get(id) ?? 0, untilMs + 1))
    }
  }
}

function rememberedOf(deletion: RequestDeletion): Omit<Remembered, 'untilMs'> {
  if ('userId' in deletion) return { of: 'user', ids: [hash(deletion.userId)] }
  if ('sessionId' in deletion) return { of: 'session', ids: [hash(deletion.sessionId)] }
  return { of: 'span', ids: [spanKey(deletion.traceId, deletion.spanId)] }
}

function spanKey(traceId: string, spanId: string): string {
  return `${traceId}/${spanId}`
}

function hash(id: string): string {
  return createHash('sha256').update(id).digest('hex')
}
