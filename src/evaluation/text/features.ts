import { rememberLast } from './remember.ts'
import { isUnspaced } from './script.ts'
import { isStopword } from './stopwords.ts'
import type { Words } from './words.ts'
import { FNV_OFFSET, FNV_PRIME, lowerCaseKeepingPlaces, wordsOf } from './words.ts'

/** Bits of a feature's number. 2^18 one-byte weights make a model of 256 KiB. */
export const FEATURE_BITS = 18
export const FEATURE_COUNT = 1 << FEATURE_BITS

/** Lengths of the character n-grams inside words; misspellings and inflections share most of them. */
const MIN_GRAM = 3
const MAX_GRAM = 4
/** Characters of one word that are read. Longer ones are codes and addresses. */
const MAX_WORD = 24

const WORD_SALT = 0x51ed270b
const PAIR_SALT = 0x2545f491
const TRIPLE_SALT = 0x68e31da4
const GRAM_SALT = 0x1b873593

/** For each feature the text that had it last, so that each is listed once without a set. */
const seenIn = new Uint8Array(FEATURE_COUNT)
let generation = 0
let scratch = new Int32Array(4_096)

/**
 * The numbers of the features that occur in a text, each once: words, pairs and triples of neighbours, character
 * n-grams inside words (with the word's borders), and for Chinese single characters, pairs and triples.
 */
export const featuresOf = rememberLast((text: string): Int32Array => {
  const words = wordsOf(text)
  return readFeatures(text, words, 0, words.count)
})

/** The same for the words from `from` to before `to`. */
export function featuresOfWords(text: string, words: Words, from: number, to: number): Int32Array {
  // A whole text is asked for by several evaluators.
  return from === 0 && to >= words.count ? featuresOf(text) : readFeatures(text, words, from, to)
}

function readFeatures(text: string, words: Words, from: number, to: number): Int32Array {
  const lower = lowerCaseKeepingPlaces(text)
  nextGeneration()
  let size = 0
  const { hashes, starts, ends } = words
  let previous = 0
  let beforePrevious = 0
  for (let i = from; i < to; i++) {
    const hash = hashes[i] ?? 0
    const start = starts[i] ?? 0
    const end = ends[i] ?? 0
    size = reserve(size)
    size = emit(hash ^ WORD_SALT, size)
    if (previous !== 0) size = emit(mix(previous, hash) ^ PAIR_SALT, size)
    if (beforePrevious !== 0) size = emit(mix(mix(beforePrevious, previous), hash) ^ TRIPLE_SALT, size)
    beforePrevious = previous
    previous = hash
    // Parts of "the" and "with" say nothing that the words do not.
    if (!isUnspaced(lower.charCodeAt(start)) && !isStopword(hash))
      size = emitGrams(lower, start, Math.min(end, start + MAX_WORD), size)
  }
  return scratch.slice(0, size)
}

/** A byte per feature stays in the processor's cache; every 255 texts the marks are wiped. */
function nextGeneration(): void {
  generation++
  if (generation < 256) return
  seenIn.fill(0)
  generation = 1
}

function emitGrams(text: string, start: number, end: number, from: number): number {
  let size = from
  if (end - start < 2) return size
  for (let i = start - 1; i + MIN_GRAM <= end + 1; i++) {
    let hash = FNV_OFFSET ^ GRAM_SALT
    const last = Math.min(end + 1, i + MAX_GRAM)
    for (let j = i; j < last; j++) {
      const unit = j < start || j >= end ? 0x20 : text.charCodeAt(j)
      hash = Math.imul(hash ^ unit, FNV_PRIME)
      if (j - i + 1 >= MIN_GRAM) size = emit(hash, size)
    }
  }
  return size
}

function emit(hash: number, size: number): number {
  const id = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - FEATURE_BITS)
  if (seenIn[id] === generation) return size
  seenIn[id] = generation
  scratch[size] = id
  return size + 1
}

/** Makes room for all features that one word can have. */
function reserve(size: number): number {
  const most = size + 4 + MAX_WORD * (MAX_GRAM - MIN_GRAM + 1) + MAX_GRAM
  if (most > scratch.length) {
    const larger = new Int32Array(Math.max(most, scratch.length * 2))
    larger.set(scratch)
    scratch = larger
  }
  return size
}

function mix(a: number, b: number): number {
  return Math.imul(a ^ (a >>> 13), 0x5bd1e995) ^ b
}
