import { Labels } from '../model/labels.ts'
import type { Matcher } from '../model/matcher.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { AlertHistory, HistoryEvent } from './history.ts'
import { matchesAll } from './matcher/matchers.ts'

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
  /** Events of notifications to this receiver. */
  readonly receiver?: string
  /** Events of alerts with such labels; a silence has no alerts. */
  readonly matchers?: readonly Matcher[]
}

export interface HistoryPage {
  readonly events: readonly HistoryEvent[]
  /** Hands on to what is older; null at the end. */
  readonly cursor: string | null
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

  /** Those that pass, newest first, at most `limit`, and where the next page begins; throws nothing for an unknown cursor. */
  page(filter: HistoryFilter, limit: number, cursor?: string): HistoryPage {
    const passes = predicateOf(filter, this.#labelsByAlert(filter))
    // What resolved by itself is noticed late and recorded with the time at which it did.
    const found = [...this.#events]
      .filter(([id, event]) => (cursor === undefined || id < cursor) && passes(event))
      .sort(([a], [b]) => (a < b ? 1 : -1))
    const shown = found.slice(0, limit)
    return {
      events: shown.map(([, event]) => event),
      cursor: found.length > limit ? (shown.at(-1)?.[0] ?? null) : null,
    }
  }

  /** Notifications and acknowledgements name alerts by fingerprints; what their labels were is known from when they fired. */
  #labelsByAlert({ matchers = [] }: HistoryFilter): ReadonlyMap<string, Labels> {
    const labels = new Map<string, Labels>()
    if (matchers.length === 0) return labels
    for (const event of this.#events.values())
      if (event.kind === 'alert') labels.set(event.fingerprint, Labels.from(event.labels))
    return labels
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

function predicateOf(filter: HistoryFilter, labelsByAlert: ReadonlyMap<string, Labels>) {
  const text = filter.text?.toLowerCase()
  const matchers = filter.matchers ?? []
  return (event: HistoryEvent): boolean =>
    (filter.kind === undefined || event.kind === filter.kind) &&
    event.timeMs >= (filter.fromMs ?? -Infinity) &&
    event.timeMs <= (filter.toMs ?? Infinity) &&
    (filter.receiver === undefined || (event.kind === 'notification' && event.receiver === filter.receiver)) &&
    (matchers.length === 0 || labelsOf(event, labelsByAlert).some((labels) => matchesAll(matchers, labels))) &&
    (text === undefined || JSON.stringify(event).toLowerCase().includes(text))
}

function labelsOf(event: HistoryEvent, labelsByAlert: ReadonlyMap<string, Labels>): Labels[] {
  switch (event.kind) {
    case 'alert':
      return [Labels.from(event.labels)]
    case 'notification':
    case 'acknowledgement':
      return event.alerts.flatMap((alert) => labelsByAlert.get(alert) ?? [])
    case 'silence':
      return []
  }
}
