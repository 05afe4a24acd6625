import { numbersOf } from '../text/numbers.ts'
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

/** Where an answer contradicts itself. Questions and list items are no statements. */
export function selfContradictions(text: string): Contradiction[] {
  const sentences = sentencesOf(text).slice(0, MAX_SENTENCES)
  if (!canConflict(sentences, sentences)) return []
  const statements = statementsOf(text, sentences)
  return statements.flatMap((statement, i) => conflictsOf(statements.slice(0, i), statement))
}

/** Where an answer says the same as the prompt with another number, or denies it. */
export function contradictionsOf(prompt: string, answer: string): Contradiction[] {
  const [before, after] = [prompt, answer].map((text) => sentencesOf(text).slice(0, MAX_SENTENCES))
  if (before === undefined || after === undefined || !canConflict(before, after)) return []
  const known = statementsOf(prompt, before)
  return statementsOf(answer, after).flatMap((statement) => conflictsOf(known, statement))
}

function conflictsOf(known: readonly Statement[], statement: Statement): Contradiction[] {
  return known.flatMap((other) => {
    const kind = conflictOf(other, statement)
    return kind === undefined ? [] : [{ kind, first: other.sentence, second: statement.sentence }]
  })
}

/** Two sentences conflict in a negation that one of them has, or in numbers that both have. */
function canConflict(before: readonly Sentence[], after: readonly Sentence[]): boolean {
  if ([...before, ...after].some(({ text }) => NEGATION.test(text))) return true
  const withDigits = (sentences: readonly Sentence[]): number => sentences.filter(({ text }) => /\d/.test(text)).length
  return before === after ? withDigits(before) > 1 : withDigits(before) > 0 && withDigits(after) > 0
}

/** The statements among the sentences of a text, whose words were found once for all of it. */
function statementsOf(text: string, sentences: readonly Sentence[]): Statement[] {
  const stems = stemsOf(text)
  const { starts, count } = stems.words
  const statements: Statement[] = []
  let word = 0
  for (const sentence of sentences) {
    while (word < count && (starts[word] ?? 0) < sentence.start) word++
    const from = word
    while (word < count && (starts[word] ?? 0) < sentence.end) word++
    const content = isStatement(sentence) ? contentStems(stems, from, word) : undefined
    if (content === undefined || content.size < MIN_WORDS) continue
    const numbers = /\d/.test(sentence.text) ? numbersOf(sentence.text).map(({ value }) => value) : []
    statements.push({ sentence, stems: content, numbers: new Set(numbers), isNegated: NEGATION.test(sentence.text) })
  }
  return statements
}

function isStatement({ text }: Sentence): boolean {
  return !/[?？]["'”’)]*$/.test(text) && !/^\s*(?:[-*•|#]|\d{1,2}[.)])/.test(text)
}

function contentStems({ words, hashes, text }: Stems, from: number, to: number): Set<number> {
  const content = new Set<number>()
  for (let i = from; i < to; i++) {
    const isNumber = isDigit(text.charCodeAt(words.starts[i] ?? 0))
    if (!isNumber && !isStopword(words.hashes[i] ?? 0)) content.add(hashes[i] ?? 0)
  }
  return content
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
