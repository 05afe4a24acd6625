import { isHan, isLetter } from './script.ts'
import { lowerCaseKeepingPlaces, lowerUnitsOf } from './units.ts'
import { wordsOf } from './words.ts'

/** A term of a lexicon found in a text. */
export interface LexiconHit<C extends string> {
  readonly category: C
  readonly start: number
  readonly end: number
}

const ASCII = 0x80
/** Bits of a unit that tell nearly all letters apart. */
const UNIT_BITS = 5
const UNIT_MASK = (1 << UNIT_BITS) - 1

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
  /** 1 for what the first three units of a term may be, by their low bits: nearly every word of ASCII is passed over by this alone. */
  readonly #openings = new Uint8Array(1 << (3 * UNIT_BITS))
  /** 1 for each unit beyond ASCII that begins a term. */
  readonly #begins = new Uint8Array(0x10000)

  constructor(lists: Readonly<Record<C, string>>) {
    for (const category of Object.keys(lists) as C[]) {
      for (const term of lists[category].split(/\s*[,\n]\s*/)) if (term !== '') this.#add(term, category)
    }
    for (const terms of this.#terms.values()) terms.sort((a, b) => b.text.length - a.text.length)
  }

  /** All terms by place, the longest where several begin. Terms begin where words do. */
  find(text: string): Array<LexiconHit<C>> {
    const lower = lowerCaseKeepingPlaces(text)
    const units = lowerUnitsOf(text)
    const openings = this.#openings
    const begins = this.#begins
    const { starts, count } = wordsOf(text)
    const hits: Array<LexiconHit<C>> = []
    let until = 0
    for (let i = 0; i < count; i++) {
      const start = starts[i] ?? 0
      const unit = units[start] ?? 0
      // After the last unit there is none, which opens as a unit of value 0 does.
      const isPossible =
        unit < ASCII ? openings[openingOf(unit, units[start + 1] ?? 0, units[start + 2] ?? 0)] : begins[unit]
      if (isPossible === 0 || start < until) continue
      const found = this.#termAt(lower, start, unit)
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
    if (first < ASCII) this.#addOpenings(text)
    else this.#begins[first] = 1
  }

  /** Behind a term of one or two units anything may stand. */
  #addOpenings(text: string): void {
    const possible = [0, 1, 2].map((at) => (at < text.length ? [text.charCodeAt(at)] : ANY_UNIT))
    for (const first of possible[0] ?? [])
      for (const second of possible[1] ?? [])
        for (const third of possible[2] ?? []) this.#openings[openingOf(first, second, third)] = 1
  }
}

const ANY_UNIT = Array.from({ length: UNIT_MASK + 1 }, (_, unit) => unit)

function openingOf(first: number, second: number, third: number): number {
  return ((first & UNIT_MASK) << (2 * UNIT_BITS)) | ((second & UNIT_MASK) << UNIT_BITS) | (third & UNIT_MASK)
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
