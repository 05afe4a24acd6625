import type { Sentence } from '../text/sentences.ts'
import { isUnspaced } from '../text/script.ts'
import { stemsOf } from '../text/stems.ts'
import { isStopword } from '../text/stopwords.ts'
import { numbersOf } from '../text/numbers.ts'
import type { Bindings } from './bindings.ts'
import { bindingsOf } from './bindings.ts'
import type { Evidence } from './evidence.ts'

/** Words of evidence within which a claim's words must stand together to support it. */
const WINDOW = 48
const NAME_WEIGHT = 2
const RARE_WEIGHT = 1
const COMMON_WEIGHT = 0.6
/** From so many places on, a word of the evidence is common. */
const COMMON_PLACES = 4

export interface UnsupportedPart {
  readonly kind: 'number' | 'name' | 'negation'
  readonly start: number
  readonly end: number
}

/** How far the evidence supports one claim; each 0-1 except counts. */
export interface ClaimSupport {
  readonly claim: Sentence
  /** Weighted share of the claim's words that occur anywhere in the evidence. */
  readonly coverage: number
  /** The same within the window that has most of them. */
  readonly localCoverage: number
  /** Share of neighbouring pairs of words that are neighbours in the evidence too. */
  readonly pairCoverage: number
  readonly unsupported: readonly UnsupportedPart[]
  /** Content words of the claim that the prompt had not said. */
  readonly contentWords: number
  /** How it puts together what the evidence says. */
  readonly bindings: Bindings
}

interface ContentWord {
  readonly stem: number
  readonly weight: number
  readonly start: number
  readonly end: number
  readonly isName: boolean
}

/** Compares one claim with the evidence. Words of the prompt say nothing new and are left out. */
export function supportOf(claim: Sentence, evidence: Evidence, promptStems: ReadonlySet<number>): ClaimSupport {
  const words = contentWords(claim.text, evidence).filter((word) => !promptStems.has(word.stem))
  const total = words.reduce((sum, word) => sum + word.weight, 0)
  const found = words.filter((word) => evidence.places(word.stem).length > 0)
  const window = bestWindow(found, evidence)
  const unsupported = [
    ...unsupportedNumbers(claim.text, evidence),
    ...words.filter((word) => word.isName && evidence.places(word.stem).length === 0).map((word) => part('name', word)),
    ...negationConflict(claim.text, evidence, window),
  ]
  return {
    claim,
    coverage: total === 0 ? 1 : found.reduce((sum, word) => sum + word.weight, 0) / total,
    localCoverage: total === 0 ? 1 : window.weight / total,
    pairCoverage: pairCoverage(words, evidence),
    unsupported: unsupported.map(({ kind, start, end }) => ({
      kind,
      start: start + claim.start,
      end: end + claim.start,
    })),
    contentWords: words.length,
    bindings: bindingsOf(claim.text, evidence.index),
  }
}

function part(kind: UnsupportedPart['kind'], { start, end }: { start: number; end: number }): UnsupportedPart {
  return { kind, start, end }
}

function contentWords(text: string, evidence: Evidence): ContentWord[] {
  const { words, hashes } = stemsOf(text)
  const found: ContentWord[] = []
  for (let i = 0; i < words.count; i++) {
    const start = words.starts[i] ?? 0
    const end = words.ends[i] ?? 0
    const stem = hashes[i] ?? 0
    if (isStopword(words.hashes[i] ?? 0) || /^\d/.test(text.slice(start, start + 1))) continue
    const isName = i > 0 && isCapitalised(text, start) && !startsSentence(text, start)
    const places = evidence.places(stem).length
    const weight = isName ? NAME_WEIGHT : places >= COMMON_PLACES ? COMMON_WEIGHT : RARE_WEIGHT
    found.push({ stem, weight, start, end, isName })
  }
  return found
}

function isCapitalised(text: string, at: number): boolean {
  const first = text.charAt(at)
  return first !== first.toLowerCase() && !isUnspaced(text.charCodeAt(at))
}

/** After a colon, a bullet or a quotation mark a capital is no sign of a name. */
function startsSentence(text: string, at: number): boolean {
  return /[.!?:"“'*#\-–—(]\s*$/.test(text.slice(Math.max(0, at - 3), at))
}

interface Window {
  readonly weight: number
  /** Word indexes of the evidence. */
  readonly from: number
  readonly to: number
}

/** The window of evidence in which the words with the most weight stand. Walks over the places of the claim's words only. */
function bestWindow(found: readonly ContentWord[], evidence: Evidence): Window {
  const places = found.flatMap((word, i) => evidence.places(word.stem).map((place) => ({ place, i })))
  places.sort((a, b) => a.place - b.place)
  const counts = new Uint16Array(found.length)
  let weight = 0
  let first = 0
  let best: Window = { weight: 0, from: 0, to: 0 }
  for (const { place, i } of places) {
    counts[i] = (counts[i] ?? 0) + 1
    if (counts[i] === 1) weight += found[i]?.weight ?? 0
    for (; (places[first]?.place ?? place) < place - WINDOW; first++) {
      const left = places[first]?.i ?? 0
      counts[left] = (counts[left] ?? 0) - 1
      if (counts[left] === 0) weight -= found[left]?.weight ?? 0
    }
    if (weight > best.weight) best = { weight, from: places[first]?.place ?? 0, to: place + 1 }
  }
  return best
}

function pairCoverage(words: readonly ContentWord[], evidence: Evidence): number {
  if (words.length < 2) return words.length === 0 ? 1 : Number(evidence.places(words[0]?.stem ?? 0).length > 0)
  let together = 0
  for (let i = 1; i < words.length; i++) {
    const left = evidence.places(words[i - 1]?.stem ?? 0)
    const right = new Set(evidence.places(words[i]?.stem ?? 0))
    // Between content words up to three others may stand in the evidence.
    if (left.some((place) => [1, 2, 3, 4].some((distance) => right.has(place + distance)))) together++
  }
  return together / (words.length - 1)
}

function unsupportedNumbers(text: string, evidence: Evidence): UnsupportedPart[] {
  return numbersOf(text)
    .filter(({ value, start, end }) => !evidence.hasNumber(value) && !isListNumber(text, start, end) && value !== 1)
    .map((number) => part('number', number))
}

/** "1." or "2)" before an item. */
function isListNumber(text: string, start: number, end: number): boolean {
  return start < 3 && /^[.)、:]/.test(text.slice(end, end + 1))
}

const NEGATION =
  /\b(?:not|no|never|none|neither|nor|without|cannot|n['’]t|failed to|unable|denied|denies|refus\w+)\b|n['’]t\b|不|没有|未|无|非|否认/gi

/** A claim that denies what its best window affirms, or the other way, when they otherwise say the same. */
function negationConflict(text: string, evidence: Evidence, window: Window): UnsupportedPart[] {
  const claimed = [...text.matchAll(NEGATION)]
  if (window.weight < 3 || window.to - window.from > 24) return []
  const { words } = stemsOf(evidence.text)
  const from = words.starts[Math.max(0, window.from - 3)] ?? 0
  const to = words.ends[Math.min(words.count - 1, window.to + 2)] ?? evidence.text.length
  const isNegated = (evidence.text.slice(from, to).match(NEGATION)?.length ?? 0) > 0
  const [first] = claimed
  if (isNegated === claimed.length > 0) return []
  return [
    first === undefined
      ? { kind: 'negation', start: 0, end: text.length }
      : part('negation', { start: first.index, end: first.index + first[0].length }),
  ]
}
