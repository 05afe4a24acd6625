import { z } from 'zod'
import type { StateStore } from '../storage/state-store.ts'
import type { Clock } from '../util/clock.ts'

const KIND = 'notification'

/** No entry is kept longer, whatever the repeat interval. */
const RETENTION_MS = 120 * 3_600_000
const CLEANUP_MS = 15 * 60_000

/** What one channel of a receiver was told last about one group; alerts by the fingerprints of their labels. */
export interface LogEntry {
  readonly timeMs: number
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
  readonly expiresAtMs: number
}

const document = z
  .object({
    timeMs: z.number(),
    firing: z.array(z.string()),
    resolved: z.array(z.string()),
    expiresAtMs: z.number(),
  })
  .transform((value): LogEntry => ({ ...value, firing: new Set(value.firing), resolved: new Set(value.resolved) }))

/** Names a channel of a receiver in the log: `page/webhook/0`. */
export interface LogChannel {
  readonly receiver: string
  readonly channel: string
  readonly index: number
}

/** Remembers who was told what, over restarts, so that nobody is told twice. */
export class NotificationLog {
  readonly #store: StateStore
  readonly #clock: Clock
  readonly #entries = new Map<string, LogEntry>()
  #cancelCleanup: (() => void) | undefined

  constructor(store: StateStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Reads what an earlier run kept. */
  async start(): Promise<void> {
    for (const [id, value] of await this.#store.documents(KIND)) {
      const entry = document.safeParse(value).data
      if (entry !== undefined && entry.expiresAtMs > this.#clock.now()) this.#entries.set(id, entry)
    }
    this.#scheduleCleanup()
  }

  stop(): void {
    this.#cancelCleanup?.()
  }

  get(groupKey: string, channel: LogChannel): LogEntry | undefined {
    const entry = this.#entries.get(idOf(groupKey, channel))
    return entry === undefined || entry.expiresAtMs <= this.#clock.now() ? undefined : entry
  }

  /** Resolves when the entry is committed. It counts at once, also when the store is away: telling twice is worse than forgetting after a crash. */
  async set(
    groupKey: string,
    channel: LogChannel,
    entry: Omit<LogEntry, 'expiresAtMs'>,
    keepMs: number,
  ): Promise<void> {
    const kept: LogEntry = { ...entry, expiresAtMs: entry.timeMs + Math.min(keepMs, RETENTION_MS) }
    const id = idOf(groupKey, channel)
    this.#entries.set(id, kept)
    const value = { ...kept, firing: [...kept.firing], resolved: [...kept.resolved] }
    await this.#store.putDocuments(KIND, new Map([[id, value]]))
  }

  #scheduleCleanup(): void {
    this.#cancelCleanup = this.#clock.after(CLEANUP_MS, () => {
      void this.#cleanup().finally(() => this.#scheduleCleanup())
    })
  }

  async #cleanup(): Promise<void> {
    const nowMs = this.#clock.now()
    const old = [...this.#entries].filter(([, { expiresAtMs }]) => expiresAtMs <= nowMs).map(([id]) => id)
    if (old.length === 0) return
    try {
      await this.#store.putDocuments(KIND, new Map(old.map((id) => [id, undefined])))
      for (const id of old) this.#entries.delete(id)
    } catch {
      // They stay until the next cleanup; being expired, they count no more.
    }
  }
}

function idOf(groupKey: string, { receiver, channel, index }: LogChannel): string {
  return `${groupKey}:${receiver}/${channel}/${index}`
}
