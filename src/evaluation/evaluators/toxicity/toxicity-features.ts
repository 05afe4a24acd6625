import type { FeatureBlock } from '../../models/linear-model.ts'
import { featuresOf } from '../../text/features.ts'
import type { LexiconHit } from '../../text/lexicon.ts'
import { rememberLast } from '../../text/remember.ts'
import type { ToxicCategory } from './toxicity-lexicon.ts'
import { TOXIC_TERMS } from './toxicity-lexicon.ts'

export const TOXICITY_DENSE = [
  'slur',
  'insult',
  'profanity',
  'hostile',
  'several',
  'masked',
  'shouting',
  'second person',
  'density',
] as const

/** Characters that are read; what comes after a page of comment changes nothing. */
const MAX_LENGTH = 6_000
/** Length of a comment, in which one word counts in full. */
const TYPICAL_LENGTH = 120
const MASKED = /\b[a-z]{1,3}[*@#$%&!]{1,5}[a-z]{0,4}\b|[*#@$%&]{4,}|🖕/i
const YOU = /\b(?:you|your|u|ur|you['’]re)\b|你|你们/i

export interface ToxicityFeatures {
  readonly blocks: readonly FeatureBlock[]
  readonly dense: readonly number[]
  readonly hits: ReadonlyArray<LexiconHit<ToxicCategory>>
}

/** What the toxicity models read of a text. */
export const toxicityFeatures = rememberLast((whole: string): ToxicityFeatures => {
  const text = whole.length > MAX_LENGTH ? whole.slice(0, MAX_LENGTH) : whole
  const hits = TOXIC_TERMS.find(text)
  // One word in a comment of a line says much, one in a page of prose little.
  const has = (category: ToxicCategory): number => {
    const count = hits.filter((hit) => hit.category === category).length
    return Math.min(1, (count * TYPICAL_LENGTH) / Math.max(TYPICAL_LENGTH, text.length))
  }
  const dense = [
    has('slur'),
    has('insult'),
    has('profanity'),
    has('hostile'),
    Math.min(1, (Math.max(0, hits.length - 1) * TYPICAL_LENGTH) / Math.max(TYPICAL_LENGTH, text.length)),
    Number(MASKED.test(text)),
    shoutingShare(text),
    Number(YOU.test(text)),
    Math.min(1, (hits.length * 40) / Math.max(40, text.length)),
  ]
  return { blocks: [featuresOf(text)], dense, hits }
})

/** Share of capitals among the letters of the alphabet, from a dozen letters on. */
function shoutingShare(text: string): number {
  let capitals = 0
  let letters = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const isCapital = unit >= 0x41 && unit <= 0x5a
    if (isCapital) capitals++
    if (isCapital || (unit >= 0x61 && unit <= 0x7a)) letters++
  }
  return letters < 12 ? 0 : capitals / letters
}
