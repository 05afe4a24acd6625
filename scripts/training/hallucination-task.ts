import {
  HALLUCINATION_DENSE,
  HALLUCINATION_SALTS,
  hallucinationFeatures,
} from '../../src/evaluation/evaluators/hallucination/hallucination-features.ts'
import type { Example } from './classifier.ts'
import { saltedBlocks } from './classifier.ts'
import { readLines } from './data.ts'
import type { TrainingTask } from './task.ts'

/** How likely an answer without documents invents something, by what is asked and how it is answered. One model per language. */
export function hallucinationTasks(): readonly TrainingTask[] {
  return [task('en', english()), task('zh', chinese())]
}

function task(language: string, examples: readonly Example[]): TrainingTask {
  const options = { name: `hallucination-${language}`, version: '1', denseNames: HALLUCINATION_DENSE, cost: 0.05 }
  return {
    options,
    card: CARD,
    leftOut: (source) => /gpt|ernie|qwen-14b|baichuan53b/.test(source),
    examples,
    threshold: language === 'en' ? 0.4 : 0.75,
  }
}

const CARD = {
  purpose:
    'How often answers of this kind to prompts of this kind were found to be invented, where no document tells. Used by `hallucination` without context.',
  data: [
    'HaluEval, general: human labels (MIT)',
    'HalluQA: answers of many models, judged by a model against references (Apache-2.0)',
  ],
  failures: [
    'It knows no facts: it recognises occasions for invention (missing material, links, figures) and manners, not untruths.',
    'Right answers to difficult questions are flagged, wrong answers to easy ones pass.',
  ],
}

function features(prompt: string, response: string): Pick<Example, 'blocks' | 'dense'> {
  const { blocks, dense } = hallucinationFeatures(prompt, response)
  return { blocks: saltedBlocks(blocks, HALLUCINATION_SALTS), dense }
}

function english(): Example[] {
  return readLines<{ prompt: string; response: string; label: string }>('packs/hallucination-en.dev.jsonl').map(
    (row) => ({
      ...features(row.prompt, row.response),
      isPositive: row.label === 'yes',
      group: row.prompt,
      source: 'halueval/general',
    }),
  )
}

function chinese(): Example[] {
  return readLines<{ question: string; response: string; label: string; source: string }>(
    'packs/hallucination-zh.dev.jsonl',
  ).map((row) => ({
    ...features(row.question, row.response),
    isPositive: row.label === 'hallucinated',
    group: row.question,
    source: row.source.replace(/_output.*$/, ''),
  }))
}
