import type { Labels } from '../../model/labels.ts'
import type { StateStore } from '../../storage/state-store.ts'
import type { Clock } from '../../util/clock.ts'
import { canBecome, type Silence, silenceProblem, type SilenceRequest, silences, silenceState } from './silence.ts'
import { readSilence, writeSilence } from './silence-document.ts'

const KIND = 'silence'

/** How long an expired silence stays to be looked at. */
const RETENTION_MS = 120 * 3_600_000
const CLEANUP_MS = 15 * 60_000

/** The request cannot become a silence. */
export class SilenceError extends Error {
  readonly kind: 'invalid' | 'not found'
  constructor(kind: 'invalid' | 'not found', message: string) {
    super(message)
    this.name = 'SilenceError'
    this.kind = kind
  }
}

export interface SilencesOptions {
  readonly store: StateStore
  readonly clock: Clock
  readonly createId: () => string
  /** The longest a silence may last; 0 is no limit. */
  readonly maxDurationMs: number
  /** Called when an active silence has ended, by its time or by somebody. */
  readonly onEnd: (silence: Silence) => void
  /** Called when a silence was made or changed. */
  readonly onSet: (silence: Silence) => void
}

/** All silences, in memory and written through to the store before anybody is told that they exist. */
export class Silences {
  readonly #options: SilencesOptions
  readonly #silences = new Map<string, Silence>()
  /** Pending and active ones only: what muting has to look through. */
  readonly #effective = new Set<Silence>()
  #maxDurationMs: number
  #cancelTimers: Array<() => void> = []

  constructor(options: SilencesOptions) {
    this.#options = options
    this.#maxDurationMs = options.maxDurationMs
  }

  set maxDurationMs(value: number) {
    this.#maxDurationMs = value
  }

  /** Reads what an earlier run kept. */
  async start(): Promise<void> {
    for (const document of (await this.#options.store.documents(KIND)).values()) {
      const silence = readSilence(document)
      if (silence !== undefined) this.#remember(silence)
    }
    this.#scheduleCleanup()
    this.#scheduleNextEnd()
  }

  stop(): void {
    for (const cancel of this.#cancelTimers) cancel()
    this.#cancelTimers = []
  }

  get(id: string): Silence | undefined {
    return this.#silences.get(id)
  }

  /** All that are kept, expired ones among them. */
  all(): Silence[] {
    return [...this.#silences.values()]
  }

  /** The active silences that mute the labels. */
  active(labels: Labels): Silence[] {
    const nowMs = this.#options.clock.now()
    const found: Silence[] = []
    for (const silence of this.#effective) {
      if (silenceState(silence, nowMs) === 'active' && silences(silence, labels)) found.push(silence)
    }
    return found
  }

  /** Makes a silence, or changes the one of the id where its past allows it; gives the id that it has now. Throws `SilenceError`. */
  async set(request: SilenceRequest): Promise<string> {
    const nowMs = this.#options.clock.now()
    const problem = silenceProblem(request, nowMs, this.#maxDurationMs)
    if (problem !== undefined) throw new SilenceError('invalid', problem)
    const before = this.#silences.get(request.id)
    if (request.id !== '' && before === undefined)
      throw new SilenceError('not found', `silence ${request.id} not found`)
    if (before !== undefined && canBecome(before, request, nowMs)) {
      const changed = { ...request, updatedAtMs: nowMs }
      await this.#commit([changed])
      this.#options.onSet(changed)
      return request.id
    }
    const created: Silence = {
      ...request,
      id: this.#options.createId(),
      startsAtMs: Math.max(request.startsAtMs, nowMs),
      updatedAtMs: nowMs,
    }
    const ended = before !== undefined && silenceState(before, nowMs) !== 'expired' ? [expired(before, nowMs)] : []
    await this.#commit([...ended, created])
    this.#options.onSet(created)
    return created.id
  }

  /** Ends a silence now. Throws `SilenceError` when it is unknown or has ended. */
  async expire(id: string): Promise<void> {
    const nowMs = this.#options.clock.now()
    const silence = this.#silences.get(id)
    if (silence === undefined) throw new SilenceError('not found', `silence ${id} not found`)
    if (silenceState(silence, nowMs) === 'expired') throw new SilenceError('invalid', `silence ${id} already expired`)
    const wasActive = silenceState(silence, nowMs) === 'active'
    await this.#commit([expired(silence, nowMs)])
    if (wasActive) this.#options.onEnd(silence)
  }

  async #commit(changed: readonly Silence[]): Promise<void> {
    const documents = new Map(changed.map((silence) => [silence.id, writeSilence(silence)]))
    await this.#options.store.putDocuments(KIND, documents)
    for (const silence of changed) this.#remember(silence)
    this.#scheduleNextEnd()
  }

  #remember(silence: Silence): void {
    const before = this.#silences.get(silence.id)
    if (before !== undefined) this.#effective.delete(before)
    this.#silences.set(silence.id, silence)
    if (silenceState(silence, this.#options.clock.now()) !== 'expired') this.#effective.add(silence)
  }

  // TIME

  /** One timer for the silence that ends first. */
  #scheduleNextEnd(): void {
    this.#cancelTimers[0]?.()
    const nowMs = this.#options.clock.now()
    const ends = [...this.#effective].map(({ endsAtMs }) => endsAtMs)
    this.#cancelTimers[0] =
      ends.length === 0
        ? () => undefined
        : this.#options.clock.after(Math.min(MAX_TIMER_MS, Math.max(0, Math.min(...ends) - nowMs)), () => this.#end())
  }

  #end(): void {
    const nowMs = this.#options.clock.now()
    const over = [...this.#effective].filter((silence) => silenceState(silence, nowMs) === 'expired')
    for (const silence of over) this.#effective.delete(silence)
    this.#scheduleNextEnd()
    for (const silence of over) this.#options.onEnd(silence)
  }

  #scheduleCleanup(): void {
    this.#cancelTimers[1] = this.#options.clock.after(CLEANUP_MS, () => {
      void this.#cleanup().finally(() => this.#scheduleCleanup())
    })
  }

  /** Forgets what expired long ago. When the store is away it is tried again next time. */
  async #cleanup(): Promise<void> {
    const nowMs = this.#options.clock.now()
    const old = this.all().filter(({ endsAtMs }) => endsAtMs + RETENTION_MS < nowMs)
    if (old.length === 0) return
    try {
      await this.#options.store.putDocuments(KIND, new Map(old.map(({ id }) => [id, undefined])))
      for (const { id } of old) this.#silences.delete(id)
    } catch {
      // They stay until the next cleanup.
    }
  }
}

/** Timers further away than this overflow to "at once". */
const MAX_TIMER_MS = 2 ** 31 - 1

/** A pending silence that is ended has never begun. */
function expired(silence: Silence, nowMs: number): Silence {
  const startsAtMs = Math.min(silence.startsAtMs, nowMs)
  return { ...silence, startsAtMs, endsAtMs: nowMs, updatedAtMs: nowMs }
}
