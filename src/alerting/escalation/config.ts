import { z } from 'zod'
import { durationOr } from '../config-values.ts'
import { text } from '../../util/yaml-values.ts'
import type { Escalation, EscalationStep } from './escalation.ts'

/** No list is longer, and nobody is called more often than this. */
const MAX = 50

function times(fallback: number) {
  return z
    .int()
    .positive()
    .max(MAX)
    .nullish()
    .transform((value) => value ?? fallback)
}

const step = z
  .strictObject({
    /** A receiver of the file; all its channels are told. */
    receiver: text.refine((value) => value !== '', 'missing receiver in escalation step'),
    /** Waited before the first call of the step. */
    delay: durationOr(0),
    /** From one call to the next, and from the last to the next step. */
    every: durationOr(5 * 60_000).refine((value) => value > 0, 'every cannot be zero'),
    /** Calls before it is the next one's turn. */
    times: times(3),
  })
  .transform(
    ({ receiver, delay, every, times: count }): EscalationStep => ({
      receiver,
      delayMs: delay,
      everyMs: every,
      times: count,
    }),
  )

/** `escalation:` of a receiver, ours and not Alertmanager's: whom to call, one after the other, until somebody acknowledges. */
export const escalationConfig = z
  .strictObject({
    steps: z.array(step).min(1, 'an escalation needs at least one step').max(MAX),
    /** How often the whole list is gone through. */
    rounds: times(1),
  })
  .transform((value): Escalation => value)
