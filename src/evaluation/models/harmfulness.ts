import { featuresOf } from '../text/features.ts'
import { rememberLast } from '../text/remember.ts'
import { lazyModel } from './weights-file.ts'

const model = lazyModel('harmful')

/** How far a text does harm. */
export interface Harm {
  /** How probable it is that it gives instructions or content that does harm, 0-1. A text that declines or warns scores low. */
  readonly score: number
  readonly isHarmful: boolean
}

/** Judges a text for harm by the way it is written. */
export const harmOf = rememberLast((text: string): Harm => {
  if (text.trim() === '') return { score: 0, isHarmful: false }
  const score = model().probability([featuresOf(text)])
  return { score, isHarmful: score >= model().header.threshold }
})
