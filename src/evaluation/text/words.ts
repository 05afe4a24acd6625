import { rememberLast } from './remember.ts'
import { isDigit, isLetter, isUnspaced } from './script.ts'

/** The words of a text with their places. Chinese and Japanese count character by character. */
export interface Words {
  /** Lower case. */
  readonly texts: readonly string[]
  /** UTF-16 indexes into the text. */
  readonly starts: Int32Array
  readonly ends: Int32Array
}

const APOSTROPHE = 0x27
const CURLY_APOSTROPHE = 0x2019

/** Splits into words: runs of letters and digits (with inner apostrophes), and single characters of unspaced scripts. */
export const wordsOf = rememberLast((text: string): Words => {
  const texts: string[] = []
  const starts = new Int32Array(text.length)
  const ends = new Int32Array(text.length)
  const lower = lowerCaseKeepingPlaces(text)
  let i = 0
  while (i < text.length) {
    const end = wordEnd(text, i)
    if (end > i) {
      starts[texts.length] = i
      ends[texts.length] = end
      texts.push(lower.slice(i, end))
    }
    i = Math.max(end, i + 1)
  }
  return { texts, starts: starts.slice(0, texts.length), ends: ends.slice(0, texts.length) }
})

/** Lower case of the same length: a few letters (İ) grow in lower case, then only ASCII is lowered so that places hold. */
export function lowerCaseKeepingPlaces(text: string): string {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** Where the word that begins at `start` ends; `start` when none begins there. */
function wordEnd(text: string, start: number): number {
  if (isUnspaced(text.charCodeAt(start))) return start + 1
  let end = start
  while (end < text.length && isWordPart(text, end, start)) end++
  return end
}

function isWordPart(text: string, at: number, start: number): boolean {
  const unit = text.charCodeAt(at)
  if (isUnspaced(unit)) return false
  if (isLetter(unit) || isDigit(unit)) return true
  const isApostrophe = unit === APOSTROPHE || unit === CURLY_APOSTROPHE
  return isApostrophe && at > start && isLetter(text.charCodeAt(at + 1)) && !isUnspaced(text.charCodeAt(at + 1))
}
