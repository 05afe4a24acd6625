import type { FeatureBlock } from './linear-model.ts'
import { featuresOf } from '../text/features.ts'
import { rememberLast } from '../text/remember.ts'
import { lazyTextModel } from './weights-file.ts'

const model = lazyTextModel('harmful')

/** How far a text does harm. */
export interface Harm {
  /** How probable it is that it gives instructions or content that does harm, 0-1. A text that declines or warns scores low. */
  readonly score: number
  readonly isHarmful: boolean
}

/** How harmful the matter of a text is that consists of these features, 0-1: for other models, as one thing that they weigh. */
export function harmfulness(block: FeatureBlock): number {
  return model().probability([block])
}

/** Judges a text for harm by the way it is written. */
export const harmOf = rememberLast((text: string): Harm => {
  if (text.trim() === '') return { score: 0, isHarmful: false }
  const score = model().probability([featuresOf(text)])
  return { score, isHarmful: score >= model().header.threshold }
})
