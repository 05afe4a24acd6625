import type { FeatureBlock } from '../../models/linear-model.ts'
import { CuedPattern } from '../../text/cued-pattern.ts'
import { featuresOfWords } from '../../text/features.ts'
import type { Sentence } from '../../text/sentences.ts'
import { sentencesOf } from '../../text/sentences.ts'
import { wordsOf } from '../../text/words.ts'
import type { Stance } from './phrases.ts'
import { quotesRefusal, stancesOf } from './phrases.ts'

/** Words of the opening; Chinese counts by characters and needs as many. */
const OPENING_WORDS = 40
/** Words that are read in all; what an answer declines it declines before. */
const READ_WORDS = 400
/** Keeps the opening's features, in the first block, apart from those of the whole text. */
export const REFUSAL_SALTS = [0x15555, 0]
/** Sentences whose stance is read one by one, from the beginning. */
const READ_SENTENCES = 3
/** Characters of an answer that has room for no more than a refusal with its reason. */
const SHORT_LENGTH = 300
/** Characters that are read for citations. */
const QUOTES_READ = 1_200
/** Sentences of which the rest is read. A decline that stands far inside a long answer concerns a detail. */
const MAX_SENTENCES = 24

export const REFUSAL_DENSE = [
  'first declines',
  'first lacks',
  'first objects',
  'first withholds',
  'early declines',
  'early lacks',
  'early objects',
  'early withholds',
  'later declines',
  'later objects',
  'later withholds',
  'share of stance',
  'list',
  'code',
  'opens with sorry',
  'offers instead',
  'short',
  'short with a stance',
  'quotes a refusal',
] as const

export interface RefusalFeatures {
  readonly blocks: readonly FeatureBlock[]
  /** In the order of `REFUSAL_DENSE`. */
  readonly dense: readonly number[]
  /** The first sentence that declines, lacks or objects. */
  readonly stance: { readonly sentence: Sentence; readonly kind: Stance } | undefined
}

const LIST = /(?:^|\n)\s*(?:\d{1,2}[.)、]|[-*•])\s?\S[^\n]*(?:\n+[^\n]+){0,3}?\n+\s*(?:\d{1,2}[.)、]|[-*•])\s?\S/
const SORRY =
  /^["'\s]*(?:i['’]m (?:really |very |so |truly )?sorry|i am (?:really |very |so )?sorry|sorry|(?:my )?apolog|unfortunately|很?抱歉|对不起|非常抱歉|不好意思|很?遗憾)/i
const INSTEAD = new CuedPattern(
  [
    'instead',
    'however',
    'that said',
    'alternatively',
    'here are some',
    'but i can',
    'i can ',
    '不过',
    '我可以',
    '相反',
    '建议',
  ],
  /\b(?:instead|however|that said|alternatively|here are some|but i can|i can (?:help|offer|suggest|provide))\b|不过|但我可以|但是我可以|相反|我可以(?:帮|为|提供)|建议/i,
)

/** What the refusal models read of an answer; see `REFUSAL_SALTS`. */
export function refusalFeatures(response: string): RefusalFeatures {
  const sentences = sentencesOf(response).slice(0, MAX_SENTENCES)
  const stances = stancesOf(response, sentences)
  const words = wordsOf(response)
  const opening = featuresOfWords(response, words, 0, Math.min(words.count, OPENING_WORDS))
  const first = stances.findIndex((stance) => stance !== 'other')
  const kind = stances[first]
  const sentence = sentences[first]
  return {
    blocks: [opening, featuresOfWords(response, words, 0, Math.min(words.count, READ_WORDS))],
    dense: denseFeatures(response, stances),
    stance: sentence === undefined || kind === undefined ? undefined : { sentence, kind },
  }
}

function denseFeatures(response: string, stances: readonly Stance[]): number[] {
  const first = stances[0]
  const early = stances.slice(1, READ_SENTENCES)
  const later = stances.slice(READ_SENTENCES)
  const isShort = stances.length <= READ_SENTENCES && response.length <= SHORT_LENGTH
  return [
    first === 'declines',
    first === 'lacks',
    first === 'objects',
    first === 'withholds',
    early.includes('declines'),
    early.includes('lacks'),
    early.includes('objects'),
    early.includes('withholds'),
    later.includes('declines'),
    later.includes('objects'),
    later.includes('withholds'),
    stances.filter((stance) => stance !== 'other').length / Math.max(1, stances.length),
    LIST.test(response.slice(0, 2_000)),
    response.includes('```'),
    SORRY.test(response.slice(0, 40)),
    INSTEAD.test(response, response.slice(0, 1_200)),
    isShort,
    isShort && stances.some((stance) => stance !== 'other'),
    quotesRefusal(response.slice(0, QUOTES_READ)),
  ].map(Number)
}
