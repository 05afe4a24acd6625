import type { StepValues } from '../range-functions/window.ts'

/** Blocks that are on their way between the threads: enough that neither waits for the other, few enough to stay in the processor's cache. */
const BLOCK_COUNT = 10
/** Series of one block. */
export const BLOCK_ROWS = 128
/** Values of one block, over all series and steps. */
export const BLOCK_VALUES = 1 << 15
/** Packed samples or text of one block. */
export const BLOCK_BYTES = 256 * 1024
/** The offset of the row behind the last of a block. */
export const END_OF_BLOCK = -1

/** Places in the control words; behind them a state and a number for each block. */
const JOB = 0
const ATTENDED = 1
const BELL = 2
const STATES = 3
const NUMBERS = STATES + BLOCK_COUNT
const CONTROL_WORDS = NUMBERS + BLOCK_COUNT

/** The state of a block is its job times this and its phase, so that nobody takes a block of another job. */
const PHASES = 8
const JOBS = 2 ** 27

/**
 * `offered` by the main thread, then `running` on the second until it is `done` or `failed`: the first phase is left by whoever is faster, the
 * second by the second thread only. `kept`: the main thread's.
 */
export type Phase = 'kept' | 'offered' | 'running' | 'done' | 'failed'

const ALL_PHASES: readonly Phase[] = ['kept', 'offered', 'running', 'done', 'failed']
const RUNNING = ALL_PHASES.indexOf('running')

/** Series side by side, and what was made of them. Belongs to one thread at a time. What is in it depends on the job. */
export interface SharedBlock {
  /** Packed samples. */
  readonly words: Uint32Array
  /** The same bytes, of which a text is made. */
  readonly text: DataView
  /** Where in the words each series begins. */
  readonly offsets: Int32Array
  /** The samples of each series that are in the range, or where its text ends. */
  readonly counts: Int32Array
  /** 1: the series has a value at some step. */
  readonly found: Uint8Array
}

/** What is handed to the second thread when it starts. */
export interface SharedMemory {
  readonly control: SharedArrayBuffer
  readonly blocks: ReadonlyArray<
    Readonly<Record<'words' | 'offsets' | 'counts' | 'found' | 'values' | 'present', SharedArrayBuffer>>
  >
}

export function createSharedMemory(): SharedMemory {
  return {
    control: new SharedArrayBuffer(4 * CONTROL_WORDS),
    blocks: Array.from({ length: BLOCK_COUNT }, () => ({
      words: new SharedArrayBuffer(BLOCK_BYTES),
      offsets: new SharedArrayBuffer(4 * BLOCK_ROWS),
      counts: new SharedArrayBuffer(4 * BLOCK_ROWS),
      found: new SharedArrayBuffer(BLOCK_ROWS),
      values: new SharedArrayBuffer(8 * BLOCK_VALUES),
      present: new SharedArrayBuffer(BLOCK_VALUES),
    })),
  }
}

/**
 * One thread's view of the memory that the two share, and the rules by which blocks change hands:
 *
 *     main thread                          second thread
 *     begin(job), message with the job ->  attend(job)
 *     keep, fill, offer               ->   claim            offered -> running
 *     (or takeBack)                        work on it
 *     waitFor, read                   <-   finish           running -> done or failed
 *     end                             ->   waits for the message of another job
 */
export class SharedBlocks {
  readonly blocks: readonly SharedBlock[]
  readonly #memory: SharedMemory
  readonly #control: Int32Array
  #rows: ReadonlyArray<readonly StepValues[]> = []
  #stepCount = -1

  constructor(memory: SharedMemory) {
    this.#memory = memory
    this.#control = new Int32Array(memory.control)
    this.blocks = memory.blocks.map(({ words, offsets, counts, found }) => ({
      words: new Uint32Array(words),
      text: new DataView(words),
      offsets: new Int32Array(offsets),
      counts: new Int32Array(counts),
      found: new Uint8Array(found),
    }))
  }

  /** The rows of each block with values for so many steps, at most `BLOCK_VALUES`. The views are kept for the next query of as many steps. */
  rowsOf(stepCount: number): ReadonlyArray<readonly StepValues[]> {
    if (stepCount !== this.#stepCount) {
      this.#stepCount = stepCount
      const length = Math.min(BLOCK_ROWS, Math.floor(BLOCK_VALUES / stepCount))
      this.#rows = this.#memory.blocks.map(({ values, present }) =>
        Array.from({ length }, (_, row) => ({
          values: new Float64Array(values, 8 * row * stepCount, stepCount),
          present: new Uint8Array(present, row * stepCount, stepCount),
        })),
      )
    }
    return this.#rows
  }

  /** Main thread: the blocks are for this job from now on. */
  begin(job: number): void {
    Atomics.store(this.#control, JOB, job % JOBS)
  }

  /** Main thread: nobody is to begin with another block. */
  end(): void {
    Atomics.store(this.#control, JOB, -1)
    this.#ring()
  }

  /** Main thread: whether the second one waits for blocks of the job. */
  isAttended(job: number): boolean {
    return Atomics.load(this.#control, ATTENDED) === job % JOBS
  }

  /** Main thread: gives the block to whoever begins with it; `number` orders the blocks. */
  offer(index: number, job: number, number: number): void {
    Atomics.store(this.#control, NUMBERS + index, number)
    Atomics.store(this.#control, STATES + index, stateOf(job, 'offered'))
    this.#ring()
  }

  /** Main thread: takes an offered block back; false when the other has begun with it. */
  takeBack(index: number, job: number): boolean {
    return this.#change(index, stateOf(job, 'offered'), stateOf(job, 'kept'))
  }

  /** Main thread: keeps a block whose owner no longer matters; false when the second thread is still at it, maybe for an earlier job. */
  keep(index: number, job: number): boolean {
    const state = Atomics.load(this.#control, STATES + index)
    return state % PHASES !== RUNNING && this.#change(index, state, stateOf(job, 'kept'))
  }

  phaseOf(index: number): Phase {
    return ALL_PHASES[Atomics.load(this.#control, STATES + index) % PHASES] ?? 'kept'
  }

  /** Main thread: whether the block was offered and has not been finished. */
  isWithSecond(index: number): boolean {
    const phase = this.phaseOf(index)
    return phase === 'offered' || phase === 'running'
  }

  /** Main thread: waits, holding everything up, until the block is finished or the time is over; maybe not so long. */
  waitFor(index: number, timeoutMs: number): void {
    const state = Atomics.load(this.#control, STATES + index)
    if (this.isWithSecond(index)) Atomics.wait(this.#control, STATES + index, state, timeoutMs)
  }

  /** Second thread: says that it waits for blocks of the job. False when it is over already. */
  attend(job: number): boolean {
    if (!this.isCurrent(job)) return false
    Atomics.store(this.#control, ATTENDED, job % JOBS)
    return true
  }

  isCurrent(job: number): boolean {
    return Atomics.load(this.#control, JOB) === job % JOBS
  }

  /** Second thread: begins with the offered block of the lowest number and gives its index; -1 when there is none, after some time. */
  claim(job: number, timeoutMs: number): number {
    const bell = Atomics.load(this.#control, BELL)
    const index = this.#firstOffered(job)
    if (index !== -1) return this.#change(index, stateOf(job, 'offered'), stateOf(job, 'running')) ? index : -1
    if (this.isCurrent(job)) Atomics.wait(this.#control, BELL, bell, timeoutMs)
    return -1
  }

  /** Second thread: gives the block back. */
  finish(index: number, job: number, phase: 'done' | 'failed'): void {
    Atomics.store(this.#control, STATES + index, stateOf(job, phase))
    Atomics.notify(this.#control, STATES + index)
  }

  #firstOffered(job: number): number {
    const offered = stateOf(job, 'offered')
    let first = -1
    let lowest = Infinity
    for (let index = 0; index < BLOCK_COUNT; index++) {
      if (Atomics.load(this.#control, STATES + index) !== offered) continue
      const number = Atomics.load(this.#control, NUMBERS + index)
      if (number < lowest) [first, lowest] = [index, number]
    }
    return first
  }

  #change(index: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#control, STATES + index, from, to) === from
  }

  #ring(): void {
    Atomics.add(this.#control, BELL, 1)
    Atomics.notify(this.#control, BELL)
  }
}

function stateOf(job: number, phase: Phase): number {
  return (job % JOBS) * PHASES + ALL_PHASES.indexOf(phase)
}
