import type { MainLeaf } from '../leaf/main-leaf.ts'
import { readHere, type LeafReading } from '../leaf/read-here.ts'
import type { QueryContext } from '../query-context.ts'
import type { StepValues } from '../range-functions/window.ts'
import type { Lease } from './second-thread.ts'
import { END_OF_BLOCK } from './shared-blocks.ts'

/** A block is to take so long: much longer than handing it over, and no longer than one thread may wait for the other at the end. */
const BLOCK_MS = 0.7
const FIRST_ROWS = 16
/** Blocks that the second thread should find waiting: it computes two while the main thread computes one and hands over what is done. */
const OFFERED = 3
/** How long to wait at a time for a block that the second thread has begun with. */
const WAIT_MS = 1
/** A block that takes so many times as long as the main thread needed for one was begun by a thread that has no processor. */
const PATIENCE = 3
const MIN_PATIENCE_MS = 3

/** Series that one thread computes in one go. They are handed over when all before them have been. */
interface Block {
  readonly from: number
  readonly to: number
  /** Which of the shared blocks holds them. */
  readonly index: number
  /** By the main thread. */
  isComputed: boolean
}

/**
 * The leaves of one selection on two threads. The main thread offers blocks of packed series, and computes the blocks after them meanwhile. It
 * hands over what is done in the order of the selection, so that the result is the same to the last bit as if it had computed alone. What the second
 * thread has not begun with is taken back when nothing else is left; what it began with and does not give back in time is computed again.
 */
export class DividedReading {
  readonly #context: QueryContext
  readonly #reading: LeafReading
  readonly #main: MainLeaf
  readonly #lease: Lease
  /** Of each shared block, where the values of its series go. */
  readonly #rows: ReadonlyArray<readonly StepValues[]>
  readonly #into: StepValues
  readonly #maxRows: number
  #rowsPerBlock: number
  #rowMs = 0
  #next = 0
  /** Blocks on their way, in order. */
  #blocks: Block[] = []
  /** Until a block fails: the others would as well. */
  #offers = true
  #waitingSinceMs: number | undefined
  #bySecond = 0
  #byMain = 0

  constructor(context: QueryContext, reading: LeafReading, main: MainLeaf, lease: Lease) {
    this.#context = context
    this.#reading = reading
    this.#main = main
    this.#lease = lease
    this.#rows = lease.blocks.rowsOf(reading.stepCount)
    this.#maxRows = this.#rows[0]?.length ?? 0
    this.#rowsPerBlock = Math.min(FIRST_ROWS, this.#maxRows)
    const { stepCount } = reading
    this.#into = { values: new Float64Array(stepCount), present: new Uint8Array(stepCount) }
  }

  async run(): Promise<void> {
    const { pace } = this.#context
    try {
      while (this.#next < this.#reading.selection.length || this.#blocks.length > 0) {
        await this.#handOver()
        const own = this.#reserve()
        this.#offer()
        if (own !== undefined) await this.#compute(own)
        else await this.#help()
        if (pace.due) await pace.rest()
      }
    } finally {
      this.#lease.end(this.#bySecond, this.#byMain)
    }
  }

  /** The second thread has to compute whatever it can. */
  get #leavesAll(): boolean {
    return this.#lease.takesAll && this.#offers && !this.#lease.isBroken
  }

  /** Hands over the finished blocks before the first that is not. */
  async #handOver(): Promise<void> {
    for (let front = this.#blocks[0]; front !== undefined; front = this.#blocks[0]) {
      const phase = this.#lease.blocks.phaseOf(front.index)
      if (!front.isComputed && phase !== 'done' && phase !== 'failed') return
      this.#blocks.shift()
      this.#waitingSinceMs = undefined
      if (front.isComputed || phase === 'done') this.#give(front)
      else await this.#computeFailed(front)
    }
  }

  #give({ from, to, index, isComputed }: Block): void {
    const { accounts } = this.#context
    const { selection, take } = this.#reading
    const { counts, found } = this.#lease.blocks.blocks[index]!
    const rows = this.#rows[index]!
    if (!isComputed) this.#bySecond++
    for (let row = 0; row < to - from; row++) {
      if (counts[row]! > 0) accounts.seriesTouched++
      accounts.samplesTouched += counts[row]!
      if (found[row] === 1) take(selection.labelsOf(from + row), rows[row]!)
    }
  }

  /** What the second thread could not compute as the main thread would: an error, or something to be said about the samples. */
  async #computeFailed(block: Block): Promise<void> {
    this.#offers = false
    await this.#computeFront(block)
  }

  /** The next series for the main thread; undefined when there are none or no shared block is free. */
  #reserve(): Block | undefined {
    const from = this.#next
    const to = Math.min(this.#reading.selection.length, from + this.#rowsPerBlock)
    if (from === to || this.#leavesAll) return undefined
    const isFront = this.#blocks.length === 0
    const index = isFront ? -1 : this.#freeIndex()
    if (!isFront && index === -1) return undefined
    const block = { from, to, index, isComputed: false }
    if (!isFront) this.#blocks.push(block)
    this.#next = to
    return block
  }

  #freeIndex(): number {
    const { blocks, job } = this.#lease
    return blocks.blocks.findIndex(
      (_, index) => !this.#blocks.some((block) => block.index === index) && blocks.keep(index, job),
    )
  }

  /** Sees to it that the second thread finds something to do. */
  #offer(): void {
    const { blocks, job, isBroken } = this.#lease
    if (isBroken || !(this.#leavesAll || blocks.isAttended(job))) return
    let offered = this.#blocks.filter(({ index }) => blocks.phaseOf(index) === 'offered').length
    for (; offered < OFFERED && this.#offers && this.#next < this.#reading.selection.length; offered++) {
      const index = this.#freeIndex()
      if (index === -1) return
      const from = this.#next
      const to = this.#pack(index)
      // A series that alone does not fit: its like will not either.
      if (to === from) this.#offers = false
      else this.#blocks.push({ from, to, index, isComputed: false })
      if (to > from) blocks.offer(index, job, from)
      this.#next = to
    }
  }

  /** Packs the next series into the shared block, as many as fit. Gives the index of the first that is not among them. */
  #pack(index: number): number {
    const { selection } = this.#reading
    const { words, offsets } = this.#lease.blocks.blocks[index]!
    const count = Math.min(this.#rowsPerBlock, selection.length - this.#next)
    let at = 0
    let row = 0
    for (; row < count; row++) {
      offsets[row] = at
      at = selection.pack(this.#next + row, words, at)
      if (at === -1) break
    }
    if (row < offsets.length) offsets[row] = END_OF_BLOCK
    return this.#next + row
  }

  async #compute(block: Block): Promise<void> {
    if (block.index === -1) return this.#computeFront(block)
    const { counts, found } = this.#lease.blocks.blocks[block.index]!
    const rows = this.#rows[block.index]!
    const { pace } = this.#context
    const startMs = pace.now()
    for (let row = 0; row < block.to - block.from; row++) {
      const computed = this.#main.compute(block.from + row, rows[row]!)
      found[row] = Number(typeof computed === 'boolean' ? computed : await computed)
      counts[row] = this.#main.sampleCount
      if (pace.due) await pace.rest()
    }
    block.isComputed = true
    this.#measure(block, startMs)
  }

  /** Computes series before which nothing is left to hand over. */
  async #computeFront(block: Block): Promise<void> {
    const startMs = this.#context.pace.now()
    const { from, to } = block
    await readHere(this.#context, this.#reading, { main: this.#main, into: this.#into, from, to })
    this.#measure(block, startMs)
  }

  #measure({ from, to }: Block, startMs: number): void {
    this.#byMain++
    this.#rowMs = (this.#context.pace.now() - startMs) / (to - from)
    const rows = this.#rowMs > 0 ? Math.ceil(BLOCK_MS / this.#rowMs) : this.#maxRows
    this.#rowsPerBlock = Math.min(this.#maxRows, Math.max(1, rows))
  }

  /** Nothing new can be begun with: takes back what was offered, or waits for the block that all others wait for. */
  async #help(): Promise<void> {
    if (this.#leavesAll) return this.#context.pace.rest()
    const { blocks, job } = this.#lease
    const offered = this.#blocks.find(({ index }) => blocks.takeBack(index, job))
    const front = this.#blocks[0]
    if (offered !== undefined && offered === front) {
      this.#blocks.shift()
      return this.#computeFront(front)
    }
    if (offered !== undefined) return this.#compute(offered)
    if (front !== undefined) await this.#waitFor(front)
  }

  async #waitFor(front: Block): Promise<void> {
    const { blocks, isBroken } = this.#lease
    const { pace } = this.#context
    this.#waitingSinceMs ??= pace.now()
    if (!isBroken) blocks.waitFor(front.index, WAIT_MS)
    const patienceMs = isBroken ? 0 : Math.max(MIN_PATIENCE_MS, PATIENCE * this.#rowMs * (front.to - front.from))
    const isRunning = blocks.phaseOf(front.index) === 'running'
    if (!isRunning || pace.now() - this.#waitingSinceMs < patienceMs) return
    this.#waitingSinceMs = undefined
    this.#blocks.shift()
    await this.#computeFront(front)
  }
}
