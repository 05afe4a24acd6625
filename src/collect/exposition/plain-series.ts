import { Labels, METRIC_NAME } from '../../model/labels.ts'
import { internedText } from '../../util/interned-text.ts'
import { BACKSLASH, CLOSE_BRACE, COLON, isBlank, isDigit, isNameByte, OPEN_BRACE, QUOTE } from './bytes.ts'

const EQUAL = 0x3d
const COMMA = 0x2c

/** Bytes of a label's value that mean themselves: ASCII that can be seen, and the blank, less quote and backslash. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte <= 0x7e && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)
const LABEL_NAME = Uint8Array.from({ length: 256 }, (_, byte) => (isNameByte(byte) && byte !== COLON ? 1 : 0))

/**
 * Reads series that are written the usual way, `name{label="value",...}` in ASCII with labels in ascending order, without blanks and
 * escapes, many times faster than `parseSeriesText`. All else, right or wrong, is left to that parser.
 */
export class PlainSeriesReader {
  readonly #body: Buffer
  /** Where each text begins and ends: the metric's name, then of each label its name and its value. */
  #bounds = new Int32Array(64)
  #boundCount = 0
  /** Texts of the series before. Series of one metric follow each other, so that most of their texts are the same. */
  #last: readonly string[] = []

  constructor(body: Buffer) {
    this.#body = body
  }

  /** Where the series that begins at `at` ends; -1 when it is not written the usual way. */
  scan(at: number): number {
    const body = this.#body
    this.#boundCount = 0
    let end = at
    while (isNameByte(body[end] ?? 0)) end++
    if (end === at || isDigit(body[at] ?? 0)) return -1
    this.#note(at, end)
    if (body[end] !== OPEN_BRACE) return this.#isBraceBehindBlanks(end) ? -1 : end
    do {
      end = this.#scanLabel(end + 1)
    } while (end !== -1 && body[end] === COMMA)
    return end !== -1 && body[end] === CLOSE_BRACE ? end + 1 : -1
  }

  /** The labels of what was scanned last; undefined when they are not in ascending order. */
  labels(): Labels | undefined {
    const bounds = this.#bounds
    const last = this.#last
    const pairs = [METRIC_NAME, this.#textOf(0, last[1])]
    let isOrderKnown = true
    for (let i = 2; i < this.#boundCount; i += 4) {
      const at = pairs.length
      const name = this.#textOf(i, last[at])
      isOrderKnown &&= name === last[at]
      if (!isOrderKnown && name <= (pairs[at - 2] ?? '')) return undefined
      if (bounds[i + 2] === bounds[i + 3]) isOrderKnown = false
      else pairs.push(name, this.#textOf(i + 2, last[at + 1]))
    }
    this.#last = pairs
    return Labels.fromSorted(pairs)
  }

  /** Gives where the quote behind the value ends; -1 when it is no plain label. */
  #scanLabel(at: number): number {
    const body = this.#body
    let end = at
    while (LABEL_NAME[body[end] ?? 0] === 1) end++
    if (end === at || isDigit(body[at] ?? 0) || body[end] !== EQUAL || body[end + 1] !== QUOTE) return -1
    this.#note(at, end)
    const valueStart = end + 2
    end = valueStart
    while (PLAIN[body[end] ?? 0] === 1) end++
    if (body[end] !== QUOTE) return -1
    this.#note(valueStart, end)
    return end + 1
  }

  #isBraceBehindBlanks(at: number): boolean {
    let end = at
    while (isBlank(this.#body[end] ?? 0)) end++
    return this.#body[end] === OPEN_BRACE
  }

  #note(start: number, end: number): void {
    if (this.#boundCount === this.#bounds.length) {
      const grown = new Int32Array(this.#bounds.length * 2)
      grown.set(this.#bounds)
      this.#bounds = grown
    }
    this.#bounds[this.#boundCount++] = start
    this.#bounds[this.#boundCount++] = end
  }

  /** The text of the bounds at `index`: `likely` itself when it is equal. */
  #textOf(index: number, likely: string | undefined): string {
    const body = this.#body
    const start = this.#bounds[index] ?? 0
    const length = (this.#bounds[index + 1] ?? 0) - start
    if (likely?.length !== length) return internedText(body, start, length)
    for (let i = 0; i < length; i++)
      if (likely.charCodeAt(i) !== body[start + i]) return internedText(body, start, length)
    return likely
  }
}
