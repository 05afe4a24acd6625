import { lazyModel } from '../../models/weights-file.ts'
import { sentencesOf } from '../../text/sentences.ts'
import { instructionFeatures } from './instruction-features.ts'

const model = lazyModel('embedded-instruction')

/** Sentences of one document that are read one by one; longer documents are read by their beginning and their end. */
const MAX_SENTENCES = 200

export interface EmbeddedInstruction {
  /** On the scale of the injection model: 0.5 where the threshold is. */
  readonly score: number
  readonly start: number
  readonly end: number
}

/** The sentence of a document that most reads like an instruction to an assistant; undefined in an empty one. */
export function strongestInstruction(text: string): EmbeddedInstruction | undefined {
  const all = sentencesOf(text)
  const sentences =
    all.length <= MAX_SENTENCES ? all : [...all.slice(0, MAX_SENTENCES / 2), ...all.slice(-MAX_SENTENCES / 2)]
  let best: EmbeddedInstruction | undefined
  sentences.forEach((sentence, i) => {
    const { blocks, dense } = instructionFeatures(sentence.text, i / Math.max(1, sentences.length - 1))
    const score = rescaled(model().probability(blocks, dense))
    if (best === undefined || score > best.score) best = { score, start: sentence.start, end: sentence.end }
  })
  return best
}

/** Documents are many sentences, so the threshold of one lies high; it is moved to 0.5, where the other model has its own. */
function rescaled(probability: number): number {
  const { threshold } = model().header
  return probability < threshold
    ? (probability / threshold) * 0.5
    : 0.5 + ((probability - threshold) / (1 - threshold)) * 0.5
}
