import { addOpening, openingsOf, registerLexicon } from './lexicon-openings.ts'
import { isHan, isLetter } from './script.ts'
import { lowerCaseKeepingPlaces } from './units.ts'

/** A term of a lexicon found in a text. */
export interface LexiconHit<C extends string> {
  readonly category: C
  readonly start: number
  readonly end: number
}

const ASCII = 0x80

interface Term<C> {
  readonly text: string
  readonly isPrefix: boolean
  readonly category: C
}

/**
 * Finds the terms of word lists in one pass. A term is a word or several (`idiot`, `piece of shit`), a beginning of
 * words (`fuck*`), or a string of Chinese characters, which is found anywhere.
 */
export class Lexicon<C extends string> {
  /** Terms by their first two units (the second 0 in a term of one), longest first. */
  readonly #terms = new Map<number, Array<Term<C>>>()
  /** The same lists for two units of ASCII, by both: nearly every look-up of an English text. */
  readonly #asciiTerms: Array<Array<Term<C>> | undefined> = Array.from({ length: ASCII * ASCII })
  readonly #bit = registerLexicon()

  constructor(lists: Readonly<Record<C, string>>) {
    for (const category of Object.keys(lists) as C[]) {
      for (const term of lists[category].split(/\s*[,\n]\s*/)) if (term !== '') this.#add(term, category)
    }
    for (const terms of this.#terms.values()) terms.sort((a, b) => b.text.length - a.text.length)
  }

  /** All terms by place, the longest where several begin. Terms begin where words do. */
  find(text: string): Array<LexiconHit<C>> {
    const lower = lowerCaseKeepingPlaces(text)
    const { starts, lexicons, count } = openingsOf(text)
    const bit = this.#bit
    const hits: Array<LexiconHit<C>> = []
    let until = 0
    for (let i = 0; i < count; i++) {
      const start = starts[i] ?? 0
      if (((lexicons[i] ?? 0) & bit) === 0 || start < until) continue
      const found = this.#termAt(lower, start, lower.charCodeAt(start))
      if (found === undefined) continue
      until = start + found.text.length
      hits.push({ category: found.category, start, end: until })
    }
    return hits
  }

  #termAt(lower: string, at: number, unit: number): Term<C> | undefined {
    const next = lower.charCodeAt(at + 1)
    const longer = firstMatch(this.#termsOf(unit, next), lower, at)
    if (longer !== undefined || !isHan(unit)) return longer
    // Terms of one unit are Chinese characters.
    return firstMatch(this.#termsOf(unit, 0), lower, at)
  }

  #termsOf(first: number, second: number): ReadonlyArray<Term<C>> | undefined {
    return (first | second) < ASCII ? this.#asciiTerms[first * ASCII + second] : this.#terms.get(keyOf(first, second))
  }

  #add(term: string, category: C): void {
    const isPrefix = term.endsWith('*')
    const text = (isPrefix ? term.slice(0, -1) : term).toLowerCase()
    const [first, second] = [text.charCodeAt(0), text.length > 1 ? text.charCodeAt(1) : 0]
    const terms = this.#terms.get(keyOf(first, second)) ?? []
    terms.push({ text, isPrefix, category })
    this.#terms.set(keyOf(first, second), terms)
    if ((first | second) < ASCII) this.#asciiTerms[first * ASCII + second] = terms
    addOpening(text, this.#bit)
  }
}

function keyOf(first: number, second: number): number {
  return first * 0x10000 + second
}

function firstMatch<C>(terms: ReadonlyArray<Term<C>> | undefined, text: string, at: number): Term<C> | undefined {
  if (terms === undefined) return undefined
  const third = text.charCodeAt(at + 2)
  for (const term of terms) {
    const isPossible = term.text.length < 3 || term.text.charCodeAt(2) === third
    if (isPossible && matches(text, at, term)) return term
  }
  return undefined
}

function matches<C>(text: string, at: number, term: Term<C>): boolean {
  if (!text.startsWith(term.text, at)) return false
  if (term.isPrefix) return true
  const last = term.text.charCodeAt(term.text.length - 1)
  const after = text.charCodeAt(at + term.text.length)
  return isHan(last) || Number.isNaN(after) || isHan(after) || !isLetter(after)
}
