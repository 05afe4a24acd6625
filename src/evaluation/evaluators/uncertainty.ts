import type { EvaluationSpan, Score } from '../../model/evaluation.ts'
import type { Evaluator } from '../evaluator.ts'
import { Lexicon } from '../text/lexicon.ts'
import { sentencesOf } from '../text/sentences.ts'

const THRESHOLD = 0.5

/** `strong`: the answer says that it does not know. `hedge`: it says that it may be wrong. */
const TERMS = new Lexicon<'strong' | 'hedge'>({
  strong: `i don't know, i do not know, i'm not sure, i am not sure, i'm not certain, i am not certain, i'm unsure, i am unsure, not entirely sure, not entirely certain, i cannot be sure, i can't be sure, i could be wrong, i may be wrong, i might be wrong,
    i have no information, it is unclear, it's unclear, remains unclear, no way to know, cannot verify, can't verify, cannot confirm, can't confirm, not able to verify, to the best of my knowledge, as far as i know, i don't have enough information, don't remember, hard to say,
    我不知道, 我不确定, 我不太确定, 不太清楚, 我不清楚, 不能确定, 无法确定, 无法确认, 不敢肯定, 不能肯定, 没有足够的信息, 尚不清楚, 难以判断, 不好说, 据我所知, 说不准`,
  hedge: `maybe, perhaps, possibly, probably, presumably, apparently, seemingly, supposedly, i think, i believe, i guess, i assume, i suppose, it seems, seems to, appears to, might be, may be, could be, likely, unlikely, roughly, approximately, in my opinion, it is possible that, there is a chance, not necessarily,
    可能, 也许, 或许, 大概, 大约, 似乎, 好像, 恐怕, 估计, 应该是, 我认为, 我觉得, 我猜, 据说, 一般来说, 不一定`,
})

/** Says that it is not sure: "I'm not certain", "perhaps", 可能. */
export const uncertainty: Evaluator = {
  name: 'uncertainty',
  version: '1',
  direction: 'higher_is_worse',
  costClass: 'cheap',
  languages: ['en', 'zh'],
  evaluate({ response }): Score | undefined {
    if (response.trim() === '') return undefined
    const hits = TERMS.find(response)
    const strong = hits.filter((hit) => hit.category === 'strong').length
    const perSentence = (strong * 2 + (hits.length - strong)) / Math.max(3, sentencesOf(response).length)
    // An admission counts by itself; hedges count by how many of the sentences have one.
    const score = Math.min(1, (strong > 0 ? 0.35 : 0) + perSentence * 0.6)
    const verdict = score >= THRESHOLD ? 'flagged' : 'ok'
    const explanation = `${strong} admissions of not knowing, ${hits.length - strong} hedges`
    return { score, verdict, explanation, spans: hits.slice(0, 20).map(spanOf) }
  },
}

function spanOf({ start, end, category }: { start: number; end: number; category: string }): EvaluationSpan {
  return { field: 'response', start, end, label: category }
}
