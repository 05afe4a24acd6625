import type { AcknowledgedVia } from './acknowledgement/acknowledgement.ts'

/** Something that happened to an alert, a notification or a silence. */
export type HistoryEvent =
  | {
      readonly kind: 'notification'
      readonly timeMs: number
      readonly receiver: string
      readonly channel: string
      readonly groupKey: string
      readonly status: 'firing' | 'resolved'
      readonly alerts: readonly string[]
      /** Why it was sent. */
      readonly reason: string
      readonly outcome: 'sent' | 'failed'
      /** Why it failed. */
      readonly error?: string
    }
  | {
      readonly kind: 'alert'
      readonly timeMs: number
      readonly fingerprint: string
      readonly labels: Readonly<Record<string, string>>
      readonly state: 'firing' | 'resolved'
    }
  | {
      readonly kind: 'acknowledgement'
      readonly timeMs: number
      /** Fingerprints. */
      readonly alerts: readonly string[]
      readonly by: string
      readonly comment: string
      readonly via: AcknowledgedVia
      /** They do not look after it any more. */
      readonly isWithdrawn?: true
    }
  | {
      readonly kind: 'silence'
      readonly timeMs: number
      readonly id: string
      readonly change: 'set' | 'ended'
      readonly by: string
      /** As a text; absent in what was written before these were kept. */
      readonly matchers?: string
      readonly comment?: string
    }

/** Keeps what happened. Returns at once; what cannot be kept is counted by the keeper. */
export interface AlertHistory {
  record(event: HistoryEvent): void
}

/** The newest events, in memory. */
export class RecentHistory implements AlertHistory {
  readonly #capacity: number
  #events: HistoryEvent[] = []

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Newest first. */
  get events(): readonly HistoryEvent[] {
    return this.#events.toReversed()
  }

  record(event: HistoryEvent): void {
    this.#events.push(event)
    // Cut seldom, so that recording stays cheap.
    if (this.#events.length > this.#capacity * 2) this.#events = this.#events.slice(-this.#capacity)
  }
}
