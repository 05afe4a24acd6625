import { cutCopy, cutInts } from '../../util/slab.ts'
import { rememberLast } from './remember.ts'
import { UNIT_KINDS, UNSPACED_UNIT } from './script.ts'
import { isStopword } from './stopwords.ts'
import type { Words } from './words.ts'
import { lowerUnitsOf } from './units.ts'
import { FNV_OFFSET, FNV_PRIME, wordsOf } from './words.ts'

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
const GRAM_OFFSET = FNV_OFFSET ^ 0x1b873593
const SPACE = 0x20

/**
 * The features of the text that is being read, a bit for each, so that each is listed once without a set. Empty between
 * texts. Bits stay in the processor's nearest cache, where bytes would not: nearly each feature of a text is looked up here.
 */
const seen = new Int32Array(FEATURE_COUNT / 32)
let scratch = new Int32Array(4_096)

/** The features of a text, and how many of them its words up to each one have: a beginning of the text has a beginning of the list. */
interface TextFeatures {
  readonly ids: Int32Array
  /** For each word the number of features up to its end. */
  readonly sizes: Int32Array
}

const textFeaturesOf = rememberLast((text: string): TextFeatures => {
  const words = wordsOf(text)
  const sizes = cutInts(words.count)
  return { ids: readFeatures(text, words, { from: 0, to: words.count, sizes }), sizes }
})

/**
 * The numbers of the features that occur in a text, each once: words, pairs and triples of neighbours, character
 * n-grams inside words (with the word's borders), and for Chinese single characters, pairs and triples.
 */
export function featuresOf(text: string): Int32Array {
  return textFeaturesOf(text).ids
}

/** The same for the words from `from` to before `to`. */
export function featuresOfWords(text: string, words: Words, from: number, to: number): Int32Array {
  if (from > 0) return readFeatures(text, words, { from, to })
  // A whole text and its beginnings are asked for by several evaluators.
  const { ids, sizes } = textFeaturesOf(text)
  return to >= words.count ? ids : ids.subarray(0, to === 0 ? 0 : sizes[to - 1])
}

interface Part {
  readonly from: number
  readonly to: number
  /** Filled with the number of features up to each word. */
  readonly sizes?: Int32Array
}

function readFeatures(text: string, words: Words, { from, to, sizes }: Part): Int32Array {
  const units = lowerUnitsOf(text)
  let size = 0
  const { hashes, starts, ends } = words
  let previous = 0
  let beforePrevious = 0
  for (let i = from; i < to; i++) {
    const hash = hashes[i] ?? 0
    const start = starts[i] ?? 0
    reserve(size)
    size = emit(hash ^ WORD_SALT, size)
    if (previous !== 0) size = emit(mix(previous, hash) ^ PAIR_SALT, size)
    if (beforePrevious !== 0) size = emit(mix(mix(beforePrevious, previous), hash) ^ TRIPLE_SALT, size)
    beforePrevious = previous
    previous = hash
    // Parts of "the" and "with" say nothing that the words do not.
    const isUnspaced = ((UNIT_KINDS[units[start] ?? 0] ?? 0) & UNSPACED_UNIT) !== 0
    if (!isUnspaced && !isStopword(hash)) size = emitGrams(units, start, Math.min(ends[i] ?? 0, start + MAX_WORD), size)
    if (sizes !== undefined) sizes[i] = size
  }
  return taken(size)
}

/** For each place of a word, borders included, the n-grams of three and of four characters that begin there. */
function emitGrams(units: Uint16Array, start: number, end: number, from: number): number {
  let size = from
  if (end - start < 2) return size
  let first = SPACE
  let second = units[start] ?? 0
  let third = units[start + 1] ?? 0
  for (let i = start - 1; i + MIN_GRAM <= end + 1; i++) {
    let hash = Math.imul(GRAM_OFFSET ^ first, FNV_PRIME)
    hash = Math.imul(hash ^ second, FNV_PRIME)
    hash = Math.imul(hash ^ third, FNV_PRIME)
    const fourth = i + MIN_GRAM >= end ? SPACE : (units[i + MIN_GRAM] ?? 0)
    size = emit(hash, size)
    if (i + MAX_GRAM <= end + 1) size = emit(Math.imul(hash ^ fourth, FNV_PRIME), size)
    first = second
    second = third
    third = fourth
  }
  return size
}

/** Lists the feature; counts it when it is new. Without a branch, for which of them are new nobody can guess. */
function emit(hash: number, size: number): number {
  const id = idOf(hash)
  const marks = seen[id >>> 5] ?? 0
  seen[id >>> 5] = marks | (1 << (id & 31))
  scratch[size] = id
  return size + (((marks >>> (id & 31)) & 1) ^ 1)
}

/** The features that have been listed, which are forgotten here. */
function taken(size: number): Int32Array {
  const ids = cutCopy(scratch, size)
  for (let i = 0; i < size; i++) seen[(ids[i] ?? 0) >>> 5] = 0
  return ids
}

function idOf(hash: number): number {
  return Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - FEATURE_BITS)
}

/** Makes room for all features that one word can have. */
function reserve(size: number): void {
  const most = size + 4 + MAX_WORD * (MAX_GRAM - MIN_GRAM + 1) + MAX_GRAM
  if (most <= scratch.length) return
  const larger = new Int32Array(Math.max(most, scratch.length * 2))
  larger.set(scratch)
  scratch = larger
}

function mix(a: number, b: number): number {
  return Math.imul(a ^ (a >>> 13), 0x5bd1e995) ^ b
}
