import { IntSet } from '../../util/int-set.ts'
import { digitRunsOf } from '../text/digit-runs.ts'
import { numbersOf } from '../text/numbers.ts'
import { rememberLast } from '../text/remember.ts'
import { isDigit } from '../text/script.ts'
import type { Sentence } from '../text/sentences.ts'
import { sentencesOf } from '../text/sentences.ts'
import type { Stems } from '../text/stems.ts'
import { stemsOf } from '../text/stems.ts'
import { isStopword } from '../text/stopwords.ts'

/** Sentences that are compared with each other. */
const MAX_SENTENCES = 40
/** Share of content words that two sentences must have in common to speak of the same thing. */
const SAME_MATTER = 0.7
const MIN_WORDS = 3
const NO_NUMBERS: ReadonlySet<number> = new Set()
const NEGATION = /\b(?:not|no|never|none|neither|cannot|without)\b|n['’]t\b|不|没有|并非|从未/gi

/** Two sentences that cannot both be true. */
export interface Contradiction {
  readonly kind: 'number' | 'negation'
  readonly first: Sentence
  readonly second: Sentence
}

/** A sentence and what it takes for a conflict. */
interface Utterance {
  readonly sentence: Sentence
  readonly hasDigit: boolean
  readonly isNegated: boolean
}

interface Statement {
  readonly sentence: Sentence
  readonly stems: IntSet
  readonly numbers: ReadonlySet<number>
  readonly isNegated: boolean
}

/** Where an answer contradicts itself. Questions and list items are no statements. */
export function selfContradictions(text: string): Contradiction[] {
  const utterances = utterancesOf(text)
  const isPossible = utterances.some(({ isNegated }) => isNegated) || countWithDigits(utterances) > 1
  if (!isPossible) return []
  const statements = statementsOf(text)
  const found: Contradiction[] = []
  statements.forEach((statement, i) => collectConflicts(statements, i, statement, found))
  return found
}

/** Where an answer says the same as the prompt with another number, or denies it. */
export function contradictionsOf(prompt: string, answer: string): Contradiction[] {
  if (!canConflict(utterancesOf(prompt), utterancesOf(answer))) return []
  const known = statementsOf(prompt)
  if (known.length === 0) return []
  const found: Contradiction[] = []
  for (const statement of statementsOf(answer)) collectConflicts(known, known.length, statement, found)
  return found
}

/** Adds where a statement conflicts with one of the first `count` others. Each is compared with each, so nothing is made for a pair. */
function collectConflicts(
  known: readonly Statement[],
  count: number,
  statement: Statement,
  found: Contradiction[],
): void {
  for (let i = 0; i < count; i++) {
    const other = known[i]
    const kind = other === undefined ? undefined : conflictOf(other, statement)
    if (other !== undefined && kind !== undefined)
      found.push({ kind, first: other.sentence, second: statement.sentence })
  }
}

/** Two sentences conflict in a negation that one of them has, or in numbers that both have. */
function canConflict(before: readonly Utterance[], after: readonly Utterance[]): boolean {
  if (before.some(({ isNegated }) => isNegated) || after.some(({ isNegated }) => isNegated)) return true
  return countWithDigits(before) > 0 && countWithDigits(after) > 0
}

function countWithDigits(utterances: readonly Utterance[]): number {
  return utterances.filter(({ hasDigit }) => hasDigit).length
}

/** The sentences of a text. Negations and digits are looked for once in all of it: no sentence ends inside of one. */
const utterancesOf = rememberLast((text: string): readonly Utterance[] => {
  const sentences = sentencesOf(text).slice(0, MAX_SENTENCES)
  const negations = placesOf(text, NEGATION)
  const digits = digitRunsOf(text)
  return sentences.map((sentence) => ({
    sentence,
    hasDigit: hasPlaceIn(digits, sentence),
    isNegated: hasPlaceIn(negations, sentence),
  }))
})

function placesOf(text: string, pattern: RegExp): number[] {
  const places: number[] = []
  pattern.lastIndex = 0
  while (pattern.test(text)) places.push(pattern.lastIndex - 1)
  return places
}

function hasPlaceIn(places: readonly number[], { start, end }: Sentence): boolean {
  return places.some((place) => place >= start && place < end)
}

/** The statements among the sentences of a text, whose words were found once for all of it. */
const statementsOf = rememberLast((text: string): readonly Statement[] => {
  const stems = stemsOf(text)
  const { starts, count } = stems.words
  const statements: Statement[] = []
  let word = 0
  for (const { sentence, hasDigit, isNegated } of utterancesOf(text)) {
    while (word < count && (starts[word] ?? 0) < sentence.start) word++
    const from = word
    while (word < count && (starts[word] ?? 0) < sentence.end) word++
    const content = isStatement(sentence) ? contentStems(stems, from, word) : undefined
    if (content === undefined || content.size < MIN_WORDS) continue
    const numbers = hasDigit ? new Set(numbersOf(sentence.text).map(({ value }) => value)) : NO_NUMBERS
    statements.push({ sentence, stems: content, numbers, isNegated })
  }
  return statements
})

function isStatement({ text }: Sentence): boolean {
  return !/[?？]["'”’)]*$/.test(text) && !/^\s*(?:[-*•|#]|\d{1,2}[.)])/.test(text)
}

function contentStems({ words, hashes, text }: Stems, from: number, to: number): IntSet {
  const content = new IntSet(to - from)
  for (let i = from; i < to; i++) {
    const isNumber = isDigit(text.charCodeAt(words.starts[i] ?? 0))
    if (!isNumber && !isStopword(words.hashes[i] ?? 0)) content.add(hashes[i] ?? 0)
  }
  return content
}

function conflictOf(a: Statement, b: Statement): Contradiction['kind'] | undefined {
  const fewer = Math.min(a.stems.size, b.stems.size)
  const more = Math.max(a.stems.size, b.stems.size)
  if (fewer / more < SAME_MATTER) return undefined
  if (a.stems.common(b.stems) / more < SAME_MATTER) return undefined
  if (a.isNegated !== b.isNegated) return 'negation'
  const differ = a.numbers.size > 0 && b.numbers.size > 0 && ![...a.numbers].some((number) => b.numbers.has(number))
  return differ ? 'number' : undefined
}
