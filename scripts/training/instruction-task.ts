import {
  INSTRUCTION_DENSE,
  instructionFeatures,
} from '../../src/evaluation/evaluators/prompt-injection/instruction-features.ts'
import { sentencesOf } from '../../src/evaluation/text/sentences.ts'
import { benignDocuments, benignPrompts, hiddenInstructions } from './benign-texts.ts'
import type { Example } from './classifier.ts'
import type { TrainingTask } from './task.ts'

/** Sentences in which a document gives an assistant something to do, against the sentences of documents. */
export function instructionTasks(): readonly TrainingTask[] {
  const documents = benignDocuments().flatMap(({ text, source, group }) => sentenceExamples(text, source, group))
  // Requests that people make of an assistant read like those that are hidden in documents, and are far more varied.
  const requests = benignPrompts()
    .filter(({ source }) => source === 'halueval' || source === 'ifeval')
    .map(({ text, source, group }) => requestExample(text, source, group, 0.3))
  const hidden = hiddenInstructions().map(({ text, source, group }) =>
    requestExample(text, source, `${source}/${group}`, 2),
  )
  return [
    {
      options: { name: 'embedded-instruction', version: '1', denseNames: INSTRUCTION_DENSE, cost: 0.5 },
      examples: [...documents, ...requests, ...hidden],
      threshold: { rate: 0.002, on: () => true },
      card: {
        purpose:
          'Whether a sentence of a document gives an assistant something to do. Used by `prompt-injection` on documents and tool results.',
        data: [
          'BIPIA attacks and contexts (MIT)',
          'requests of HaluEval (MIT) and IFEval (Apache-2.0) as instructions; contexts of HaluEval as documents',
        ],
        failures: [
          'A question that a document asks its reader looks like one that is hidden in it.',
          'An instruction in the middle of a long sentence is drowned by it.',
        ],
      },
    },
  ]
}

function sentenceExamples(text: string, source: string, group: string): Example[] {
  const sentences = sentencesOf(text).slice(0, 40)
  return sentences.map((sentence, i) => {
    const { blocks, dense } = instructionFeatures(sentence.text, i / Math.max(1, sentences.length - 1))
    return { blocks, dense, isPositive: false, group, source }
  })
}

function requestExample(text: string, source: string, group: string, weight: number): Example {
  const first = sentencesOf(text)[0]?.text ?? text
  const { blocks, dense } = instructionFeatures(first, 0.5)
  return { blocks, dense, isPositive: true, group, source, weight }
}
