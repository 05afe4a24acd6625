import type { EvaluationSpan, Score } from '../../model/evaluation.ts'
import { cutInts } from '../../util/slab.ts'
import type { EvaluationInput, Evaluator } from '../evaluator.ts'
import { isDigit, isLetter } from '../text/script.ts'
import type { Words } from '../text/words.ts'
import { wordsOf } from '../text/words.ts'

/** Length of the n-grams that count as said again: words, and characters of unspaced scripts. */
const WORD_NGRAM = 5
const CHARACTER_NGRAM = 8
/** Below this many words a text is too short for its repetitions to mean something. */
const MIN_WORDS = 8
const LOOP_REPEATS = 4
/** A passage of so many words is in a loop when it comes three times in a row: no refrain does. */
const LONG_PERIOD = 12
const LONG_LOOP_REPEATS = 3
/** Words that a loop covers, unless it is most of the text: "ha ha ha ha" is none. */
const MIN_LOOP_WORDS = 24
const THRESHOLD = 0.5
/** Share of repeated text at which the score reaches the threshold: songs, lists in one form and two versions of a text stay below. */
const FLAGGED_SHARE = 0.88
/** The user wants to read the same many times. */
const ASKED_FOR =
  /\b(?:repeat|write|say|print|type|copy|output)\b[^.!?\n]{0,60}\b(?:\d{1,5}|ten|twenty|fifty|(?:a |one )?hundred|(?:a |one )?thousand|many) times\b|(?:重复|写|说|打印|输出|抄)[^。！？\n]{0,20}[\d十百千]\s*[遍次]/i

interface Findings {
  /** Share of the words that stand in an n-gram said before. */
  readonly repeatedShare: number
  readonly loop: Loop | undefined
}

/** The longest run in which the text says the same thing over and over. Word indexes. */
interface Loop {
  readonly start: number
  readonly end: number
  readonly repeats: number
}

/** Says again what it has said: repeated n-grams and loops. Chinese by characters. */
export const repetition: Evaluator = {
  name: 'repetition',
  version: '2',
  direction: 'higher_is_worse',
  costClass: 'cheap',
  languages: ['any'],
  evaluate(input: EvaluationInput): Score | undefined {
    if (input.response === '') return undefined
    const score = scoreText(input.response)
    return score.verdict === 'flagged' && ASKED_FOR.test(input.prompt)
      ? clean('repeats itself as the prompt asks')
      : score
  },
}

function scoreText(text: string): Score {
  const words = wordsOf(text)
  const run = characterRun(text)
  if (run !== undefined) return characterRunScore(run)
  if (words.count < MIN_WORDS) return clean('too short to repeat itself')
  const { repeatedShare, loop } = findRepetition(words)
  if (loop !== undefined && isLaidOut(text, words.starts[loop.start] ?? 0)) return clean('repeats cells or figures')
  return scoreOf({ repeatedShare, loop: loop !== undefined && isLongLoop(loop, words) ? loop : undefined }, words)
}

function isLongLoop({ start, end }: Loop, { count }: Words): boolean {
  return end - start >= MIN_LOOP_WORDS || (end - start) * 2 > count
}

/** In a table or a block of code the same cells and figures follow each other by right. */
function isLaidOut(text: string, at: number): boolean {
  const before = text.slice(0, at)
  const isTable = /^\s*\|/.test(before.slice(before.lastIndexOf('\n') + 1))
  return isTable || (before.split('```').length % 2 === 0 && text.includes('```', at))
}

function clean(explanation: string): Score {
  return { score: 0, verdict: 'ok', explanation }
}

function scoreOf({ repeatedShare, loop }: Findings, words: Words): Score {
  const loopScore = loop === undefined ? 0 : loopStrength(loop, words.count)
  const score = Math.min(1, Math.max(loopScore, (repeatedShare / FLAGGED_SHARE) * THRESHOLD))
  const share = `${Math.round(repeatedShare * 100)} % of the text repeats earlier text`
  const explanation = loop === undefined ? share : `${share}; a passage comes ${loop.repeats} times in a row`
  const verdict = score >= THRESHOLD ? 'flagged' : 'ok'
  if (loop === undefined || verdict === 'ok') return { score, verdict, explanation }
  return { score, verdict, explanation, spans: [spanOf(loop, words)] }
}

function spanOf(loop: Loop, words: Words): EvaluationSpan {
  return { field: 'response', start: words.starts[loop.start] ?? 0, end: words.ends[loop.end - 1] ?? 0, label: 'loop' }
}

/** A loop weighs by how much of the text it fills and how often it turns: a model that is stuck ends in one. */
function loopStrength(loop: Loop, wordCount: number): number {
  const share = (loop.end - loop.start) / wordCount
  const reachesEnd = loop.end >= wordCount - 1
  const turns = Math.min(1, loop.repeats / (LOOP_REPEATS * 2))
  return Math.min(1, turns * (reachesEnd ? 0.75 : 0.35) + share * 0.6)
}

/**
 * One pass: each n-gram remembers where it was last. The distance to that place is the period; while it stays the
 * same, the text is in a loop.
 */
function findRepetition({ hashes, count, unspacedCount }: Words): Findings {
  const size = unspacedCount * 2 > count ? CHARACTER_NGRAM : WORD_NGRAM
  const places = new LastPlaces(count)
  const loops = new LoopFinder()
  let repeatedWords = 0
  let repeatedUntil = 0
  for (let i = 0; i + size <= count; i++) {
    const before = places.replace(ngramHash(hashes, i, size), i)
    const isRepeat = before !== -1 && sameNgram(hashes, before, i, size)
    if (isRepeat) {
      repeatedWords += i + size - Math.max(i, repeatedUntil)
      repeatedUntil = i + size
    }
    loops.step(i, isRepeat ? i - before : 0, size)
  }
  return { repeatedShare: count === 0 ? 0 : repeatedWords / count, loop: loops.longest }
}

/** Where each n-gram stood last: an open table of twice as many places as there can be n-grams. */
class LastPlaces {
  readonly #mask: number
  readonly #keys: Int32Array
  readonly #places: Int32Array

  constructor(count: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)))
    this.#mask = capacity - 1
    this.#keys = cutInts(capacity)
    this.#places = cutInts(capacity)
  }

  /** The place that was kept for the key (-1: none), now replaced by `place`. */
  replace(key: number, place: number): number {
    let slot = (key ^ (key >>> 16)) & this.#mask
    while (this.#places[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & this.#mask
    // Places are kept plus one, so that 0 means an empty slot.
    const before = (this.#places[slot] ?? 0) - 1
    this.#keys[slot] = key
    this.#places[slot] = place + 1
    return before
  }
}

class LoopFinder {
  longest: Loop | undefined
  #period = 0
  #start = 0

  /** Word `i` begins an n-gram that stood `period` words before (0: that is new). */
  step(i: number, period: number, size: number): void {
    if (period === 0 || period !== this.#period) {
      this.#period = period
      this.#start = i - period
      if (period === 0) return
    }
    const end = i + size
    const repeats = Math.floor((end - this.#start) / period)
    const length = this.longest === undefined ? 0 : this.longest.end - this.longest.start
    const needed = period >= LONG_PERIOD ? LONG_LOOP_REPEATS : LOOP_REPEATS
    if (repeats >= needed && end - this.#start > length) this.longest = { start: this.#start, end, repeats }
  }
}

function ngramHash(hashes: Int32Array, start: number, size: number): number {
  let hash = 17
  for (let i = start; i < start + size; i++) hash = Math.imul(hash, 0x01000193) ^ (hashes[i] ?? 0)
  return hash
}

function sameNgram(hashes: Int32Array, a: number, b: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (hashes[a + i] !== hashes[b + i]) return false
  return true
}

interface CharacterRun {
  readonly start: number
  readonly end: number
  readonly share: number
}

/** Lengths of the pieces that are looked for, and how often one must come in a row. Rulers and spaces do not count. */
const RUN_PIECES = [1, 2, 3] as const
const RUN_REPEATS = 40

/** One letter, or one short syllable, written at least forty times: "aaaaaaa", "哈哈哈哈". */
function characterRun(text: string): CharacterRun | undefined {
  for (const piece of RUN_PIECES) {
    const end = runEnd(text, piece)
    if (end !== undefined) return { start: end.start, end: end.end, share: (end.end - end.start) / text.length }
  }
  return undefined
}

/** A run covers every place of a coarse grid that falls into it, so only those are looked at until one repeats. */
function runEnd(text: string, piece: number): { start: number; end: number } | undefined {
  const step = (RUN_REPEATS * piece) >> 1
  for (let at = piece; at < text.length; at += step) {
    if (text.charCodeAt(at) !== text.charCodeAt(at - piece)) continue
    let start = at
    let end = at
    while (start >= piece && repeats(text, start, piece)) start--
    while (end < text.length && repeats(text, end, piece)) end++
    if (end - start >= RUN_REPEATS * piece && isLetter(text.charCodeAt(start + 1)))
      return { start: Math.max(0, start + 1 - piece), end }
  }
  return undefined
}

function repeats(text: string, at: number, piece: number): boolean {
  const unit = text.charCodeAt(at)
  return unit === text.charCodeAt(at - piece) && (isLetter(unit) || isDigit(unit))
}

function characterRunScore(run: CharacterRun): Score {
  return {
    score: Math.min(1, 0.7 + run.share * 0.3),
    verdict: 'flagged',
    explanation: `the same characters ${run.end - run.start} long in a row`,
    spans: [{ field: 'response', start: run.start, end: run.end, label: 'loop' }],
  }
}
