import type { EvaluationSpan, Score } from '../../../model/evaluation.ts'
import type { Evaluator } from '../../evaluator.ts'
import { lazyChineseModel, lazyTextModel } from '../../models/weights-file.ts'
import { isChinese } from '../../text/script.ts'
import { chineseToxicityFeatures, toxicityFeatures } from './toxicity-features.ts'

const english = lazyTextModel('toxicity-en')
const chinese = lazyChineseModel('toxicity-zh')

/** Spans that are shown; a text full of insults needs no list of all of them. */
const MAX_SPANS = 20

interface SideScore {
  readonly field: 'prompt' | 'response'
  readonly score: number
  readonly isFlagged: boolean
  readonly spans: readonly EvaluationSpan[]
}

/** Insulting, degrading or hostile language, of the user or of the model; the spans and the explanation say of whom. */
export const toxicity: Evaluator = {
  name: 'toxicity',
  version: '3',
  direction: 'higher_is_worse',
  costClass: 'moderate',
  languages: ['en', 'zh'],
  evaluate({ prompt, response }): Score | undefined {
    if (prompt === '' && response === '') return undefined
    const sides = [sideScore('prompt', prompt), sideScore('response', response)]
    const flagged = sides.filter((side) => side.isFlagged)
    const score = Math.max(...sides.map((side) => side.score))
    if (flagged.length === 0) return { score, verdict: 'ok', explanation: 'no offensive language found' }
    const fields = flagged.map((side) => side.field)
    return {
      // The two languages have their own thresholds; a flagged score is never below one that is not.
      score: Math.max(...flagged.map((side) => side.score)),
      verdict: 'flagged',
      label: fields.join(','),
      explanation: `offensive language in the ${fields.join(' and the ')}`,
      spans: flagged.flatMap((side) => side.spans).slice(0, MAX_SPANS),
    }
  },
}

function sideScore(field: SideScore['field'], text: string): SideScore {
  if (text.trim() === '') return { field, score: 0, isFlagged: false, spans: [] }
  const isInChinese = isChinese(text)
  const { blocks, dense, hits } = isInChinese ? chineseToxicityFeatures(text) : toxicityFeatures(text)
  const model = (isInChinese ? chinese : english)()
  const score = model.probability(blocks, dense)
  const spans = hits.map(({ start, end, category }) => ({ field, start, end, label: category }))
  return { field, score, isFlagged: score >= model.header.threshold, spans }
}
