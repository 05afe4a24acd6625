import { featuresOf } from '../text/features.ts'
import { rememberLast } from '../text/remember.ts'
import { loadModel } from './weights-file.ts'

const model = loadModel('harmful')

/** Probability from which on a text counts as harmful. */
export const HARMFUL_THRESHOLD = model.header.threshold

/** How probable it is that a text gives instructions or content that does harm, 0-1; a text that declines or warns scores low. */
export const harmfulness = rememberLast((text: string): number => {
  return text.trim() === '' ? 0 : model.probability([featuresOf(text)])
})
