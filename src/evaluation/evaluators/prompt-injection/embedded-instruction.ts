import { lazyModel } from '../../models/weights-file.ts'
import { sentencesOf } from '../../text/sentences.ts'
import { contentCounts, instructionFeatures } from './instruction-features.ts'

const model = lazyModel('embedded-instruction')

/** Sentences of one document that are read one by one; longer documents are read by their beginning and their end. */
const MAX_SENTENCES = 200

export interface EmbeddedInstruction {
  readonly score: number
  /** Beyond the threshold, which lies high because a document has many sentences. */
  readonly isCertain: boolean
  readonly start: number
  readonly end: number
}

/** The sentence of a document that most reads like an instruction to an assistant; undefined in an empty one. */
export function strongestInstruction(text: string): EmbeddedInstruction | undefined {
  const all = sentencesOf(text)
  const sentences =
    all.length <= MAX_SENTENCES ? all : [...all.slice(0, MAX_SENTENCES / 2), ...all.slice(-MAX_SENTENCES / 2)]
  const counts = contentCounts(text)
  let best: EmbeddedInstruction | undefined
  sentences.forEach((sentence) => {
    const { blocks, dense } = instructionFeatures(sentence.text, counts)
    const score = model().probability(blocks, dense)
    if (best === undefined || score > best.score)
      best = { score, isCertain: score >= model().header.threshold, start: sentence.start, end: sentence.end }
  })
  return best
}
