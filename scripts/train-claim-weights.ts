// Fits the weights of `src/evaluation/claims/claim-score.ts` and says how well they judge documents that they were not
// fitted on: npx tsx scripts/train-claim-weights.ts. Needs the labelled data beside the repository.
import { summaryCases } from '../bench/quality/hard-summaries.ts'
import { areaUnderCurve } from '../bench/quality/metrics.ts'
import type { ClaimSign } from '../src/evaluation/claims/claim-score.ts'
import { CLAIM_WEIGHTS, claimSigns } from '../src/evaluation/claims/claim-score.ts'
import { supportOf } from '../src/evaluation/claims/claim-support.ts'
import { evidenceOf } from '../src/evaluation/claims/evidence.ts'
import { sentencesOf } from '../src/evaluation/text/sentences.ts'
import { stemsOf } from '../src/evaluation/text/stems.ts'
import { hashOf } from '../src/evaluation/text/words.ts'
import { readLines } from './training/data.ts'

interface JudgedAnswer {
  readonly set: 'answers' | 'summaries'
  readonly document: string
  readonly isWrong: boolean
  /** Means over the claims of the answer, in the order of the names, and 1 for the bias. */
  readonly signs: readonly number[]
}

const NAMES = Object.keys(CLAIM_WEIGHTS) as readonly ClaimSign[]
/** What the summaries count beside the answers, which are more. The words of an answer tell more than those of a summary. */
const SUMMARY_SHARE = 0.7
const DECAY = 0.002
const STEP = 0.8
const ROUNDS = 2_500
const FOLDS = 5

const examples = [...answers(), ...summaries()]
const heldOut = Array.from({ length: FOLDS }, (_, fold) => {
  const weights = fit(examples.filter((example) => foldOf(example) !== fold))
  return examples
    .filter((example) => foldOf(example) === fold)
    .map((example) => ({ ...example, score: marginOf(example, weights) }))
}).flat()
for (const set of ['answers', 'summaries'] as const) {
  const judged = heldOut.filter((one) => one.set === set)
  const auc = areaUnderCurve(judged.map(({ isWrong, score }) => ({ isPositive: isWrong, isFlagged: false, score })))
  console.log(`${set}: ${judged.length}, AUC held out ${auc.toFixed(3)}`)
}
const weights = fit(examples)
;[...NAMES, 'bias'].forEach((name, i) => console.log(name.padEnd(20), (weights[i] ?? 0).toFixed(2)))

function answers(): JudgedAnswer[] {
  return readLines<{ context: string; question: string; answer: string; label: string }>(
    'packs/groundedness.dev.jsonl',
  ).map(({ context, question, answer, label }) =>
    judged('answers', context, { prompt: question, answer, isWrong: label === 'hallucinated' }),
  )
}

function summaries(): JudgedAnswer[] {
  return summaryCases().map(({ document, summary, isWrong }) =>
    judged('summaries', document, { prompt: 'Summarise the document.', answer: summary, isWrong }),
  )
}

function judged(
  set: JudgedAnswer['set'],
  document: string,
  { prompt, answer, isWrong }: { prompt: string; answer: string; isWrong: boolean },
): JudgedAnswer {
  const evidence = evidenceOf([document])
  const asked = new Set(stemsOf(prompt).hashes)
  const claims = sentencesOf(answer).map((sentence) => claimSigns(supportOf(sentence, evidence, asked)))
  const signs = NAMES.map((name) => claims.reduce((sum, claim) => sum + claim[name], 0) / Math.max(1, claims.length))
  return { set, document, isWrong, signs: [...signs, 1] }
}

function foldOf({ document }: JudgedAnswer): number {
  return (hashOf(document) >>> 0) % FOLDS
}

function marginOf({ signs }: JudgedAnswer, by: readonly number[]): number {
  return signs.reduce((sum, sign, i) => sum + sign * (by[i] ?? 0), 0)
}

/** Logistic regression by gradient descent; the two sets count by their share, whatever their size. */
function fit(from: readonly JudgedAnswer[]): number[] {
  const counts = { answers: 0, summaries: 0 }
  for (const { set } of from) counts[set]++
  const shares = { answers: (1 - SUMMARY_SHARE) / counts.answers, summaries: SUMMARY_SHARE / counts.summaries }
  const fitted = [...NAMES, 'bias'].map(() => 0)
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = fitted.map(() => 0)
    for (const example of from) {
      const error = 1 / (1 + Math.exp(-marginOf(example, fitted))) - Number(example.isWrong)
      example.signs.forEach((sign, i) => (gradient[i] = (gradient[i] ?? 0) + error * shares[example.set] * sign))
    }
    fitted.forEach((weight, i) => {
      const decay = i < NAMES.length ? DECAY * weight : 0
      fitted[i] = weight - STEP * ((gradient[i] ?? 0) + decay)
    })
  }
  return fitted
}
