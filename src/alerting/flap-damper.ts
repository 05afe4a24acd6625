import { isResolved } from '../model/alert.ts'
import { Lru } from '../util/lru.ts'
import type { StoredAlert } from './stored-alert.ts'

export interface FlapDamping {
  /** An alert that resolves this often within the window flaps; 0 damps nothing. */
  readonly resolves: number
  readonly windowMs: number
}

/** Label sets that are watched; what was heard of longest ago is forgotten first. */
const MAX_WATCHED = 50_000

interface Watched {
  isFiring: boolean
  /** Within the window. */
  resolvedAtMs: number[]
  heldUntilMs: number
}

/** Keeps an alert that comes and goes firing until it has been quiet for a window, so that it is told once and not at every turn. */
export class FlapDamper {
  readonly #damping: FlapDamping
  readonly #watched = new Lru<string, Watched>(MAX_WATCHED)

  constructor(damping: FlapDamping) {
    this.#damping = damping
  }

  /** The alert as it shall be taken: as it is, or kept firing although it says that it has resolved. */
  damp(alert: StoredAlert, nowMs: number): StoredAlert {
    if (this.#damping.resolves === 0) return alert
    const watched = this.#watched.get(alert.labels.key) ?? { isFiring: false, resolvedAtMs: [], heldUntilMs: 0 }
    this.#watched.set(alert.labels.key, watched)
    const hasResolved = isResolved(alert, nowMs)
    if (hasResolved && watched.isFiring) this.#countResolve(watched, nowMs)
    watched.isFiring = !hasResolved
    const isHeld = hasResolved && watched.heldUntilMs > nowMs
    return isHeld ? { ...alert, endsAtMs: watched.heldUntilMs, timeout: true } : alert
  }

  #countResolve(watched: Watched, nowMs: number): void {
    const { resolves, windowMs } = this.#damping
    watched.resolvedAtMs = [...watched.resolvedAtMs.filter((atMs) => atMs > nowMs - windowMs), nowMs]
    if (watched.resolvedAtMs.length >= resolves) watched.heldUntilMs = nowMs + windowMs
  }
}
