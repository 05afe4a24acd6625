import { numbersOf } from '../text/numbers.ts'
import type { Sentence } from '../text/sentences.ts'
import { stemsOf } from '../text/stems.ts'
import { isStopword } from '../text/stopwords.ts'

/** Sentences that are compared with each other. */
const MAX_SENTENCES = 40
/** Share of content words that two sentences must have in common to speak of the same thing. */
const SAME_MATTER = 0.7
const MIN_WORDS = 3
const NEGATION = /\b(?:not|no|never|none|neither|cannot|without)\b|n['’]t\b|不|没有|并非|从未/i

/** Two sentences that cannot both be true. */
export interface Contradiction {
  readonly kind: 'number' | 'negation'
  readonly first: Sentence
  readonly second: Sentence
}

interface Statement {
  readonly sentence: Sentence
  readonly stems: ReadonlySet<number>
  readonly numbers: ReadonlySet<number>
  readonly isNegated: boolean
}

/** Where a later sentence says the same as an earlier one with another number, or denies it. Questions and list items are no statements. */
export function contradictionsIn(earlier: readonly Sentence[], later: readonly Sentence[]): Contradiction[] {
  const [before, after] = [earlier.slice(0, MAX_SENTENCES), later.slice(0, MAX_SENTENCES)]
  if (!canConflict(before, after)) return []
  const known = before.flatMap(statementOf)
  const found: Contradiction[] = []
  for (const statement of earlier === later ? known : after.flatMap(statementOf)) {
    for (const other of known) {
      if (other.sentence.start >= statement.sentence.start && earlier === later) break
      const kind = conflictOf(other, statement)
      if (kind !== undefined) found.push({ kind, first: other.sentence, second: statement.sentence })
    }
  }
  return found
}

/** Two sentences conflict in a negation that one of them has, or in numbers that both have. */
function canConflict(before: readonly Sentence[], after: readonly Sentence[]): boolean {
  if ([...before, ...after].some(({ text }) => NEGATION.test(text))) return true
  const withDigits = (sentences: readonly Sentence[]): number => sentences.filter(({ text }) => /\d/.test(text)).length
  return before === after ? withDigits(before) > 1 : withDigits(before) > 0 && withDigits(after) > 0
}

function statementOf(sentence: Sentence): Statement[] {
  if (/[?？]["'”’)]*$/.test(sentence.text) || /^\s*(?:[-*•|#]|\d{1,2}[.)])/.test(sentence.text)) return []
  const { words, hashes } = stemsOf(sentence.text)
  const stems = new Set<number>()
  hashes.forEach((stem, i) => {
    const isNumber = /^\d/.test(sentence.text.charAt(words.starts[i] ?? 0))
    if (!isNumber && !isStopword(words.hashes[i] ?? 0)) stems.add(stem)
  })
  if (stems.size < MIN_WORDS) return []
  const numbers = new Set(/\d/.test(sentence.text) ? numbersOf(sentence.text).map(({ value }) => value) : [])
  return [{ sentence, stems, numbers, isNegated: NEGATION.test(sentence.text) }]
}

function conflictOf(a: Statement, b: Statement): Contradiction['kind'] | undefined {
  const [fewer, more] = a.stems.size < b.stems.size ? [a.stems.size, b.stems.size] : [b.stems.size, a.stems.size]
  if (fewer / more < SAME_MATTER) return undefined
  let common = 0
  for (const stem of a.stems) if (b.stems.has(stem)) common++
  if (common / more < SAME_MATTER) return undefined
  if (a.isNegated !== b.isNegated) return 'negation'
  const differ = a.numbers.size > 0 && b.numbers.size > 0 && ![...a.numbers].some((number) => b.numbers.has(number))
  return differ ? 'number' : undefined
}
