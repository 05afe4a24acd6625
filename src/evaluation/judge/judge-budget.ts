import type { StateStore } from '../../storage/state-store.ts'
import type { Clock } from '../../util/clock.ts'

const KIND = 'judge-budget'
const ID = 'day'
const DAY_MS = 86_400_000
const NANO = 1_000_000_000
/** What was spent is written at most this often, and at the stop. */
const SAVE_MS = 10_000

/** What a judge may spend in a day. */
export interface JudgeLimits {
  readonly callsPerDay: number
  /** Undefined: money does not matter. */
  readonly usdPerDay: number | undefined
}

export interface JudgeBudgetOptions extends JudgeLimits {
  readonly clock: Clock
  readonly state: StateStore
  /** Told when what was spent cannot be written; it is tried again. */
  readonly onSaveFailure: (error: unknown) => void
}

/** Why a call is not made. `unpriced`: there is a limit in money and the model's price is not known. */
export type BudgetRefusal = 'calls' | 'usd' | 'unpriced'

/** What a call may cost at most, set aside until it is known what it did. */
export interface Reservation {
  readonly dayMs: number
  readonly nanoUsd: bigint
}

/**
 * What a judge may spend in a day (UTC), in calls and in nano-dollars. A call is set aside at its greatest cost before it is made, so that
 * calls side by side do not spend more together than is left. What was spent survives a restart.
 */
export class JudgeBudget {
  readonly #options: JudgeBudgetOptions
  #limits: JudgeLimits
  #dayMs = 0
  #calls = 0
  #nanoUsd = 0n
  #isDirty = false
  #cancelTimer: () => void = () => undefined

  constructor(options: JudgeBudgetOptions) {
    this.#options = options
    this.#limits = options
  }

  /** From now on other limits hold; what the day has already cost counts against them. */
  limit(limits: JudgeLimits): void {
    this.#limits = limits
  }

  /** Takes up what the day has already cost. */
  async start(): Promise<void> {
    const saved = (await this.#options.state.documents(KIND)).get(ID)
    this.#roll()
    if (isSaved(saved) && saved.dayMs === this.#dayMs) {
      this.#calls = saved.calls
      this.#nanoUsd = BigInt(saved.nanoUsd)
    }
    this.#tick()
  }

  async stop(): Promise<void> {
    this.#cancelTimer()
    await this.#save()
  }

  /** Sets a call aside. `nanoUsd`: what it costs at most; undefined when the price is not known. */
  reserve(nanoUsd: bigint | undefined): Reservation | { readonly refused: BudgetRefusal } {
    this.#roll()
    const { callsPerDay, usdPerDay } = this.#limits
    if (this.#calls >= callsPerDay) return { refused: 'calls' }
    if (usdPerDay !== undefined) {
      if (nanoUsd === undefined) return { refused: 'unpriced' }
      if (this.#nanoUsd + nanoUsd > BigInt(Math.round(usdPerDay * NANO))) return { refused: 'usd' }
    }
    this.#calls++
    this.#nanoUsd += nanoUsd ?? 0n
    this.#isDirty = true
    return { dayMs: this.#dayMs, nanoUsd: nanoUsd ?? 0n }
  }

  /** Replaces what was set aside by what the call did cost. After midnight nothing of the new day is given back. */
  settle({ dayMs, nanoUsd }: Reservation, costNanoUsd: bigint): void {
    this.#roll()
    if (dayMs !== this.#dayMs) return
    this.#nanoUsd += costNanoUsd - nanoUsd
    this.#isDirty = true
  }

  /** Spent shares of the limits, 1 is all. */
  used(): { readonly calls: number; readonly usd: number | undefined } {
    this.#roll()
    const { callsPerDay, usdPerDay } = this.#limits
    const usd = usdPerDay === undefined ? undefined : Number(this.#nanoUsd) / NANO / usdPerDay
    return { calls: this.#calls / callsPerDay, usd }
  }

  #roll(): void {
    const nowMs = this.#options.clock.now()
    const dayMs = nowMs - (nowMs % DAY_MS)
    if (dayMs <= this.#dayMs) return
    this.#dayMs = dayMs
    this.#calls = 0
    this.#nanoUsd = 0n
  }

  #tick(): void {
    this.#cancelTimer = this.#options.clock.after(SAVE_MS, () => {
      this.#tick()
      this.#save().catch((error: unknown) => {
        this.#isDirty = true
        this.#options.onSaveFailure(error)
      })
    })
  }

  async #save(): Promise<void> {
    if (!this.#isDirty) return
    this.#isDirty = false
    const document = { dayMs: this.#dayMs, calls: this.#calls, nanoUsd: String(this.#nanoUsd) }
    await this.#options.state.putDocuments(KIND, new Map([[ID, document]]))
  }
}

function isSaved(
  document: unknown,
): document is { readonly dayMs: number; readonly calls: number; readonly nanoUsd: string } {
  if (typeof document !== 'object' || document === null) return false
  const { dayMs, calls, nanoUsd } = document as Record<string, unknown>
  return typeof dayMs === 'number' && typeof calls === 'number' && typeof nanoUsd === 'string' && /^\d+$/.test(nanoUsd)
}
