import type { EvaluationSpan, Score } from '../../model/evaluation.ts'
import type { EvaluationInput, Evaluator } from '../evaluator.ts'
import { isUnspaced } from '../text/script.ts'
import type { Words } from '../text/words.ts'
import { wordsOf } from '../text/words.ts'

/** Length of the n-grams that count as said again: words, and characters of unspaced scripts. */
const WORD_NGRAM = 5
const CHARACTER_NGRAM = 8
/** Below this many words a text is too short for its repetitions to mean something. */
const MIN_WORDS = 8
const LOOP_REPEATS = 4
const THRESHOLD = 0.5
/** Share of repeated text at which the score reaches the threshold: refrains of songs and formulas of letters stay below. */
const FLAGGED_SHARE = 0.45

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
  version: '1',
  direction: 'higher_is_worse',
  costClass: 'cheap',
  languages: ['any'],
  evaluate(input: EvaluationInput): Score | undefined {
    if (input.response === '') return undefined
    const words = wordsOf(input.response)
    const run = characterRun(input.response)
    if (run !== undefined) return characterRunScore(run)
    if (words.texts.length < MIN_WORDS) return clean('too short to repeat itself')
    return scoreOf(findRepetition(words), words)
  },
}

function clean(explanation: string): Score {
  return { score: 0, verdict: 'ok', explanation }
}

function scoreOf({ repeatedShare, loop }: Findings, words: Words): Score {
  const loopScore = loop === undefined ? 0 : loopStrength(loop, words.texts.length)
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
function findRepetition(words: Words): Findings {
  const ids = idsOf(words.texts)
  const size = ngramSize(words.texts)
  const lastAt = new Map<number, number>()
  const repeated = new Uint8Array(ids.length)
  const loops = new LoopFinder()
  for (let i = 0; i + size <= ids.length; i++) {
    const key = hashOf(ids, i, size)
    const before = lastAt.get(key)
    lastAt.set(key, i)
    const isRepeat = before !== undefined && sameNgram(ids, before, i, size)
    if (isRepeat) repeated.fill(1, i, i + size)
    loops.step(i, isRepeat ? i - before : 0, size)
  }
  const share = ids.length === 0 ? 0 : repeated.reduce((total, one) => total + one, 0) / ids.length
  return { repeatedShare: share, loop: loops.longest }
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
    if (repeats >= LOOP_REPEATS && end - this.#start > length) this.longest = { start: this.#start, end, repeats }
  }
}

function ngramSize(texts: readonly string[]): number {
  const unspaced = texts.reduce((count, word) => count + (isUnspaced(word.charCodeAt(0)) ? 1 : 0), 0)
  return unspaced * 2 > texts.length ? CHARACTER_NGRAM : WORD_NGRAM
}

function idsOf(texts: readonly string[]): Int32Array {
  const known = new Map<string, number>()
  return Int32Array.from(texts, (text) => {
    const id = known.get(text) ?? known.size
    known.set(text, id)
    return id
  })
}

function hashOf(ids: Int32Array, start: number, size: number): number {
  let hash = 17
  for (let i = start; i < start + size; i++) hash = (Math.imul(hash, 31) + (ids[i] ?? 0)) | 0
  return hash
}

function sameNgram(ids: Int32Array, a: number, b: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (ids[a + i] !== ids[b + i]) return false
  return true
}

interface CharacterRun {
  readonly start: number
  readonly end: number
  readonly share: number
}

/** One letter, or one short syllable, written at least forty times: "aaaaaaa", "哈哈哈哈". Rulers and spaces do not count. */
const RUN = /([\p{L}\p{N}]{1,3}?)\1{39,}/u

function characterRun(text: string): CharacterRun | undefined {
  const match = RUN.exec(text)
  if (match === null) return undefined
  return { start: match.index, end: match.index + match[0].length, share: match[0].length / text.length }
}

function characterRunScore(run: CharacterRun): Score {
  return {
    score: Math.min(1, 0.7 + run.share * 0.3),
    verdict: 'flagged',
    explanation: `the same characters ${run.end - run.start} long in a row`,
    spans: [{ field: 'response', start: run.start, end: run.end, label: 'loop' }],
  }
}
