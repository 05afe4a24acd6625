import { IntSet } from '../../util/int-set.ts'
import { cutCopy } from '../../util/slab.ts'
import { rememberLast } from './remember.ts'
import { DIGIT_UNIT, UNIT_KINDS, UNSPACED_UNIT } from './script.ts'
import { isStopword } from './stopwords.ts'
import type { Words } from './words.ts'
import { lowerUnitsOf } from './units.ts'
import { FNV_OFFSET, FNV_PRIME, wordsOf } from './words.ts'

/** The words of a text without their endings. Chinese: pairs of neighbouring characters, for one character says little. */
export interface Stems {
  readonly text: string
  readonly words: Words
  /** For each word the hash of its stem; for a Chinese character, of it and the next. */
  readonly hashes: Int32Array
}

/** Endings by their last letter, longest first: few words have more than one to try. */
const ENDINGS: ReadonlyArray<ReadonlyArray<readonly number[]> | undefined> = byLastUnit(
  [
    'ments ations ities ings ions ness ies ers es s',
    'ied ed',
    'ing',
    'ingly edly fully ly',
    'er',
    'al',
    'ation ion',
    'ment',
  ].map((list) => list.split(' ')),
)

function byLastUnit(lists: readonly string[][]): Array<ReadonlyArray<readonly number[]> | undefined> {
  const table: Array<ReadonlyArray<readonly number[]> | undefined> = Array.from({ length: 0x80 })
  for (const endings of lists) {
    const units = endings.map((ending) => ending.split('').map((letter) => letter.charCodeAt(0)))
    table[units[0]?.at(-1) ?? 0] = units
  }
  return table
}

/** Stems of a text, for comparing texts that say the same in other forms of the words. */
export const stemsOf = rememberLast((text: string): Stems => {
  const words = wordsOf(text)
  const units = lowerUnitsOf(text)
  const { starts, ends, count } = words
  const hashes = cutCopy(words.hashes, count)
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0
    const end = ends[i] ?? 0
    const kind = UNIT_KINDS[units[start] ?? 0] ?? 0
    if ((kind & UNSPACED_UNIT) !== 0) hashes[i] = pairHash(units, end, hashes[i] ?? 0)
    else if (end - start >= 5 && (kind & DIGIT_UNIT) === 0) {
      const stemEnd = endOfStem(units, start, end)
      if (stemEnd !== end) hashes[i] = hashOfUnits(units, start, stemEnd)
    }
  }
  return { text, words, hashes }
})

/** The different stems of a text's content words: its matter, in no form. */
export const contentStemsOf = rememberLast((text: string): IntSet => {
  const { words, hashes } = stemsOf(text)
  const stems = new IntSet(words.count)
  for (let i = 0; i < words.count; i++) if (!isStopword(words.hashes[i] ?? 0)) stems.add(hashes[i] ?? 0)
  return stems
})

function pairHash(units: Uint16Array, end: number, hash: number): number {
  const next = units[end] ?? 0
  return ((UNIT_KINDS[next] ?? 0) & UNSPACED_UNIT) === 0 ? hash : Math.imul(hash, 31) ^ next
}

function hashOfUnits(units: Uint16Array, start: number, end: number): number {
  let hash = FNV_OFFSET
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (units[i] ?? 0), FNV_PRIME)
  return hash
}

/** Where the stem ends: before the ending, when three letters are left, else where the word ends. */
function endOfStem(units: Uint16Array, start: number, end: number): number {
  const last = units[end - 1] ?? 0
  const afterApostrophe = units[end - 2] ?? 0
  if (last === 0x73 && (afterApostrophe === 0x27 || afterApostrophe === 0x2019)) return end - 2
  const endings = last < ENDINGS.length ? ENDINGS[last] : undefined
  if (endings === undefined) return end
  for (const ending of endings) {
    if (end - start - ending.length >= 3 && standsBefore(units, end, ending)) return end - ending.length
  }
  return end
}

function standsBefore(units: Uint16Array, end: number, ending: readonly number[]): boolean {
  // The last one is known to be right.
  for (let i = ending.length - 2, at = end - 2; i >= 0; i--, at--) if (units[at] !== ending[i]) return false
  return true
}
