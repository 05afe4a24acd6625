import { isHan, isLetter } from './script.ts'
import { lowerCaseKeepingPlaces, wordsOf } from './words.ts'

/** A term of a lexicon found in a text. */
export interface LexiconHit<C extends string> {
  readonly category: C
  readonly start: number
  readonly end: number
}

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
  /** 1 for each unit that begins a term: nearly every place of a text is passed over by this alone. */
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
    const { starts, count } = wordsOf(text)
    const hits: Array<LexiconHit<C>> = []
    let until = 0
    for (let i = 0; i < count; i++) {
      const start = starts[i] ?? 0
      const unit = lower.charCodeAt(start)
      if (start < until || this.#begins[unit] === 0) continue
      const found = this.#termAt(lower, start, unit)
      if (found === undefined) continue
      until = start + found.text.length
      hits.push({ category: found.category, start, end: until })
    }
    return hits
  }

  #termAt(lower: string, at: number, unit: number): Term<C> | undefined {
    const longer = this.#terms.get(unit * 0x10000 + lower.charCodeAt(at + 1))?.find((term) => matches(lower, at, term))
    // Terms of one unit are Chinese characters.
    return (
      longer ?? (isHan(unit) ? this.#terms.get(unit * 0x10000)?.find((term) => matches(lower, at, term)) : undefined)
    )
  }

  #add(term: string, category: C): void {
    const isPrefix = term.endsWith('*')
    const text = (isPrefix ? term.slice(0, -1) : term).toLowerCase()
    const key = text.charCodeAt(0) * 0x10000 + (text.length > 1 ? text.charCodeAt(1) : 0)
    const terms = this.#terms.get(key) ?? []
    terms.push({ text, isPrefix, category })
    this.#terms.set(key, terms)
    this.#begins[text.charCodeAt(0)] = 1
  }
}

function matches<C>(text: string, at: number, term: Term<C>): boolean {
  if (!text.startsWith(term.text, at)) return false
  if (term.isPrefix) return true
  const last = term.text.charCodeAt(term.text.length - 1)
  const after = text.charCodeAt(at + term.text.length)
  return isHan(last) || Number.isNaN(after) || isHan(after) || !isLetter(after)
}
