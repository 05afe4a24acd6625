import { wordsOf } from '../text/words.ts'

/** How an answer is written, as far as a reader sees it at a glance. */
export type AnswerForm = 'json' | 'code' | 'table' | 'list' | 'lines' | 'prose' | 'empty'

/** What of an answer is kept for comparing it with later ones. */
export interface AnswerSketch {
  /** Characters. */
  readonly length: number
  readonly form: AnswerForm
  /** MinHash over runs of words (Broder 1997); empty for an answer without words. */
  readonly hashes: readonly number[]
}

const HASHES = 32
const RUN = 2
const LOOKED_AT = 20_000

/** The sketch of an answer: bounded, whatever its length. */
export function sketchOf(answer: string): AnswerSketch {
  const text = answer.trim()
  return { length: text.length, form: formOf(text), hashes: minHashes(text.slice(0, LOOKED_AT)) }
}

/** How far two answers are apart, 0-1: one minus the estimated share of runs of words that they have in common (Jaccard). */
export function sketchDistance(a: AnswerSketch, b: AnswerSketch): number {
  if (a.hashes.length === 0 || b.hashes.length === 0) return a.hashes.length === b.hashes.length ? 0 : 1
  const equal = a.hashes.filter((hash, i) => hash === b.hashes[i]).length
  return 1 - equal / HASHES
}

function formOf(text: string): AnswerForm {
  if (text === '') return 'empty'
  if (/^[{[][\s\S]*[}\]]$/.test(text)) return 'json'
  if (/```/.test(text)) return 'code'
  if (/^\s*\|.*\|\s*$/m.test(text)) return 'table'
  if ((text.match(/^\s*(?:[*\-•]|\d{1,2}[.)、])\s+\S/gm)?.length ?? 0) >= 2) return 'list'
  return text.includes('\n') ? 'lines' : 'prose'
}

function minHashes(text: string): number[] {
  const { hashes, count } = wordsOf(text)
  if (count === 0) return []
  const minima = Array.from({ length: HASHES }, () => 0xffffffff)
  for (let i = 0; i <= Math.max(0, count - RUN); i++) {
    let run = 0
    for (let j = i; j < Math.min(count, i + RUN); j++) run = Math.imul(run, 31) ^ (hashes[j] ?? 0)
    for (let k = 0; k < HASHES; k++) minima[k] = Math.min(minima[k] ?? 0, mixed(run, k))
  }
  return minima
}

/** The hash function of that number (the finish of MurmurHash3 over a seeded value). */
function mixed(value: number, seed: number): number {
  let hash = Math.imul(value ^ Math.imul(seed + 1, 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
