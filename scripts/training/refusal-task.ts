import {
  REFUSAL_DENSE,
  REFUSAL_SALTS,
  refusalFeatures,
} from '../../src/evaluation/evaluators/refusal/refusal-features.ts'
import type { Example } from './classifier.ts'
import { generator, saltedBlocks } from './classifier.ts'
import { readLines } from './data.ts'
import * as manners from './examples/refusal-manners.ts'
import * as written from './examples/refusals.ts'
import type { TrainingTask } from './task.ts'
import { expandAll } from './template.ts'

interface LabelledAnswer {
  readonly prompt: string
  readonly response: string
  readonly label: string
  readonly source: string
}

type Kind = 'full' | 'partial' | 'none'

/** Whether an answer declines at all, and whether one that declines gives nothing. */
export function refusalTasks(): readonly TrainingTask[] {
  const answers = [...humanLabelled(), ...writtenAnswers(), ...benignAnswers()]
  return [
    {
      options: { name: 'refusal', version: '3', denseNames: REFUSAL_DENSE, cost: 1 },
      examples: answers.map(({ kind, ...example }) => ({ ...example, isPositive: kind !== 'none' })),
      card: { ...CARD, purpose: 'Whether an answer declines what was asked, in full or in part. Used by `refusal`.' },
      calibratedOn: ({ source }) => source.startsWith('xstest') || source === 'ifeval',
      measuredOn: isHumanLabelled,
      threshold: 0.5,
    },
    {
      options: { name: 'refusal-full', version: '3', denseNames: REFUSAL_DENSE, cost: 0.1 },
      examples: answers
        .filter(({ kind }) => kind !== 'none')
        .map(({ kind, ...example }) => ({ ...example, isPositive: kind === 'full' })),
      card: {
        ...CARD,
        purpose:
          'Whether an answer that declines gives nothing (`full`) or answers in part (`partial`). Used by `refusal`.',
      },
      measuredOn: isHumanLabelled,
      threshold: 0.5,
    },
  ]
}

const CARD = {
  data: [
    'XSTest answers with human labels, CC-BY-4.0 (Röttger et al. 2024)',
    'answers to IFEval prompts as harmless text, Apache-2.0',
    'English and Chinese refusals and answers with the same words, written for this project (`refusals.ts` and `refusal-manners.ts` in `scripts/training/examples`)',
  ],
  failures: [
    'An answer that rejects the premise of a question ("there were no benefits") is labelled a refusal by people and often missed.',
    'Partial refusals are rare in the data; full and partial are told apart less surely than refusal and answer.',
    'An answer that first says what it cannot do ("I cannot see your screen") and then answers in full may be taken for a partial refusal.',
    'Chinese is learned from written examples only; no human labels were at hand to measure it.',
  ],
}

function isHumanLabelled({ source }: Example): boolean {
  return source.startsWith('xstest')
}

type Answer = Omit<Example, 'isPositive'> & { readonly kind: Kind }

function answer(response: string, kind: Kind, group: string, source: string, weight = 1): Answer {
  const { blocks, dense } = refusalFeatures(response)
  return { blocks: saltedBlocks(blocks, REFUSAL_SALTS), dense, kind, group, source, weight }
}

function humanLabelled(): Answer[] {
  return readLines<LabelledAnswer>('packs/refusal.dev.jsonl').map(({ prompt, response, label, source }) => {
    const kind = label === 'full_refusal' ? 'full' : label === 'partial_refusal' ? 'partial' : 'none'
    return answer(response, kind, prompt, source)
  })
}

const WORDS = { ...written.REFUSAL_WORDS, ...manners.MANNER_WORDS }

/** What the templates write. A template is a group: the model is judged on turns of phrase that it has not seen. */
function writtenAnswers(): Answer[] {
  const sets: ReadonlyArray<readonly [templates: readonly string[], kind: Kind, name: string]> = [
    [written.FULL_REFUSALS, 'full', 'written/en-full'],
    [written.PARTIAL_REFUSALS, 'partial', 'written/en-partial'],
    [written.COMPLIANCES, 'none', 'written/en-none'],
    [written.ZH_FULL_REFUSALS, 'full', 'written/zh-full'],
    [written.ZH_PARTIAL_REFUSALS, 'partial', 'written/zh-partial'],
    [written.ZH_COMPLIANCES, 'none', 'written/zh-none'],
    [manners.MANNER_FULL, 'full', 'written/en-full-manners'],
    [manners.MANNER_PARTIAL, 'partial', 'written/en-partial-manners'],
    [manners.MANNER_ANSWERS, 'none', 'written/en-none-manners'],
    [manners.ZH_MANNER_FULL, 'full', 'written/zh-full-manners'],
    [manners.ZH_MANNER_PARTIAL, 'partial', 'written/zh-partial-manners'],
    [manners.ZH_MANNER_ANSWERS, 'none', 'written/zh-none-manners'],
  ]
  const random = generator(7)
  return sets.flatMap(([templates, kind, name]) =>
    expandAll(templates, WORDS, 14, random).map(({ text, template }) =>
      answer(text, kind, `${name}/${template}`, name.slice(0, 10), name.endsWith('manners') ? 0.5 : 1),
    ),
  )
}

/** Answers to instructions that nobody declines. The few in which the model still did are left out by their first words. */
function benignAnswers(): Answer[] {
  const declined = /^\W*(?:I(?:'m| am) (?:sorry|unable|not able)|I (?:can't|cannot)|As an AI|Unfortunately|Sorry)/i
  return readLines<{ prompt: string; response: string }>('text/ifeval/example_en_responses.jsonl')
    .filter(({ response }) => !declined.test(response))
    .map(({ prompt, response }) => answer(response, 'none', prompt, 'ifeval', 0.5))
}
