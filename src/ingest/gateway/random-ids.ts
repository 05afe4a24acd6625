import { randomFillSync } from 'node:crypto'
import type { SpanIds } from './exchange-frame.ts'

/** Random bytes are fetched so many at a time: asking the system for 24 costs as much as for 4,096. */
const POOL_BYTES = 4_096

/** Trace and span ids in W3C's form. */
export class RandomIds implements SpanIds {
  readonly #pool = Buffer.alloc(POOL_BYTES)
  #used = POOL_BYTES

  newTraceId(): string {
    return this.#hex(16)
  }

  newSpanId(): string {
    return this.#hex(8)
  }

  #hex(bytes: number): string {
    if (this.#used + bytes > POOL_BYTES) {
      randomFillSync(this.#pool)
      this.#used = 0
    }
    this.#used += bytes
    return this.#pool.toString('hex', this.#used - bytes, this.#used)
  }
}
