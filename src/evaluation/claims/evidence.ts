import { stemsOf } from '../text/stems.ts'
import { numbersOf } from '../text/numbers.ts'
import type { TokenIndex } from './bindings.ts'
import { tokenIndexOf } from './bindings.ts'

/** Places of one word that are kept; what occurs more often supports nothing in particular. */
const MAX_PLACES = 64

/** What the documents say: where each word stands, and which numbers occur. */
export interface Evidence {
  readonly text: string
  readonly wordCount: number
  readonly index: TokenIndex
  /** The places of a word's stem, ascending; empty when the documents do not have it. */
  places(stem: number): readonly number[]
  hasNumber(value: number): boolean
}

/** Indexes documents for `supportOf`. */
export function evidenceOf(documents: readonly string[]): Evidence {
  const text = documents.join('\n')
  const { hashes, words } = stemsOf(text)
  const places = new Map<number, number[]>()
  for (let i = 0; i < words.count; i++) {
    const known = places.get(hashes[i] ?? 0)
    if (known === undefined) places.set(hashes[i] ?? 0, [i])
    else if (known.length < MAX_PLACES) known.push(i)
  }
  const numbers = new Set(numbersOf(text).map(({ value }) => value))
  const none: readonly number[] = []
  return {
    text,
    wordCount: words.count,
    index: tokenIndexOf(text),
    places: (stem) => places.get(stem) ?? none,
    hasNumber: (value) => numbers.has(value),
  }
}
