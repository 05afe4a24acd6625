import { rememberLast } from './remember.ts'
import { isSpace } from './script.ts'
import { unitsOf } from './units.ts'

export interface Sentence {
  readonly text: string
  readonly start: number
  readonly end: number
}

const LINE_BREAK = 0x0a
const DOT = 0x2e
/** Signs that end a sentence whatever follows, English and Chinese; the closing signs behind them are still part of it. */
const ENDS = unitSet('。！？；!?')
const CLOSINGS = unitSet('"\'”’」』)）')
/** Behind a dot only these, which English has. */
const CLOSINGS_OF_DOT = unitSet('"\'”’)')
/** Nearly all units lie between these two, and end nothing. */
const LAST_ASCII_END = 0x3f
const FIRST_WIDE_END = 0x3002

/** The sentences and lines of a text, trimmed, without empty ones. */
export const sentencesOf = rememberLast((text: string): readonly Sentence[] => {
  const units = unitsOf(text)
  const sentences: Sentence[] = []
  let start = 0
  for (let i = 0; i < units.length; ) {
    const unit = units[i] ?? 0
    const end = unit > LAST_ASCII_END && unit < FIRST_WIDE_END ? i : endingAt(units, unit, i)
    if (end > i && !(unit === DOT && isAbbreviation(text, units, i))) {
      pushTrimmed(sentences, text, units, start, end)
      start = end
    }
    i = Math.max(end, i + 1)
  }
  pushTrimmed(sentences, text, units, start, units.length)
  return sentences
})

/**
 * Where the signs stop that end a sentence at a place; the place itself when none does. A dot inside a number ends none:
 * behind dots a space or the end of the text must follow.
 */
function endingAt(units: Uint16Array, unit: number, at: number): number {
  if (unit === LINE_BREAK) return skip(units, at, isLineBreak)
  if (unit === DOT) {
    const end = skip(units, skip(units, at, isDot), isClosingOfDot)
    return end === units.length || isSpace(units[end] ?? 0) ? end : at
  }
  return ENDS.has(unit) ? skip(units, skip(units, at, isEnd), isClosing) : at
}

function skip(units: Uint16Array, from: number, isPart: (unit: number) => boolean): number {
  let at = from
  while (at < units.length && isPart(units[at] ?? 0)) at++
  return at
}

function unitSet(signs: string): ReadonlySet<number> {
  return new Set(signs.split('').map((sign) => sign.charCodeAt(0)))
}

const isLineBreak = (unit: number): boolean => unit === LINE_BREAK
const isDot = (unit: number): boolean => unit === DOT
const isEnd = (unit: number): boolean => ENDS.has(unit)
const isClosing = (unit: number): boolean => CLOSINGS.has(unit)
const isClosingOfDot = (unit: number): boolean => CLOSINGS_OF_DOT.has(unit)

const ABBREVIATION =
  /(?:^|[\s(])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Jr|Sr|U\.S|U\.K|Inc|Ltd|Co|\d{1,2})$/
/** Units of the longest abbreviation. */
const MAX_ABBREVIATION = 4
const OPENING_BRACKET = 0x28

function isAbbreviation(text: string, units: Uint16Array, dot: number): boolean {
  // After a longer word nothing needs to be cut out and looked at closely.
  for (let at = dot - 2; at >= dot - MAX_ABBREVIATION - 1; at--) {
    if (at < 0 || isSpace(units[at] ?? 0) || units[at] === OPENING_BRACKET)
      return ABBREVIATION.test(text.slice(Math.max(0, dot - 6), dot))
  }
  return false
}

function pushTrimmed(sentences: Sentence[], text: string, units: Uint16Array, from: number, to: number): void {
  let start = from
  let end = to
  while (start < end && isSpace(units[start] ?? 0)) start++
  while (end > start && isSpace(units[end - 1] ?? 0)) end--
  if (start < end) sentences.push({ text: text.slice(start, end), start, end })
}
