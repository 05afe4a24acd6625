import type { ClaimSupport } from './claim-support.ts'

/** A wrong number is enough to refute a claim whose words are all there; a name or a negation may be put in other words. */
const PENALTIES = { number: 3.6, name: 2.2, negation: 1.2 } as const
const MAX_PENALTY = 5
/** A bare "yes" or "no" can be checked by nobody who only reads words. */
const UNCHECKABLE = 0.75

/**
 * What each sign of a claim without support weighs, fitted by `scripts/train-claim-weights.ts` on answers and summaries;
 * its output says how well claims of documents are judged that it had not seen.
 */
export const CLAIM_WEIGHTS: Readonly<Record<ClaimSign, number>> = {
  words: 0.36,
  scattered: 1.02,
  'scattered anchors': 0.34,
  exchanged: 0.87,
  opposed: 0.72,
  'copied, scattered': 0.53,
  'copied, exchanged': 3.05,
  'copied, reversed': 2.1,
}
/** Below the -0.3 that fits best: there two of three true summaries in words of their own would be flagged. */
const BIAS = -0.8

/** Signs that a claim is not supported. After `copied` those that count in a claim made of the document's own words. */
export type ClaimSign =
  | 'words'
  | 'scattered'
  | 'scattered anchors'
  | 'exchanged'
  | 'opposed'
  | 'copied, scattered'
  | 'copied, exchanged'
  | 'copied, reversed'

/** 0-1; 1 = the documents support the claim. */
export function claimScore(support: ClaimSupport): number {
  if (support.contentWords === 0 && support.unsupported.length === 0) return UNCHECKABLE
  const signs = claimSigns(support)
  const names = Object.keys(CLAIM_WEIGHTS) as ClaimSign[]
  return 1 / (1 + Math.exp(names.reduce((sum, name) => sum + CLAIM_WEIGHTS[name] * signs[name], BIAS)))
}

/** How strong each sign is, larger is worse. */
export function claimSigns(support: ClaimSupport): Record<ClaimSign, number> {
  const { scattered, scatteredAnchors, exchanged, reversed, isOpposed, isCopied } = support.bindings
  const copied = isCopied ? 1 : 0
  return {
    words: -wordMargin(support),
    scattered,
    'scattered anchors': scatteredAnchors,
    exchanged,
    opposed: isOpposed ? 1 : 0,
    'copied, scattered': copied * scattered,
    'copied, exchanged': copied * exchanged,
    'copied, reversed': copied * reversed,
  }
}

/** How far the words of the claim are the documents' words. The weights follow from comparing true answers with altered ones of the same length. */
function wordMargin({ coverage, localCoverage, pairCoverage, unsupported }: ClaimSupport): number {
  const penalty = unsupported.reduce((sum, { kind }) => sum + PENALTIES[kind], 0)
  return 3.2 * localCoverage + 2 * coverage + 1.4 * pairCoverage - 3.2 - Math.min(MAX_PENALTY, penalty)
}
