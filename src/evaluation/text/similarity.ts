import { numbersOf } from './numbers.ts'
import { contentStemsOf } from './stems.ts'

/** Recall of what is expected weighs twice as much as that nothing else is said: answers explain themselves. */
const RECALL_WEIGHT = 2
/** A wrong number makes two texts different whatever words they share. */
const WRONG_NUMBER = 0.5

/**
 * How much of an expected text another one says, 0-1: the F2 measure over the stems of content words (in Chinese, pairs of characters),
 * halved when a number of the expected text is missing. Of words, not of meaning: a paraphrase in other words scores low.
 */
export function similarityOf(expected: string, found: string): number {
  const wanted = contentStemsOf(expected)
  const said = contentStemsOf(found)
  if (wanted.size === 0 || said.size === 0) return expected.trim() === found.trim() ? 1 : 0
  const common = wanted.common(said)
  if (common === 0) return 0
  const [precision, recall] = [common / said.size, common / wanted.size]
  const square = RECALL_WEIGHT ** 2
  const score = ((1 + square) * precision * recall) / (square * precision + recall)
  return hasAllNumbers(expected, found) ? score : score * WRONG_NUMBER
}

function hasAllNumbers(expected: string, found: string): boolean {
  const said = new Set(numbersOf(found).map(({ value }) => value))
  return numbersOf(expected).every(({ value }) => said.has(value))
}
