import { isStopword } from './text/stopwords.ts'
import { wordsOf } from './text/words.ts'
import type { Words } from './text/words.ts'

/** Hash functions of a signature; the share that agrees estimates the Jaccard similarity within about 0.1. */
const SIGNATURE_SIZE = 32
/** Words of a shingle. */
const SHINGLE = 3
/** Parts of a signature in which near-duplicates may differ: less than a third, so seven tenths of the shingles are common. */
const MAX_DIFFERENT = 9
/** Words of the opening by which answers of one template are recognised. */
const OPENING = 5
const MIN_WORDS = 8
/** Characters of answers that wait to be read: two hundred of usual length. */
const MAX_WAITING_LENGTH = 500_000

/** How varied the answers in a window are; ratios 0-1. */
export interface Diversity {
  readonly answers: number
  /** Different words, and pairs of neighbouring words, as shares of all (distinct-n, Li et al. 2016). */
  readonly distinct1: number
  readonly distinct2: number
  /** Share of answers that nearly equal an earlier one of the window. */
  readonly nearDuplicateShare: number
  /** Share of answers whose first words begin at least three answers of the window. */
  readonly templateShare: number
}

interface Answer {
  readonly signature: Uint32Array
  readonly isNearDuplicate: boolean
  readonly opening: number
  readonly unigrams: Int32Array
  readonly pairs: Int32Array
}

/**
 * The last answers of one model, compared with each other. Bounded: the oldest answer goes when a new one comes. Answers are read when the window is
 * measured, so that of many that come between two measures only those that are still in it cost anything.
 */
export class DiversityWindow {
  readonly #capacity: number
  readonly #answers: Answer[] = []
  /** The first values of the answers' signatures, those of one hash function beside each other. */
  readonly #firstValues: readonly Uint32Array[]
  #added = 0
  /** Not read yet, the oldest first. */
  #waiting: string[] = []
  #waitingLength = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#firstValues = Array.from({ length: MAX_DIFFERENT + 1 }, () => new Uint32Array(capacity))
  }

  add(response: string): void {
    this.#waiting.push(response)
    this.#waitingLength += response.length
    if (this.#waiting.length > this.#capacity) this.#waitingLength -= this.#waiting.shift()?.length ?? 0
    if (this.#waitingLength > MAX_WAITING_LENGTH) this.#readWaiting()
  }

  #readWaiting(): void {
    for (const response of this.#waiting) this.#read(response)
    this.#waiting = []
    this.#waitingLength = 0
  }

  /** Very short answers are alike by nature and are passed over. */
  #read(response: string): void {
    const words = wordsOf(response)
    if (words.count < MIN_WORDS) return
    const signature = signatureOf(words)
    const isNearDuplicate = this.#hasNear(signature)
    const place = this.#added++ % this.#capacity
    this.#firstValues.forEach((values, k) => (values[place] = signature[k] ?? 0))
    this.#answers.push({ signature, isNearDuplicate, opening: openingOf(words), ...ngramsOf(words) })
    if (this.#answers.length > this.#capacity) this.#answers.shift()
  }

  /** One of the first values of a near-duplicate is the same, for no more than `MAX_DIFFERENT` differ; hardly any other answer has one. */
  #hasNear(signature: Uint32Array): boolean {
    const isPossible = this.#firstValues.some((values, k) => values.includes(signature[k] ?? 0))
    return isPossible && this.#answers.some((answer) => isNear(answer.signature, signature))
  }

  /** Undefined while the window is empty. */
  measure(): Diversity | undefined {
    this.#readWaiting()
    const answers = this.#answers
    if (answers.length === 0) return undefined
    const openings = new Map<number, number>()
    for (const { opening } of answers) openings.set(opening, (openings.get(opening) ?? 0) + 1)
    return {
      answers: answers.length,
      distinct1: distinctShare(answers.map(({ unigrams }) => unigrams)),
      distinct2: distinctShare(answers.map(({ pairs }) => pairs)),
      nearDuplicateShare: answers.filter((answer) => answer.isNearDuplicate).length / answers.length,
      templateShare: answers.filter(({ opening }) => (openings.get(opening) ?? 0) >= 3).length / answers.length,
    }
  }
}

/** MinHash (Broder 1997): of each hash function the least value over all shingles. */
function signatureOf({ hashes, count }: Words): Uint32Array {
  const signature = new Uint32Array(SIGNATURE_SIZE).fill(0xffffffff)
  for (let i = 0; i + SHINGLE <= count; i++) {
    let hash = 17
    for (let j = i; j < i + SHINGLE; j++) hash = Math.imul(hash, 0x01000193) ^ (hashes[j] ?? 0)
    for (let k = 0; k < SIGNATURE_SIZE; k++) {
      const mixed = Math.imul(hash ^ Math.imul(k + 1, 0x9e3779b1), 0x85ebca6b)
      const value = (mixed ^ (mixed >>> 15)) >>> 0
      if (value < (signature[k] ?? 0)) signature[k] = value
    }
  }
  return signature
}

/** Gives up as soon as too much differs, which is at once for nearly all pairs. */
function isNear(a: Uint32Array, b: Uint32Array): boolean {
  let different = 0
  for (let k = 0; k < SIGNATURE_SIZE; k++) {
    if (a[k] !== b[k] && ++different > MAX_DIFFERENT) return false
  }
  return true
}

function openingOf({ hashes }: Words): number {
  let hash = 17
  for (let i = 0; i < OPENING; i++) hash = Math.imul(hash, 0x01000193) ^ (hashes[i] ?? 0)
  return hash
}

function ngramsOf({ hashes, count }: Words): { readonly unigrams: Int32Array; readonly pairs: Int32Array } {
  const unigrams = new Int32Array(count)
  let size = 0
  for (let i = 0; i < count; i++) if (!isStopword(hashes[i] ?? 0)) unigrams[size++] = hashes[i] ?? 0
  const pairs = new Int32Array(Math.max(0, count - 1))
  for (let i = 0; i + 1 < count; i++) pairs[i] = Math.imul(hashes[i] ?? 0, 31) ^ (hashes[i + 1] ?? 0)
  return { unigrams: unigrams.slice(0, size), pairs }
}

function distinctShare(columns: readonly Int32Array[]): number {
  const distinct = new Set<number>()
  let total = 0
  for (const column of columns) {
    total += column.length
    for (const hash of column) distinct.add(hash)
  }
  return total === 0 ? 1 : distinct.size / total
}
