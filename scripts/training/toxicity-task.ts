import {
  CHINESE_TOXICITY_DENSE,
  chineseToxicityFeatures,
  TOXICITY_DENSE,
  toxicityFeatures,
} from '../../src/evaluation/evaluators/toxicity/toxicity-features.ts'
import { benignPassages, benignPrompts } from './benign-texts.ts'
import type { BenignText } from './benign-texts.ts'
import type { Example, TrainingOptions } from './classifier.ts'
import { readLines } from './data.ts'
import type { TrainingTask } from './task.ts'

/** One model per language: what is offensive is said in different ways, and the sets are labelled by different measures. */
export function toxicityTasks(): readonly TrainingTask[] {
  return [
    taskFor('en', 0.41, { version: '2', denseNames: TOXICITY_DENSE, cost: 1 }),
    taskFor('zh', 0.32, { version: '3', denseNames: CHINESE_TOXICITY_DENSE, cost: 0.5 }),
  ]
}

type Language = 'en' | 'zh'

function taskFor(language: Language, threshold: number, options: Omit<TrainingOptions, 'name'>): TrainingTask {
  const source = language === 'en' ? 'surge' : 'cold'
  return {
    options: { ...options, name: `toxicity-${language}`, naiveBayes: true },
    examples: [...labelled(language), ...harmless(language)],
    threshold,
    card: {
      purpose: `Whether a text is insulting, degrading or hostile, ${language === 'en' ? 'in English' : 'in Chinese'}. Used by \`toxicity\`.`,
      data: [
        language === 'en' ? 'surge-ai/toxicity (MIT)' : 'COLDataset (Apache-2.0)',
        'harmless prompts and answers: IFEval, XSTest, CValues, HalluQA',
        language === 'en'
          ? 'word lists of this project (`src/evaluation/evaluators/toxicity/toxicity-lexicon.ts`)'
          : 'word lists of this project (`toxicity-lexicon.ts` and `chinese-cues.ts` in `src/evaluation/evaluators/toxicity`)',
      ],
      failures: [
        'Contempt without any coarse word, irony, and quotation of an insult that is rejected.',
        language === 'en'
          ? 'Five hundred comments are few: rare slurs count by the word list alone.'
          : 'People disagree on much of this set, and twice the examples raise F1 by less than 0.01; a neutral remark about a region or sex is easily flagged.',
      ],
    },
    measuredOn: (example) => example.source.startsWith(source),
    calibratedOn: (example) => example.source.startsWith(source),
  }
}

function labelled(language: Language): Example[] {
  return (
    readLines<{ lang: string; text: string; label: string; source: string; topic?: string }>('packs/toxicity.dev.jsonl')
      .filter(({ lang }) => lang === language)
      // The Chinese set has one source and three subjects: to leave one out shows what is learned beyond its words.
      .map(({ text, label, source, topic }) =>
        example(text, language, {
          isPositive: label === 'toxic',
          source: topic === undefined ? source : `${source}/${topic}`,
          weight: 1,
        }),
      )
  )
}

/** Prompts and answers of ordinary use, so that a model for comments does not take every serious subject for an insult. */
function harmless(language: Language): Example[] {
  const sources = language === 'en' ? ['ifeval', 'ifeval-answers', 'xstest'] : ['cvalues', 'zh-answers', 'halluqa']
  const texts: BenignText[] = [...benignPrompts(), ...benignPassages()]
  return texts
    .filter(({ source }) => sources.includes(source))
    .map(({ text, source }) =>
      example(text, language, { isPositive: false, source, weight: language === 'en' ? 0.3 : 0.1 }),
    )
}

type Label = Pick<Example, 'isPositive' | 'source' | 'weight'>

function example(text: string, language: Language, label: Label): Example {
  const { blocks, dense } = language === 'zh' ? chineseToxicityFeatures(text) : toxicityFeatures(text)
  return { ...label, blocks, dense, group: text.slice(0, 40) }
}
