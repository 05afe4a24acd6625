import { type Lane, LANES, type Outbox } from './outbox.ts'
import type { PostOutcome } from './post.ts'

/** Why something that was recorded never arrives. */
export type DropReason =
  /** The queue was full: the server was away for too long, or too much was recorded. */
  | 'queue_full'
  /** The server did not take it. */
  | 'refused'
  /** The client was closed before it could be sent. */
  | 'unsent'
  /** The client has no address to send to, or could not read what it was given. */
  | 'invalid'

export interface DeliveryOptions {
  readonly outbox: Outbox
  readonly post: (lane: Lane, items: readonly string[]) => Promise<PostOutcome>
  readonly batchSize: number
  readonly flushIntervalMs: number
  readonly onDropped: (reason: DropReason, count: number, message: string) => void
  readonly onSent: (count: number) => void
  readonly onError: (message: string) => void
  /** 0 to 1, for the spread of retries. */
  readonly random: () => number
}

const FIRST_BACKOFF_MS = 500
const MAX_BACKOFF_MS = 30_000
const MAX_BATCH_LENGTH = 1024 * 1024

/** What was done with a batch: `again` asks to go on, `waiting` that the server needs a pause. */
type Step = 'again' | 'waiting'

/**
 * Carries the outbox to the server: one batch at a time, as soon as one is full or the interval is over. While the server is away
 * or busy everything stays in the outbox and the attempts get rarer (up to 30 s). Its timers never keep a process alive.
 */
export class Delivery {
  readonly #options: DeliveryOptions
  #isStopped = false
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #failures = 0
  #batchSize: number

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#batchSize = options.batchSize
  }

  /** To be called after each item that was put into the outbox. Costs next to nothing. */
  notice(): void {
    const isFull = this.#options.outbox.size >= this.#options.batchSize
    if (this.#timer === undefined) this.#schedule(isFull ? 0 : this.#options.flushIntervalMs)
    else if (isFull && this.#failures === 0 && this.#running === undefined) this.#schedule(0)
  }

  /** True when all that was in the outbox has left it, false when that did not happen in time. Never rejects. */
  async flush(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    while (this.#options.outbox.size > 0) {
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) return false
      await within(this.#drain(), leftMs)
      if (this.#options.outbox.size === 0) break
      await within(undefined, Math.min(this.#backoffMs(), Math.max(0, deadline - performance.now())))
    }
    return true
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer)
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#drain()
    }, delayMs)
    this.#timer.unref()
  }

  #drain(): Promise<void> {
    this.#running ??= this.#sendAll().finally(() => {
      this.#running = undefined
      // What came in for a lane that this run had passed already.
      if (this.#options.outbox.size > 0 && this.#timer === undefined) this.#schedule(this.#options.flushIntervalMs)
    })
    return this.#running
  }

  async #sendAll(): Promise<void> {
    for (const lane of LANES) {
      for (;;) {
        const batch = this.#options.outbox.peek(lane, this.#batchSize, MAX_BATCH_LENGTH)
        if (batch.length === 0) break
        const outcome = await this.#options.post(lane, batch)
        if (this.#take(outcome, lane, batch.length) === 'waiting') return
      }
    }
  }

  #take(outcome: PostOutcome, lane: Lane, count: number): Step {
    switch (outcome.kind) {
      case 'sent':
        this.#settle(lane, count)
        this.#options.onSent(count - outcome.rejected)
        if (outcome.rejected > 0) this.#options.onDropped('refused', outcome.rejected, outcome.message)
        return 'again'
      case 'refused':
        this.#settle(lane, count)
        this.#options.onDropped('refused', count, outcome.message)
        return 'again'
      case 'too-large':
        return this.#shrink(lane, count, outcome.message)
      case 'retry':
        return this.#wait(outcome)
    }
  }

  #settle(lane: Lane, count: number): void {
    this.#options.outbox.remove(lane, count)
    this.#failures = 0
    this.#batchSize = this.#options.batchSize
  }

  #shrink(lane: Lane, count: number, message: string): Step {
    if (count > 1) {
      this.#batchSize = Math.ceil(count / 2)
      return 'again'
    }
    this.#settle(lane, count)
    this.#options.onDropped('refused', count, message)
    return 'again'
  }

  #wait({ afterMs, message }: { afterMs: number | undefined; message: string }): Step {
    this.#failures++
    const waitMs = Math.max(afterMs ?? 0, this.#backoffMs())
    this.#options.onError(`not sent, ${this.#options.outbox.size} waiting: ${message}`)
    this.#schedule(waitMs)
    return 'waiting'
  }

  /** Doubles with each failure; spread over half of itself, so that many processes do not come back at once. */
  #backoffMs(): number {
    const fullMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, this.#failures - 1))
    return fullMs * (0.5 + this.#options.random() / 2)
  }
}

/** Waits for the work or the time, whichever is over first. This timer holds the process: somebody waits for the flush. */
async function within(work: Promise<void> | undefined, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs)
  })
  await Promise.race(work === undefined ? [timeout] : [work, timeout])
  clearTimeout(timer)
}
