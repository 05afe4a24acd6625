import type { ValuesText } from '../../answer/values-text.ts'
import type { StepValues } from '../range-functions/window.ts'
import type { Lease, SecondThread } from './second-thread.ts'
import { BLOCK_BYTES, END_OF_BLOCK } from './shared-blocks.ts'

/** Writing a value costs as much as computing so many. */
const COST_OF_WRITING = 5
/** How long to wait at a time for a block that the second thread has begun with, and how long in all: it may have no processor. */
const WAIT_MS = 1
const PATIENCE_MS = 5
/** With `takesAll`, of tests. */
const MAX_PATIENCE_MS = 10_000

/** Series whose text is written in one go. */
interface Piece {
  readonly from: number
  readonly to: number
  /** The shared block that was offered with them. */
  readonly index: number
}

/** Takes the text of the values of a series: bytes that are lent, or undefined where it has to write them itself. */
export type TakeText = (index: number, text: Uint8Array | undefined) => void

/**
 * The texts of some series that have a value at each step, written on two threads:
 *
 *     series     0 ... ... ... ... n
 *     main       writes ->  <- second
 *
 * The last pieces are offered to the second thread, which begins from behind, while the main thread writes from the front, takes back what has not been
 * begun with where they meet, and copies what is done. All is over when `divideWriting` comes back: nobody has to wait for a slow client.
 */
export function divideWriting(
  thread: SecondThread | undefined,
  text: ValuesText,
  series: readonly Float64Array[],
  take: TakeText,
): void {
  const stepCount = text.timesMs.length
  const job = { kind: 'writing', stepCount, timesMs: text.timesMs } as const
  const rows = stepCount === 0 ? 0 : Math.floor(BLOCK_BYTES / text.sizeBytes)
  const work = series.length * stepCount * COST_OF_WRITING
  const lease = rows === 0 ? undefined : thread?.lend(job, work)
  if (lease === undefined) series.forEach((_, index) => take(index, undefined))
  else new DividedWriting(lease, series, take).run(rows, stepCount)
}

class DividedWriting {
  readonly #lease: Lease
  readonly #series: readonly Float64Array[]
  readonly #take: TakeText
  /** Until a block does not come back in time. */
  #waits = true
  #bySecond = 0
  #byMain = 0

  constructor(lease: Lease, series: readonly Float64Array[], take: TakeText) {
    this.#lease = lease
    this.#series = series
    this.#take = take
  }

  run(rowsPerPiece: number, stepCount: number): void {
    const rows = this.#lease.blocks.rowsOf(stepCount)
    const length = Math.min(rowsPerPiece, rows[0]?.length ?? 0)
    try {
      for (const piece of this.#offer(length, rows)) this.#finish(piece)
    } finally {
      this.#lease.end(this.#bySecond, this.#byMain)
    }
  }

  /** All pieces in order; of those behind the first as many are offered as there are blocks. */
  #offer(length: number, rows: ReadonlyArray<readonly StepValues[]>): Piece[] {
    const { blocks, job } = this.#lease
    const pieces: Piece[] = []
    const free = blocks.blocks.flatMap((_, index) => (blocks.keep(index, job) ? [index] : []))
    for (let to = this.#series.length; to > 0; to -= length) {
      const from = Math.max(0, to - length)
      const index = from === 0 ? undefined : free.pop()
      pieces.push({ from, to, index: index ?? -1 })
      if (index === undefined) continue
      this.#fill(index, from, to, rows[index] ?? [])
      blocks.offer(index, job, pieces.length)
    }
    return pieces.reverse()
  }

  #fill(index: number, from: number, to: number, rows: readonly StepValues[]): void {
    const { offsets } = this.#lease.blocks.blocks[index]!
    for (let row = 0; row < to - from; row++) {
      rows[row]!.values.set(this.#series[from + row]!)
      offsets[row] = 0
    }
    if (to - from < offsets.length) offsets[to - from] = END_OF_BLOCK
  }

  #finish({ from, to, index }: Piece): void {
    if (index !== -1 && this.#isDone(index)) {
      this.#bySecond++
      this.#copy(index, from, to)
    } else {
      this.#byMain++
      for (let i = from; i < to; i++) this.#take(i, undefined)
    }
  }

  #copy(index: number, from: number, to: number): void {
    const { text, counts } = this.#lease.blocks.blocks[index]!
    let start = 0
    for (let row = 0; row < to - from; row++) {
      this.#take(from + row, new Uint8Array(text.buffer, start, counts[row]! - start))
      start = counts[row]!
    }
  }

  /** Whether the second thread has written the block; what it has not begun with is taken back, and waiting for the rest has an end. */
  #isDone(index: number): boolean {
    const { blocks, job, takesAll } = this.#lease
    if (!(takesAll && this.#waits) && blocks.takeBack(index, job)) return false
    const patienceMs = takesAll ? MAX_PATIENCE_MS : PATIENCE_MS
    for (let waitedMs = 0; this.#waits && blocks.isWithSecond(index); waitedMs += WAIT_MS) {
      blocks.waitFor(index, WAIT_MS)
      this.#waits = waitedMs < patienceMs
    }
    return blocks.phaseOf(index) === 'done'
  }
}
