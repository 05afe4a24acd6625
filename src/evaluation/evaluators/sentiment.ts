import type { EvaluationSpan, Score } from '../../model/evaluation.ts'
import type { Evaluator } from '../evaluator.ts'
import { Lexicon } from '../text/lexicon.ts'

/** Below this the user is dissatisfied. 0.5 is neutral. */
const THRESHOLD = 0.3

type Mood = 'good' | 'bad' | 'very bad' | 'negation' | 'wants a human'

/** What users write when they are content or not with the answers they got. */
const TERMS = new Lexicon<Mood>({
  good: `thank*, thx, great, perfect, awesome, excellent, helpful, amazing, wonderful, love it, love this, works now, it works, that works, worked, nice, good job, well done, brilliant, fantastic, appreciate*, exactly what, correct, that's right, happy, glad, cool,
    谢谢, 感谢, 太好了, 太棒了, 很好, 非常好, 完美, 不错, 有用, 有帮助, 厉害, 赞, 解决了, 正确, 满意, 喜欢, 开心, 真棒, 可以了`,
  bad: `wrong, incorrect, not what i asked, not what i meant, not helpful, unhelpful, useless, doesn't work, does not work, didn't work, did not work, not working, still not, still wrong, again wrong, bad, poor, confus*, disappoint*, frustrat*, annoy*, mistake*, error, errors, misunderst*, no sense, doesn't make sense, you didn't, you did not, you forgot, you ignored, try again, read again, i said, i already told, slow, broken, fail*, complain*, unhappy, sad, upset, waste,
    不对, 错了, 错误, 不是这个, 没用, 没有用, 不行, 不能用, 还是不, 答非所问, 失望, 烦, 搞错, 不满意, 不好, 差, 看不懂, 没听懂, 不明白你, 我说的是, 重新, 再说一遍, 投诉, 太慢, 难用, 浪费时间, 生气, 郁闷`,
  'very bad': `terrible, horrible, awful, garbage, stupid, idiot*, hate, worst, ridiculous, unacceptable, wtf, fuck*, shit*, damn, angry, furious, disgusting, crap, trash, scam, refund, cancel my, sue you,
    垃圾, 傻, 笨, 蠢, 滚, 废物, 气死, 恶心, 差劲, 糟糕, 骗子, 什么玩意, 退款, 退钱, 无语, 操, 他妈`,
  negation: `not, no, never, isn't, wasn't, don't, didn't, doesn't, aren't, can't, won't, hardly, 不, 没, 没有, 并非, 不太, 不是很`,
  'wants a human': `real person, human agent, speak to a human, talk to a human, speak to someone, customer service, representative, supervisor, manager, 人工, 转人工, 真人, 人工客服, 客服电话`,
})

const WEIGHTS: Readonly<Record<Mood, number>> = {
  good: 1,
  bad: -1.2,
  'very bad': -2,
  negation: 0,
  'wants a human': -1.5,
}

/** The mood of the user's turn, which is what a user thinks of the answer before: 1 pleased, 0.5 neutral, 0 angry. */
export const sentiment: Evaluator = {
  name: 'sentiment',
  version: '1',
  direction: 'higher_is_better',
  costClass: 'cheap',
  languages: ['en', 'zh'],
  evaluate({ prompt }): Score | undefined {
    if (prompt.trim() === '') return undefined
    // A long prompt is a task with its material, whose words are not the user's mood.
    const text = prompt.slice(0, 600)
    const balance = moodBalance(text)
    const length = Math.max(1, text.length / 200)
    const score = 1 / (1 + Math.exp(-balance.sum / length))
    const verdict = score < THRESHOLD ? 'flagged' : 'ok'
    const label = score < THRESHOLD ? 'negative' : score > 0.7 ? 'positive' : 'neutral'
    return { score, verdict, label, explanation: `the user's turn is ${label}`, spans: balance.spans }
  },
}

function moodBalance(text: string): { readonly sum: number; readonly spans: readonly EvaluationSpan[] } {
  let sum = 0
  let negatedUntil = -1
  const spans: EvaluationSpan[] = []
  for (const { category, start, end } of TERMS.find(text)) {
    if (category === 'negation') {
      negatedUntil = end + 16
      continue
    }
    const isNegated = start <= negatedUntil
    sum += isNegated ? -WEIGHTS[category] * 0.8 : WEIGHTS[category]
    negatedUntil = -1
    spans.push({ field: 'prompt', start, end, label: isNegated ? `not ${category}` : category })
  }
  const shouting = (text.match(/!{2,}|[?？！]{2,}/g)?.length ?? 0) > 0 && sum < 0 ? -0.5 : 0
  return { sum: sum + shouting, spans }
}
