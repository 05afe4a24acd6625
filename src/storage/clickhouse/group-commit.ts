import type { Clock } from '../../util/clock.ts'
import { StoreUnavailableError } from '../store.ts'

/** What is inserted: bytes, or what becomes bytes; `length` counts them. */
interface Block {
  readonly length: number
}

export interface GroupCommitOptions<B extends Block = Buffer> {
  /** For messages. */
  readonly table: string
  readonly clock: Clock
  /** Commits blocks of encoded rows, all or nothing. */
  readonly insert: (blocks: readonly B[]) => Promise<void>
  /** Between the starts of two inserts: what arrives meanwhile goes together. */
  readonly intervalMs: number
  /** From this size on a group waits no longer than the insert before it took. */
  readonly enoughBytes: number
  /** What goes into one insert; a group of this size does not wait at all. */
  readonly groupBytes: number
  /** What may wait in all; further writes are refused. */
  readonly maxPendingBytes: number
  readonly onInsert?: (outcome: InsertOutcome) => void
}

export interface InsertOutcome {
  readonly table: string
  readonly rows: number
  readonly bytes: number
  readonly result: 'committed' | 'failed' | 'refused'
}

interface Write<B> {
  readonly blocks: readonly B[]
  readonly bytes: number
  readonly rows: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * Turns the writes of many into few inserts, because the engine wants few and big ones and a writer wants its answer soon.
 * One insert is under way at a time, so writes are committed in the order in which they came.
 */
export class GroupCommit<B extends Block = Buffer> {
  readonly #options: GroupCommitOptions<B>
  #pending: Write<B>[] = []
  #pendingBytes = 0
  #lastStartMs = -Infinity
  #lastTookMs = 0
  #cancelTimer: (() => void) | undefined
  #committing: Promise<void> | undefined
  #keepAlive: NodeJS.Timeout | undefined

  constructor(options: GroupCommitOptions<B>) {
    this.#options = options
  }

  /** Resolves when the rows are committed. Rejects with `StoreUnavailableError` when too much waits or the insert failed. */
  write(blocks: readonly B[], rows: number): Promise<void> {
    const bytes = blocks.reduce((sum, block) => sum + block.length, 0)
    if (this.#pendingBytes + bytes > this.#options.maxPendingBytes && this.#pendingBytes > 0) {
      this.#options.onInsert?.({ table: this.#options.table, rows, bytes, result: 'refused' })
      const message = `${this.#pendingBytes} bytes already wait to be written to ${this.#options.table}`
      return Promise.reject(new StoreUnavailableError(message))
    }
    return new Promise((resolve, reject) => {
      this.#pending.push({ blocks, bytes, rows, resolve, reject })
      this.#pendingBytes += bytes
      // The clock's timers let a process end; one that has yet to commit must not.
      this.#keepAlive ??= setInterval(() => {}, 2 ** 30)
      this.#schedule()
    })
  }

  /** Commits all that was written before the call. */
  async drain(): Promise<void> {
    while (this.#pending.length > 0 || this.#committing !== undefined) {
      this.#start()
      await this.#committing
    }
  }

  #schedule(): void {
    if (this.#committing !== undefined) return
    this.#cancelTimer?.()
    const waitMs = this.#nextStartMs() - this.#options.clock.now()
    if (waitMs <= 0 && this.#pendingBytes >= this.#options.enoughBytes) return this.#start()
    this.#cancelTimer = this.#options.clock.after(Math.max(0, waitMs), () => this.#start())
  }

  /** Small inserts cost twice as much for each row: where many write, the engine rests as long as it worked, and finds more to do. */
  #nextStartMs(): number {
    const { intervalMs, enoughBytes, groupBytes } = this.#options
    if (this.#pendingBytes >= groupBytes) return -Infinity
    const intervalEndMs = this.#lastStartMs + intervalMs
    if (this.#pendingBytes < enoughBytes) return intervalEndMs
    return Math.min(intervalEndMs, this.#lastStartMs + 2 * this.#lastTookMs)
  }

  #start(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#committing !== undefined || this.#pending.length === 0) return
    this.#lastStartMs = this.#options.clock.now()
    this.#committing = this.#commit(this.#takeGroup()).finally(() => {
      this.#lastTookMs = this.#options.clock.now() - this.#lastStartMs
      this.#committing = undefined
      if (this.#pending.length > 0) return this.#schedule()
      clearInterval(this.#keepAlive)
      this.#keepAlive = undefined
    })
  }

  /** The oldest writes, up to the size of a group and at least one. */
  #takeGroup(): Write<B>[] {
    let sum = 0
    const end = this.#pending.findIndex(({ bytes }, i) => {
      sum += bytes
      return i > 0 && sum > this.#options.groupBytes
    })
    const group = end === -1 ? this.#pending : this.#pending.slice(0, end)
    this.#pending = end === -1 ? [] : this.#pending.slice(end)
    return group
  }

  async #commit(group: readonly Write<B>[]): Promise<void> {
    const { table, insert, onInsert } = this.#options
    const rows = group.reduce((sum, write) => sum + write.rows, 0)
    const bytes = group.reduce((sum, write) => sum + write.bytes, 0)
    try {
      await insert(group.flatMap(({ blocks }) => blocks))
      onInsert?.({ table, rows, bytes, result: 'committed' })
      for (const write of group) write.resolve()
    } catch (error) {
      onInsert?.({ table, rows, bytes, result: 'failed' })
      const failure = new StoreUnavailableError(`${rows} rows could not be written to ${table}: ${String(error)}`, {
        cause: error,
      })
      for (const write of group) write.reject(failure)
    } finally {
      this.#pendingBytes -= bytes
    }
  }
}
