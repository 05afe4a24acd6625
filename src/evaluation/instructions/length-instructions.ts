import { CuedPattern } from '../text/cued-pattern.ts'
import { isDigit, isLetter, isSpace } from '../text/script.ts'
import { sentencesOf } from '../text/sentences.ts'
import { wordsOf } from '../text/words.ts'
import type { Instruction, InstructionFinder } from './instruction.ts'
import { findInstructions, QUANTITY, quantityOf } from './instruction.ts'

const WORDS = new CuedPattern(
  ['word'],
  new RegExp(
    String.raw`\b${QUANTITY} ?-?(?: to (\d+))? ?words?\b(?! or phrases| in (?:all )?capital)(?! (?:that|which|are|should|with|begin))`,
    'gi',
  ),
)
const SENTENCES = new CuedPattern(['sentence'], new RegExp(String.raw`\b${QUANTITY} ?-?sentences?\b`, 'gi'))
const PARAGRAPHS = new CuedPattern(
  ['paragraph', 'stanza'],
  new RegExp(String.raw`\b${QUANTITY} (?:paragraphs?|stanzas?)\b`, 'gi'),
)
const RANGE = new CuedPattern([' words'], /\b(\d{2,5}) ?(?:to|-|–|and) ?(\d{2,5}) words\b/gi)
const CHINESE_LENGTH = new CuedPattern(
  ['字', '句', '段'],
  /(至少|不少于|不低于|超过|多于|不超过|最多|至多|少于|低于|大约|约|控制在)?(\d{1,5}) ?(?:个)?(字|句|段)(?:话)?(以上|以内|左右|之内)?/g,
)

const LINE_BREAK = 0x0a

/** How long the answer shall be: words, sentences, paragraphs; Chinese characters, sentences, paragraphs. */
export const lengthInstructions: InstructionFinder = (prompt) => [
  ...wordRanges(prompt),
  ...counted(prompt, WORDS, 'words', countWords),
  ...counted(prompt, SENTENCES, 'sentences', (response) => sentencesOf(response).length),
  ...counted(prompt, PARAGRAPHS, 'paragraphs', countParagraphs),
  ...findInstructions(prompt, CHINESE_LENGTH, ([, relation, number = '', unit = '', after = '']) => {
    const quantity = quantityOf(`${relation ?? ''}${after}`.replace(/控制在|之内/, '不超过'), number)
    if (quantity === undefined || (relation === undefined && after === '')) return undefined
    const count =
      unit === '字' ? countCharacters : unit === '句' ? (text: string) => sentencesOf(text).length : countParagraphs
    return {
      kind: 'length',
      description: `${relation ?? ''}${number}${unit}${after}`,
      isFollowed: (response) => quantity.holds(count(response)),
    }
  }),
]

function counted(
  prompt: string,
  pattern: CuedPattern,
  noun: string,
  count: (response: string) => number,
): Instruction[] {
  return findInstructions(prompt, pattern, ([whole, relation, number = '', more]) => {
    // "a five sentence story that has two words" says little; a bare small number of words is seldom a limit.
    if (relation === undefined && noun === 'words' && !/\+| or /.test(whole)) return undefined
    if (isRange(prompt, whole)) return undefined
    const quantity = quantityOf(relation, number, whole.includes('+') ? '+' : more === undefined ? '' : ` or ${more}`)
    if (quantity === undefined) return undefined
    return {
      kind: 'length',
      description: `${quantity.text} ${noun}`,
      isFollowed: (response) => quantity.holds(count(response)),
    }
  })
}

function isRange(prompt: string, match: string): boolean {
  const before = prompt.slice(0, prompt.indexOf(match))
  return /\d+ ?(?:to|-|–) ?$/.test(before)
}

function wordRanges(prompt: string): Instruction[] {
  return findInstructions(prompt, RANGE, ([, from = '', to = '']) => ({
    kind: 'length',
    description: `${from} to ${to} words`,
    isFollowed: (response) => {
      const count = countWords(response)
      return count >= Number(from) && count <= Number(to)
    },
  }))
}

function countWords(response: string): number {
  let count = 0
  let hasLetter = false
  for (let i = 0; i <= response.length; i++) {
    const unit = response.charCodeAt(i)
    if (unit > 0x20) hasLetter ||= isLetter(unit) || isDigit(unit)
    else {
      if (hasLetter) count++
      hasLetter = false
    }
  }
  return count
}

/** Paragraphs are parted by a divider (`***`) where there is one, else by blank lines. */
function countParagraphs(response: string): number {
  if (!response.includes('***') || !DIVIDER.test(response)) return countBlocks(response)
  return response.split(DIVIDER).filter((part) => part.trim() !== '').length
}

const DIVIDER = /^\s*\*{3}\s*$/m

/** Blocks of text with a blank line between them. */
function countBlocks(response: string): number {
  let count = 0
  let lineBreaks = 2
  for (let i = 0; i < response.length; i++) {
    const unit = response.charCodeAt(i)
    if (unit === LINE_BREAK) lineBreaks++
    else if (!isSpace(unit)) {
      if (lineBreaks >= 2) count++
      lineBreaks = 0
    }
  }
  return count
}

function countCharacters(response: string): number {
  const { count } = wordsOf(response)
  return count
}
