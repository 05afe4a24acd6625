import { TOXICITY_DENSE, toxicityFeatures } from '../../src/evaluation/evaluators/toxicity/toxicity-features.ts'
import { benignPassages, benignPrompts } from './benign-texts.ts'
import type { BenignText } from './benign-texts.ts'
import type { Example } from './classifier.ts'
import { readLines } from './data.ts'
import type { TrainingTask } from './task.ts'

/** One model per language: what is offensive is said in different ways, and the sets are labelled by different measures. */
export function toxicityTasks(): readonly TrainingTask[] {
  return [taskFor('en', 0.41, 1), taskFor('zh', 0.29, 0.5)]
}

function taskFor(language: 'en' | 'zh', threshold: number, cost: number): TrainingTask {
  const source = language === 'en' ? 'surge' : 'cold'
  return {
    options: { name: `toxicity-${language}`, version: '2', denseNames: TOXICITY_DENSE, cost, naiveBayes: true },
    examples: [...labelled(language), ...harmless(language)],
    threshold,
    card: {
      purpose: `Whether a text is insulting, degrading or hostile, ${language === 'en' ? 'in English' : 'in Chinese'}. Used by \`toxicity\`.`,
      data: [
        language === 'en' ? 'surge-ai/toxicity (MIT)' : 'COLDataset (Apache-2.0)',
        'harmless prompts and answers: IFEval, XSTest, CValues, HalluQA',
        'word lists of this project (`src/evaluation/evaluators/toxicity/toxicity-lexicon.ts`)',
      ],
      failures: [
        'Contempt without any coarse word, irony, and quotation of an insult that is rejected.',
        language === 'en'
          ? 'Five hundred comments are few: rare slurs count by the word list alone.'
          : 'People disagree on much of this set; a neutral remark about a region or sex is easily flagged.',
      ],
    },
    measuredOn: (example) => example.source.startsWith(source),
    calibratedOn: (example) => example.source.startsWith(source),
  }
}

function labelled(language: string): Example[] {
  return (
    readLines<{ lang: string; text: string; label: string; source: string; topic?: string }>('packs/toxicity.dev.jsonl')
      .filter(({ lang }) => lang === language)
      // The Chinese set has one source and three subjects: to leave one out shows what is learned beyond its words.
      .map(({ text, label, source, topic }) =>
        example(text, label === 'toxic', topic === undefined ? source : `${source}/${topic}`, 1),
      )
  )
}

/** Prompts and answers of ordinary use, so that a model for comments does not take every serious subject for an insult. */
function harmless(language: 'en' | 'zh'): Example[] {
  const sources = language === 'en' ? ['ifeval', 'ifeval-answers', 'xstest'] : ['cvalues', 'zh-answers', 'halluqa']
  const texts: BenignText[] = [...benignPrompts(), ...benignPassages()]
  return texts
    .filter(({ source }) => sources.includes(source))
    .map(({ text, source }) => example(text, false, source, language === 'en' ? 0.3 : 0.1))
}

function example(text: string, isPositive: boolean, source: string, weight: number): Example {
  const { blocks, dense } = toxicityFeatures(text)
  return { blocks, dense, isPositive, group: text.slice(0, 40), source, weight }
}
