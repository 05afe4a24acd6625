import { sentencesOf } from '../text/sentences.ts'
import { stemsOf } from '../text/stems.ts'
import type { ClaimSupport } from './claim-support.ts'
import { claimScore } from './claim-score.ts'
import { supportOf } from './claim-support.ts'
import { evidenceOf } from './evidence.ts'

/** Claims that are compared; what an answer says after so many is not judged. */
const MAX_CLAIMS = 60
/** A claim below this is not supported. */
export const SUPPORTED = 0.5

/** How far documents support an answer. */
export interface Grounding {
  /** 0-1; 1 = every claim is supported. */
  readonly score: number
  readonly claims: number
  readonly unsupported: readonly ClaimSupport[]
}

/** Compares each claim of an answer with documents. What the prompt says need not be supported. */
export function groundingOf(response: string, documents: readonly string[], prompt: string): Grounding {
  const evidence = evidenceOf(documents)
  const promptStems = new Set(stemsOf(prompt).hashes)
  const claims = sentencesOf(response)
    .slice(0, MAX_CLAIMS)
    .map((sentence) => supportOf(sentence, evidence, promptStems))
  const scores = claims.map(claimScore)
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length)
  return {
    // One invented claim among many true ones makes an answer unreliable, so the weakest claim counts as much as all.
    score: (Math.min(1, ...scores) + mean) / 2,
    claims: claims.length,
    unsupported: claims.filter((_, i) => (scores[i] ?? 1) < SUPPORTED),
  }
}
