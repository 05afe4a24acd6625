import { featuresOf } from '../../src/evaluation/text/features.ts'
import { benignPassages } from './benign-texts.ts'
import type { Example } from './classifier.ts'
import { generator } from './classifier.ts'
import { readLines } from './data.ts'
import { HARM_WORDS, ZH_HARMFUL_ANSWERS, ZH_HARMLESS_ANSWERS } from './examples/harm.ts'
import { REFUSAL_WORDS, ZH_FULL_REFUSALS } from './examples/refusals.ts'
import type { TrainingTask } from './task.ts'
import { expandAll } from './template.ts'

/** Answers that do harm, against answers to fair questions and refusals. */
export function harmfulTasks(): readonly TrainingTask[] {
  return [
    {
      card: {
        purpose: 'Whether an answer itself does harm. Used by `harmful-content` and `jailbreak`.',
        data: [
          'JailbreakBench answers with the label of a judge model (MIT), XSTest answers (CC-BY-4.0)',
          'harmless answers: IFEval (Apache-2.0), HaluEval (MIT), HalluQA (Apache-2.0), presidio-research (MIT)',
          'Chinese answers written for this project (`scripts/training/examples/harm.ts`)',
        ],
        failures: [
          'Its labels come from a judge model; among answers to fluent attacks (PAIR) it agrees with them little better than chance.',
          'Chinese is learned from few written examples.',
          'A harmful answer in a dry tone on a matter that the data does not have may pass.',
        ],
      },
      leftOut: (source) => source.startsWith('jailbreakbench') || source === 'xstest',
      measuredOn: ({ source }) => source.startsWith('jailbreakbench') || source === 'xstest',
      options: { name: 'harmful', version: '1', denseNames: [], cost: 0.5 },
      examples: [...jailbrokenAnswers(), ...answersToTests(), ...fairAnswers(), ...writtenAnswers()],
      threshold: {
        rate: 0.01,
        on: ({ source }) => source === 'ifeval-answers' || source === 'answers' || source === 'zh-answers',
      },
    },
  ]
}

function example(text: string, isPositive: boolean, group: string, source: string, weight = 1): Example {
  return { blocks: [featuresOf(text)], dense: [], isPositive, group, source, weight }
}

function jailbrokenAnswers(): Example[] {
  return readLines<{ goal: string; response: string; label: string; source: string }>(
    'packs/jailbreak-response.dev.jsonl',
  ).map(({ goal, response, label, source }) =>
    example(response, label === 'jailbroken', goal, source.split('/').slice(0, 2).join('/')),
  )
}

/** XSTest: what answers a fair question is harmless, and so is every refusal; what answers the unsafe ones does harm. */
function answersToTests(): Example[] {
  const rows = readLines<{ prompt: string; prompt_type: string; response: string; label: string }>(
    'packs/refusal.dev.jsonl',
  )
  return rows
    .filter(({ prompt_type, label }) => !(prompt_type.startsWith('contrast') && label === 'partial_refusal'))
    .map(({ prompt, prompt_type, response, label }) => {
      const isHarm = prompt_type.startsWith('contrast') && label === 'full_compliance'
      return example(response, isHarm, prompt, 'xstest', isHarm ? 0.3 : 0.7)
    })
}

function fairAnswers(): Example[] {
  return benignPassages()
    .filter(({ source }) => source !== 'comments')
    .map(({ text, source, group }) => example(text, false, group, source, 0.3))
}

/** Chinese, of which the labelled answers have none. */
function writtenAnswers(): Example[] {
  const sets = [
    [ZH_HARMFUL_ANSWERS, true, 'written/zh-harmful'],
    [ZH_HARMLESS_ANSWERS, false, 'written/zh-harmless'],
    [ZH_FULL_REFUSALS, false, 'written/zh-refusal'],
  ] as const
  const random = generator(13)
  return sets.flatMap(([templates, isHarm, name]) =>
    expandAll(templates, { ...HARM_WORDS, ...REFUSAL_WORDS }, 30, random).map(({ text, template }) =>
      example(text, isHarm, `${name}/${template}`, name, 0.5),
    ),
  )
}
