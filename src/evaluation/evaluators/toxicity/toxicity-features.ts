import type { FeatureBlock } from '../../models/linear-model.ts'
import { featuresOf } from '../../text/features.ts'
import type { LexiconHit } from '../../text/lexicon.ts'
import { rememberLast } from '../../text/remember.ts'
import { isLetter } from '../../text/script.ts'
import { unitsOf } from '../../text/units.ts'
import { CHINESE_CUES, chineseCues } from './chinese-cues.ts'
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

export const CHINESE_TOXICITY_DENSE: readonly string[] = [...TOXICITY_DENSE, ...CHINESE_CUES]

/** Characters that are read; what comes after a page of comment changes nothing. */
const MAX_LENGTH = 6_000
/** Length of a comment, in which one word counts in full. */
const TYPICAL_LENGTH = 120
const MASKED = /\b[a-z]{1,3}[*@#$%&!]{1,5}[a-z]{0,4}\b|[*#@$%&]{4,}|🖕/i
/** First unit of the hand. */
const HAND = 0xd83d
const YOU = /\b(?:you|your|u|ur|you['’]re)\b|你|你们/i

export interface ToxicityFeatures {
  readonly blocks: readonly FeatureBlock[]
  readonly dense: readonly number[]
  readonly hits: ReadonlyArray<LexiconHit<ToxicCategory>>
}

/** What the toxicity models read of a text. */
export const toxicityFeatures = rememberLast((whole: string): ToxicityFeatures => {
  const text = beginningOf(whole)
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
    Number(isMasked(text)),
    shoutingShare(text),
    Number(YOU.test(text)),
    Math.min(1, (hits.length * 40) / Math.max(40, text.length)),
  ]
  return { blocks: [featuresOf(text)], dense, hits }
})

/** The same for a Chinese text, with what it speaks of. */
export const chineseToxicityFeatures = rememberLast((whole: string): ToxicityFeatures => {
  const features = toxicityFeatures(whole)
  return { ...features, dense: [...features.dense, ...chineseCues(beginningOf(whole))] }
})

function beginningOf(text: string): string {
  return text.length > MAX_LENGTH ? text.slice(0, MAX_LENGTH) : text
}

/** Share of capitals among the letters of the alphabet, from a dozen letters on. */
function shoutingShare(text: string): number {
  const units = unitsOf(text)
  let capitals = 0
  let letters = 0
  for (let i = 0; i < units.length; i++) {
    const unit = units[i] ?? 0
    if (unit >= 0x41 && unit <= 0x5a) capitals++
    else if (unit >= 0x61 && unit <= 0x7a) letters++
  }
  return capitals + letters < 12 ? 0 : capitals / (capitals + letters)
}

const MASKS = Uint8Array.from({ length: 0x80 }, (_, unit) => Number('*@#$%&!'.includes(String.fromCharCode(unit))))

/** Whether a sign that masks letters stands where `MASKED` can match: after a letter, beside another, or as a hand. */
function isMasked(text: string): boolean {
  const units = unitsOf(text)
  for (let i = 0; i < units.length; i++) {
    const unit = units[i] ?? 0
    if (unit >= 0x80 ? unit !== HAND : MASKS[unit] === 0) continue
    // "wow! " and "**bold** " end in signs after which no letter comes; nearly all others are looked at closely.
    if (unit === HAND || isMask(units[i + 1]) || (isLetter(units[i - 1] ?? 0) && (units[i + 1] ?? 0) > 0x2f))
      return MASKED.test(text)
  }
  return false
}

function isMask(unit = 0): boolean {
  return unit < 0x80 && MASKS[unit] === 1
}
