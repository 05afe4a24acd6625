import type { FeatureBlock } from '../../models/linear-model.ts'
import { CuedPattern } from '../../text/cued-pattern.ts'
import { digitRunsOf } from '../../text/digit-runs.ts'
import { featuresOf, featuresOfWords } from '../../text/features.ts'
import { wordsOf } from '../../text/words.ts'

/** Keeps what the prompt says, in the first block, apart from what the answer says. */
export const HALLUCINATION_SALTS = [0x2aaaa, 0]
const PROMPT_WORDS = 80

export const HALLUCINATION_DENSE = [
  'link in prompt',
  'missing material',
  'figures',
  'precise figures',
  'sources',
  'declines',
  'deed',
] as const

const LINK = new CuedPattern(['http', 'www.'], /https?:\/\/|www\./i)
/** The prompt speaks of something that it does not contain, which invites invention. */
const MATERIAL = new CuedPattern(
  [
    ' article',
    ' image',
    ' picture',
    ' text',
    ' data',
    ' table',
    ' chart',
    ' video',
    ' document',
    ' passage',
    ' link',
    ' website',
    ' graph',
    ' map',
    '文章',
    '图片',
    '数据',
    '表格',
    '视频',
    '文档',
  ],
  /\b(?:following|given|this|attached|above|below) (?:article|image|picture|text|data ?set|table|chart|video|document|passage|link|website|dataset|graph|map)\b|(?:以下|这篇|这张|附件|上面的)(?:文章|图片|数据|表格|视频|文档)/i,
)
const SOURCE = new CuedPattern(
  ['according to', 'a study', 'research', 'et al.', 'published in', 'survey by', '根据', '据统计'],
  /\b(?:according to|a study|research(?:ers)? (?:shows?|found|from|at)|et al\.|published in|survey by)\b|根据[^，。]{0,12}(?:研究|报道|统计|数据)|据统计/i,
)
const DECLINE = new CuedPattern(
  [
    'as an ai',
    'language model',
    'i can',
    'i do not have',
    "i don't have",
    'i don’t have',
    'sorry',
    'unable to',
    '作为',
    '无法',
    '抱歉',
  ],
  /\b(?:as an ai|language model|i (?:can(?:no|['’])t|do not have|don['’]t have)|sorry|unable to)\b|作为[^，。]{0,8}(?:AI|人工智能|语言模型)|无法|抱歉/i,
)
/** Claims to have done what a model of language cannot do. */
const DEED = new CuedPattern(
  [
    'called',
    'checked',
    'sent',
    'booked',
    'visited',
    'searched',
    'looked up',
    'found online',
    'updated',
    'scheduled',
    'downloaded',
    'created a ',
    '查询了',
    '发送了',
    '预订了',
    '下载了',
    '打电话',
  ],
  /\b(?:i (?:have |just |)(?:called|checked|sent|booked|visited|searched|looked up|found online|updated|scheduled|downloaded|created a (?:file|chart|spreadsheet)))\b|我(?:已经|刚刚)?(?:查询了|发送了|预订了|下载了|打电话)/i,
)

const PRECISE_FIGURE = /\d+(?:\.\d+)?\s?%|\b(?:1[5-9]|20)\d\d\b|\$\d/g

/** What the hallucination model reads of a prompt and its answer; see `HALLUCINATION_SALTS`. */
export function hallucinationFeatures(
  prompt: string,
  response: string,
): { readonly blocks: readonly FeatureBlock[]; readonly dense: readonly number[] } {
  const words = wordsOf(prompt)
  const asked = featuresOfWords(prompt, words, 0, Math.min(words.count, PROMPT_WORDS))
  const perSentence = Math.max(1, response.length / 100)
  const figures = digitRunsOf(response).length
  return {
    blocks: [asked, featuresOf(response)],
    dense: [
      Number(LINK.test(prompt)),
      Number(MATERIAL.test(prompt)),
      Math.min(1, figures / perSentence / 3),
      Math.min(1, (figures === 0 ? 0 : (response.match(PRECISE_FIGURE)?.length ?? 0)) / perSentence),
      Number(SOURCE.test(response)),
      Number(DECLINE.test(response, response.slice(0, 300))),
      Number(DEED.test(response)),
    ],
  }
}
