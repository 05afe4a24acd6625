import type { LogEntry } from '../notification-log.ts'

/** Why a group is notified now. */
export type NotifyReason =
  | 'first notification'
  | 'new alerts are firing'
  | 'all alerts resolved'
  | 'some alerts resolved'
  | 'repeat interval passed'
  | 'silence ended'
  | 'nobody has acknowledged'

/** Why it is not. */
export type SkipReason = 'nothing is firing' | 'the receiver never heard of what resolved' | 'nothing changed'

export type Decision = { readonly notify: NotifyReason } | { readonly skip: SkipReason }

export interface DedupInput {
  /** What the channel was told last about the group; undefined: nothing. */
  readonly entry: LogEntry | undefined
  /** Identities of alerts. */
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
  readonly sendResolved: boolean
  readonly repeatIntervalMs: number
  readonly nowMs: number
  /** A silence over alerts of the group has just ended; they are told again, for nobody could see them meanwhile. */
  readonly silenceEnded: boolean
}

/** Must the channel be told now? */
export function needsUpdate(input: DedupInput): Decision {
  const { entry, firing, resolved } = input
  if (entry === undefined) return firing.size > 0 ? { notify: 'first notification' } : { skip: 'nothing is firing' }
  if (!isSubset(firing, entry.firing)) return { notify: 'new alerts are firing' }
  // Also for channels without resolved notifications, so that the log forgets what was firing.
  if (firing.size === 0) {
    return entry.firing.size > 0
      ? { notify: 'all alerts resolved' }
      : { skip: 'the receiver never heard of what resolved' }
  }
  if (input.silenceEnded) return { notify: 'silence ended' }
  if (input.sendResolved && !isSubset(resolved, entry.resolved)) return { notify: 'some alerts resolved' }
  return entry.timeMs < input.nowMs - input.repeatIntervalMs
    ? { notify: 'repeat interval passed' }
    : { skip: 'nothing changed' }
}

function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  for (const item of part) if (!whole.has(item)) return false
  return true
}
