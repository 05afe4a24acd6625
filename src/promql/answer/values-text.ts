import { SPOILT_BYTES } from './digits.ts'
import { MAX_NUMBER_BYTES, putNumber, putTime } from './number-text.ts'

const QUOTE = 34
const COMMA = 44
const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93
/** What stands between two values is copied by so many bytes at a time. */
const WORD = 8
/** Words that `"],[1700000000,"` takes, and such with a time of any length. */
const USUAL_WORDS = 2
const MAX_WORDS = 4
const USUAL_TO_MS = 1e13

/**
 * Writes the values of series as JSON: `[1700000000,"1"],[1700000015,"2"]`. What stands between two values, `"],[1700000015,"`, depends on the time alone
 * and is the same for all complete series of an answer: it is worked out once, and copied as numbers of eight bytes. These are of ASCII, so none is a NaN.
 */
export class ValuesText {
  readonly timesMs: Float64Array
  readonly #words: number
  /** What stands before each value, so many words for each. */
  readonly #heads: DataView
  readonly #lengths: Uint8Array

  constructor(timesMs: Float64Array) {
    this.timesMs = timesMs
    this.#words = timesMs.every(isUsual) ? USUAL_WORDS : MAX_WORDS
    this.#heads = new DataView(new ArrayBuffer(timesMs.length * this.#words * WORD + SPOILT_BYTES))
    this.#lengths = new Uint8Array(timesMs.length)
    for (let i = 0; i < timesMs.length; i++) {
      const start = i * this.#words * WORD
      this.#lengths[i] = putHead(this.#heads, start, timesMs[i]!, i === 0) - start
    }
  }

  /** The room that a series takes at most. */
  get sizeBytes(): number {
    return this.timesMs.length * (this.#words * WORD + MAX_NUMBER_BYTES)
  }

  /** Writes a series that has a value at each of the times and gives the index behind. */
  put(view: DataView, start: number, values: Float64Array): number {
    const heads = this.#heads
    const lengths = this.#lengths
    const wordsEnd = this.#words * WORD
    let head = 0
    let at = start
    for (let i = 0; i < values.length; i++) {
      for (let byte = 0; byte < wordsEnd; byte += WORD)
        view.setFloat64(at + byte, heads.getFloat64(head + byte, true), true)
      head += wordsEnd
      at = putNumber(view, at + lengths[i]!, values[i]!)
    }
    if (values.length === 0) return start
    view.setUint8(at, QUOTE)
    view.setUint8(at + 1, CLOSING_BRACKET)
    return at + 2
  }
}

/** Whether the text of the time has ten digits at most. */
function isUsual(timeMs: number): boolean {
  return timeMs >= 0 && timeMs < USUAL_TO_MS && timeMs % 1000 === 0
}

function putHead(view: DataView, start: number, timeMs: number, isFirst: boolean): number {
  let at = start
  if (!isFirst) for (const byte of [QUOTE, CLOSING_BRACKET, COMMA]) view.setUint8(at++, byte)
  view.setUint8(at++, OPENING_BRACKET)
  at = putTime(view, at, timeMs)
  view.setUint8(at, COMMA)
  view.setUint8(at + 1, QUOTE)
  return at + 2
}
