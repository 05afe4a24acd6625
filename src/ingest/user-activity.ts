import { Lru } from '../util/lru.ts'

const DAY_MS = 24 * 3_600_000
const MAX_USERS = 100_000

interface Seen {
  lastMs: number
  /** The last time more than a day before `lastMs`, 0 when there was none. */
  earlierMs: number
}

export interface UserFigures {
  /** Users seen in the last 24 hours. */
  readonly activeUsers: number
  /** Of the users seen 24-48 hours ago, the percentage that was seen again since. Undefined when there were none. */
  readonly retentionPercent: number | undefined
}

/** When each user was last seen. Bounded: beyond the limit the users who were silent longest are forgotten. */
export class UserActivity {
  readonly #users = new Lru<string, Seen>(MAX_USERS)

  saw(userId: string, atMs: number): void {
    if (userId === '') return
    const seen = this.#users.get(userId) ?? { lastMs: atMs, earlierMs: 0 }
    if (atMs - seen.lastMs > DAY_MS / 2) seen.earlierMs = seen.lastMs
    seen.lastMs = Math.max(seen.lastMs, atMs)
    this.#users.set(userId, seen)
  }

  figures(nowMs: number): UserFigures {
    let active = 0
    let before = 0
    let returned = 0
    for (const { lastMs, earlierMs } of this.#users.values()) {
      const isActive = lastMs > nowMs - DAY_MS
      const wasActive = within(earlierMs, nowMs) || within(lastMs, nowMs)
      if (isActive) active++
      if (wasActive) before++
      if (isActive && wasActive) returned++
    }
    return { activeUsers: active, retentionPercent: before === 0 ? undefined : (100 * returned) / before }
  }
}

/** In the day that ended 24 hours ago. */
function within(timeMs: number, nowMs: number): boolean {
  return timeMs > nowMs - 2 * DAY_MS && timeMs <= nowMs - DAY_MS
}
