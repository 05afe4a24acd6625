import { backoffDelays } from '../../util/backoff.ts'
import { type Clock, sleep } from '../../util/clock.ts'
import type { SendResult } from '../receiver.ts'

export interface RetryOptions {
  readonly clock: Clock
  readonly random: () => number
  /** Called after each attempt. */
  readonly onAttempt: (result: SendResult, durationMs: number, attempt: number) => void
}

export type RetryOutcome = 'sent' | { readonly reason: string; readonly attempts: number }

/** Delays between attempts. */
const BACKOFF = { initialMs: 500, maxMs: 60_000, jitter: 0.5 }

/** Sends until it succeeds, is refused for good, or the signal ends it; the last failure's reason is the outcome's. */
export async function retry(
  send: (signal: AbortSignal) => Promise<SendResult>,
  signal: AbortSignal,
  options: RetryOptions,
): Promise<RetryOutcome> {
  const delays = backoffDelays({ ...BACKOFF, random: options.random })
  let reason = 'there was no time for an attempt'
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted)
      return { reason: `notify retry canceled after ${attempt - 1} attempts: ${reason}`, attempts: attempt - 1 }
    const startedMs = options.clock.now()
    const result = await attemptOnce(send, signal)
    options.onAttempt(result, options.clock.now() - startedMs, attempt)
    if (result === 'sent') return 'sent'
    if (!result.retry) {
      return {
        reason: `notify retry canceled due to unrecoverable error after ${attempt} attempts: ${result.reason}`,
        attempts: attempt,
      }
    }
    reason = result.reason
    await sleep(options.clock, Math.max(delays.next().value, result.retryAfterMs ?? 0), signal)
  }
}

/** A receiver that throws has a defect of its own; trying again may still help. */
async function attemptOnce(
  send: (signal: AbortSignal) => Promise<SendResult>,
  signal: AbortSignal,
): Promise<SendResult> {
  try {
    return await send(signal)
  } catch (error) {
    return { retry: true, reason: error instanceof Error ? error.message : String(error) }
  }
}
