import type { StateStore } from '../storage/state-store.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { AlertHistory, HistoryEvent } from './history.ts'

const KIND = 'alert_history'

/** Events are written together this often: a storm of alerts must not become a storm of writes. */
const FLUSH_MS = 1_000

export interface StoredHistoryOptions {
  readonly store: StateStore
  readonly clock: Clock
  readonly logger: Logger
  /** Events that are kept; the oldest go. */
  readonly capacity: number
}

/** Which events are wanted; absent fields do not filter. */
export interface HistoryFilter {
  readonly kind?: HistoryEvent['kind']
  readonly fromMs?: number
  readonly toMs?: number
  /** Occurs anywhere in the event, in any case. */
  readonly text?: string
}

/** The newest events, in memory and in the store, over restarts. What happened in the last second before a kill may be missing. */
export class StoredHistory implements AlertHistory {
  readonly #options: StoredHistoryOptions
  /** By an id that sorts by time. */
  readonly #events = new Map<string, HistoryEvent>()
  #pending = new Map<string, HistoryEvent | undefined>()
  #count = 0
  #cancelFlush: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(options: StoredHistoryOptions) {
    this.#options = options
  }

  /** Newest first. */
  get events(): readonly HistoryEvent[] {
    return [...this.#events.values()].reverse()
  }

  /** Those that pass, newest first, at most `limit`. */
  find(filter: HistoryFilter, limit: number): HistoryEvent[] {
    const text = filter.text?.toLowerCase()
    return this.events
      .filter(
        (event) =>
          (filter.kind === undefined || event.kind === filter.kind) &&
          event.timeMs >= (filter.fromMs ?? -Infinity) &&
          event.timeMs <= (filter.toMs ?? Infinity) &&
          (text === undefined || JSON.stringify(event).toLowerCase().includes(text)),
      )
      .slice(0, limit)
  }

  /** Reads what an earlier run kept. */
  async start(): Promise<void> {
    const documents = await this.#options.store.documents(KIND)
    const younger = [...this.#events]
    this.#events.clear()
    for (const id of [...documents.keys()].sort()) this.#events.set(id, documents.get(id) as HistoryEvent)
    for (const [id, event] of younger) this.#events.set(id, event)
    this.#forgetOldest()
  }

  record(event: HistoryEvent): void {
    const id = `${String(event.timeMs).padStart(14, '0')}-${String(this.#count++).padStart(6, '0')}`
    this.#events.set(id, event)
    this.#pending.set(id, event)
    this.#forgetOldest()
    this.#cancelFlush ??= this.#options.clock.after(FLUSH_MS, () => {
      this.#cancelFlush = undefined
      this.#writing = this.#flush()
    })
  }

  /** Writes what is not written yet. */
  async stop(): Promise<void> {
    this.#cancelFlush?.()
    this.#cancelFlush = undefined
    await this.#writing
    await this.#flush()
  }

  async #flush(): Promise<void> {
    const pending = this.#pending
    if (pending.size === 0) return
    this.#pending = new Map()
    try {
      await this.#options.store.putDocuments(KIND, pending)
    } catch (error) {
      // They stay in memory; a later flush tries again together with what has come since.
      this.#pending = new Map([...pending, ...this.#pending])
      this.#options.logger.warn(
        { error: String(error), events: pending.size },
        'the history of alerts could not be written',
      )
    }
  }

  #forgetOldest(): void {
    for (const id of this.#events.keys()) {
      if (this.#events.size <= this.#options.capacity) return
      this.#events.delete(id)
      this.#pending.set(id, undefined)
    }
  }
}
