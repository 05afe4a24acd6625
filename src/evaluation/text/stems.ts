import { rememberLast } from './remember.ts'
import { isDigit, isUnspaced } from './script.ts'
import type { Words } from './words.ts'
import { hashOf, lowerCaseKeepingPlaces, wordsOf } from './words.ts'

/** The words of a text without their endings. Chinese: pairs of neighbouring characters, for one character says little. */
export interface Stems {
  readonly words: Words
  /** For each word the hash of its stem; for a Chinese character, of it and the next. */
  readonly hashes: Int32Array
}

const ENDING = /(?:ingly|edly|fully|ments|ations|ation|ities|ings|ing|ied|ies|ment|ness|ions|ion|ed|es|ly|er|ers|al|s)$/

/** Stems of a text, for comparing texts that say the same in other forms of the words. */
export const stemsOf = rememberLast((text: string): Stems => {
  const words = wordsOf(text)
  const lower = lowerCaseKeepingPlaces(text)
  const hashes = new Int32Array(words.count)
  for (let i = 0; i < words.count; i++) hashes[i] = stemHash(lower, words, i)
  return { words, hashes }
})

function stemHash(lower: string, { hashes, starts, ends }: Words, i: number): number {
  const start = starts[i] ?? 0
  const end = ends[i] ?? 0
  if (isUnspaced(lower.charCodeAt(start))) {
    const next = lower.charCodeAt(end)
    return isUnspaced(next) ? Math.imul(hashes[i] ?? 0, 31) ^ next : (hashes[i] ?? 0)
  }
  if (end - start < 5 || isDigit(lower.charCodeAt(start))) return hashes[i] ?? 0
  const word = lower.slice(start, end)
  const stem = word.replace(/['’]s$/, '').replace(ENDING, '')
  return stem.length < 3 || stem.length === word.length ? (hashes[i] ?? 0) : hashOf(stem)
}
