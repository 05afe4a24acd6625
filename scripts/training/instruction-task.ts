import {
  contentCounts,
  INSTRUCTION_DENSE,
  instructionFeatures,
} from '../../src/evaluation/evaluators/prompt-injection/instruction-features.ts'
import { sentencesOf } from '../../src/evaluation/text/sentences.ts'
import type { BenignText } from './benign-texts.ts'
import { benignDocuments, benignPassages, benignPrompts, hiddenInstructions } from './benign-texts.ts'
import type { Example } from './classifier.ts'
import type { TrainingTask } from './task.ts'

/** Sentences in which a document gives an assistant something to do, against the sentences of documents. */
export function instructionTasks(): readonly TrainingTask[] {
  const documents = benignDocuments()
  // Answers stand for how-tos and advice: documents that tell their reader what to do.
  const advice = benignPassages().filter(({ source }) => source === 'answers' || source === 'ifeval-answers')
  const sentences = [
    ...documents.flatMap((document) => sentenceExamples(document, 1)),
    ...advice.flatMap((document) => sentenceExamples(document, 0.4)),
  ]
  // Requests that people make of an assistant read like those that are hidden in documents, and are far more varied.
  const requests = benignPrompts()
    .filter(({ source }) => source === 'halueval' || source === 'ifeval')
    .map((request, i) => hiddenExample(request, request.group, documents[(i * 7) % documents.length]?.text ?? '', 0.3))
  const hidden = hiddenInstructions().map((attack, i) =>
    hiddenExample(attack, `${attack.source}/${attack.group}`, documents[(i * 11) % documents.length]?.text ?? '', 2),
  )
  return [
    {
      options: { name: 'embedded-instruction', version: '1', denseNames: INSTRUCTION_DENSE, cost: 0.5 },
      examples: [...sentences, ...requests, ...hidden],
      threshold: { rate: 0.006, on: () => true },
      leftOut: (source) => source.startsWith('bipia'),
      card: {
        purpose:
          'Whether a sentence of a document gives an assistant something to do. Used by `prompt-injection` on documents and tool results.',
        data: [
          'BIPIA attacks and contexts (MIT)',
          'requests of HaluEval (MIT) and IFEval (Apache-2.0) as instructions; contexts and answers of the same sets as documents',
        ],
        failures: [
          'A question that a document asks its reader looks like one that is hidden in it.',
          'An instruction in the middle of a long sentence is drowned by it.',
        ],
      },
    },
  ]
}

function sentenceExamples({ text, source, group }: BenignText, weight: number): Example[] {
  const counts = contentCounts(text)
  return sentencesOf(text)
    .slice(0, 16)
    .map((sentence) => ({ ...instructionFeatures(sentence.text, counts), isPositive: false, group, source, weight }))
}

/** The first sentence of a request as it stands in a document that speaks of something else. */
function hiddenExample({ text, source }: BenignText, group: string, document: string, weight: number): Example {
  const first = sentencesOf(text)[0]?.text ?? text
  const counts = contentCounts(`${document}\n${text}`)
  return { ...instructionFeatures(first, counts), isPositive: true, group, source, weight }
}
