import { isHan, isLetter } from './script.ts'
import { lowerCaseKeepingPlaces } from './words.ts'

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
  /** Terms by their first unit, longest first. */
  readonly #terms = new Map<number, Array<Term<C>>>()

  constructor(lists: Readonly<Record<C, string>>) {
    for (const category of Object.keys(lists) as C[]) {
      for (const term of lists[category].split(/\s*[,\n]\s*/)) if (term !== '') this.#add(term, category)
    }
    for (const terms of this.#terms.values()) terms.sort((a, b) => b.text.length - a.text.length)
  }

  /** All terms by place, the longest where several begin. */
  find(text: string): Array<LexiconHit<C>> {
    const lower = lowerCaseKeepingPlaces(text)
    const hits: Array<LexiconHit<C>> = []
    for (let i = 0; i < lower.length; i++) {
      const candidates = this.#terms.get(lower.charCodeAt(i))
      if (candidates === undefined || !isTermStart(lower, i)) continue
      const found = candidates.find((term) => matches(lower, i, term))
      if (found === undefined) continue
      const end = i + found.text.length
      hits.push({ category: found.category, start: i, end })
      i = end - 1
    }
    return hits
  }

  #add(term: string, category: C): void {
    const isPrefix = term.endsWith('*')
    const text = (isPrefix ? term.slice(0, -1) : term).toLowerCase()
    const key = text.charCodeAt(0)
    const terms = this.#terms.get(key) ?? []
    terms.push({ text, isPrefix, category })
    this.#terms.set(key, terms)
  }
}

/** A term of letters begins at the beginning of a word. */
function isTermStart(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (isHan(unit) || at === 0) return true
  const before = text.charCodeAt(at - 1)
  return isHan(before) || !isLetter(before)
}

function matches<C>(text: string, at: number, term: Term<C>): boolean {
  if (!text.startsWith(term.text, at)) return false
  if (term.isPrefix) return true
  const last = term.text.charCodeAt(term.text.length - 1)
  const after = text.charCodeAt(at + term.text.length)
  return isHan(last) || Number.isNaN(after) || isHan(after) || !isLetter(after)
}
