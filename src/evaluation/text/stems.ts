import { rememberLast } from './remember.ts'
import { isDigit, isUnspaced } from './script.ts'
import type { Words } from './words.ts'
import { hashOf, lowerCaseKeepingPlaces, wordsOf } from './words.ts'

/** The words of a text without their endings. Chinese: pairs of neighbouring characters, for one character says little. */
export interface Stems {
  readonly text: string
  readonly words: Words
  /** For each word the hash of its stem; for a Chinese character, of it and the next. */
  readonly hashes: Int32Array
}

/** Endings by their last letter, longest first: few words have more than one to try. */
const ENDINGS: ReadonlyMap<number, readonly string[]> = new Map(
  [
    'ments ations ities ings ions ness ies ers es s',
    'ied ed',
    'ing',
    'ingly edly fully ly',
    'er',
    'al',
    'ation ion',
    'ment',
  ].map((list) => {
    const endings = list.split(' ')
    return [(endings[0] ?? '').charCodeAt((endings[0] ?? '').length - 1), endings]
  }),
)

/** Stems of a text, for comparing texts that say the same in other forms of the words. */
export const stemsOf = rememberLast((text: string): Stems => {
  const words = wordsOf(text)
  const lower = lowerCaseKeepingPlaces(text)
  const hashes = new Int32Array(words.count)
  for (let i = 0; i < words.count; i++) hashes[i] = stemHash(lower, words, i)
  return { text, words, hashes }
})

function stemHash(lower: string, { hashes, starts, ends }: Words, i: number): number {
  const start = starts[i] ?? 0
  const end = ends[i] ?? 0
  if (isUnspaced(lower.charCodeAt(start))) {
    const next = lower.charCodeAt(end)
    return isUnspaced(next) ? Math.imul(hashes[i] ?? 0, 31) ^ next : (hashes[i] ?? 0)
  }
  if (end - start < 5 || isDigit(lower.charCodeAt(start))) return hashes[i] ?? 0
  const stemEnd = endOfStem(lower, start, end)
  return stemEnd === end ? (hashes[i] ?? 0) : hashOf(lower, start, stemEnd)
}

/** Where the stem ends: before the ending, when three letters are left, else where the word ends. */
function endOfStem(lower: string, start: number, end: number): number {
  const last = lower.charCodeAt(end - 1)
  const afterApostrophe = lower.charCodeAt(end - 2)
  if (last === 0x73 && (afterApostrophe === 0x27 || afterApostrophe === 0x2019)) return end - 2
  for (const ending of ENDINGS.get(last) ?? []) {
    if (end - start - ending.length >= 3 && lower.startsWith(ending, end - ending.length)) return end - ending.length
  }
  return end
}
