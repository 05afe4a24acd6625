import { rememberLast } from './remember.ts'
import { isDigit, isLetter, isUnspaced } from './script.ts'

/** The words of a text with their places. Chinese and Japanese count character by character. */
export interface Words {
  readonly count: number
  /** A hash of each word in lower case: equal words have equal hashes, and different ones hardly ever. */
  readonly hashes: Int32Array
  /** UTF-16 indexes into the text. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** How many of the words are single characters of an unspaced script. */
  readonly unspacedCount: number
}

const APOSTROPHE = 0x27
const CURLY_APOSTROPHE = 0x2019
export const FNV_OFFSET = 0x811c9dc5 | 0
export const FNV_PRIME = 0x01000193

/**
 * Splits into words: runs of letters and digits (with inner apostrophes), and single characters of unspaced scripts.
 * Words are not cut out as strings: a page has hundreds, and most evaluators only compare them.
 */
export const wordsOf = rememberLast((text: string): Words => {
  const lower = lowerCaseKeepingPlaces(text)
  if (scratch.length < text.length * 3) scratch = new Int32Array(text.length * 6)
  let count = 0
  let unspacedCount = 0
  for (let i = 0; i < lower.length; ) {
    const end = wordEnd(lower, i)
    if (end === i) {
      i++
      continue
    }
    if (isUnspaced(lower.charCodeAt(i))) unspacedCount++
    scratch[count * 3] = hashOf(lower, i, end)
    scratch[count * 3 + 1] = i
    scratch[count * 3 + 2] = end
    count++
    i = end
  }
  return { count, hashes: column(0, count), starts: column(1, count), ends: column(2, count), unspacedCount }
})

/** Words of the text that is being read: hash, start, end of each. Kept, because columns of unknown length cost more to make than to fill. */
let scratch = new Int32Array(4_096)

function column(offset: number, count: number): Int32Array {
  const values = new Int32Array(count)
  for (let i = 0; i < count; i++) values[i] = scratch[i * 3 + offset] ?? 0
  return values
}

/** FNV-1a over the UTF-16 units of a part of a text. */
export function hashOf(text: string, start = 0, end = text.length): number {
  let hash = FNV_OFFSET
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}

/** Lower case of the same length: a few letters (İ) grow in lower case, then only ASCII is lowered so that places hold. */
export const lowerCaseKeepingPlaces = rememberLast((text: string): string => {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
})

/** Where the word that begins at `start` ends; `start` when none begins there. */
function wordEnd(text: string, start: number): number {
  if (isUnspaced(text.charCodeAt(start))) return start + 1
  let end = start
  while (end < text.length && isWordPart(text, end, start)) end++
  return end
}

function isWordPart(text: string, at: number, start: number): boolean {
  const unit = text.charCodeAt(at)
  if ((unit >= 0x61 && unit <= 0x7a) || isDigit(unit)) return true
  if (isUnspaced(unit)) return false
  if (isLetter(unit)) return true
  const isApostrophe = unit === APOSTROPHE || unit === CURLY_APOSTROPHE
  return isApostrophe && at > start && isLetter(text.charCodeAt(at + 1)) && !isUnspaced(text.charCodeAt(at + 1))
}
