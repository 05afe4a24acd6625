/** Whom to call, how often, and how long to wait for an answer. */
export interface EscalationStep {
  readonly receiver: string
  readonly delayMs: number
  readonly everyMs: number
  readonly times: number
}

/** Calls one after the other until somebody acknowledges. */
export interface Escalation {
  readonly steps: readonly EscalationStep[]
  readonly rounds: number
}

/** One call of an escalation. */
export interface Ring {
  readonly receiver: string
  /** Since the call before it, or since the group was first told of. */
  readonly waitMs: number
  /** How long it may take. */
  readonly everyMs: number
}

/**
 * How many calls count as made when the one made last came to nothing: the rest of its step is left out, so that it is the next one's turn.
 * Undefined when nobody comes after in this round: whoever cannot be reached is not called without a pause.
 */
export function withoutStep(made: number, { steps }: Escalation): number | undefined {
  const round = steps.reduce((sum, { times }) => sum + times, 0)
  const begun = made - 1 - ((made - 1) % round)
  let end = begun
  for (const step of steps.slice(0, -1)) {
    end += step.times
    if (made <= end) return end
  }
  return undefined
}

/** The call after so many; undefined when the list has been gone through as often as it shall be. */
export function ringAfter(made: number, { steps, rounds }: Escalation): Ring | undefined {
  const round = steps.reduce((sum, { times }) => sum + times, 0)
  if (made >= round * rounds) return undefined
  let position = made % round
  let before = made === 0 ? undefined : steps.at(-1)
  for (const step of steps) {
    const { receiver, everyMs } = step
    if (position === 0) return { receiver, everyMs, waitMs: step.delayMs + (before?.everyMs ?? 0) }
    if (position < step.times) return { receiver, everyMs, waitMs: everyMs }
    position -= step.times
    before = step
  }
  return undefined
}
