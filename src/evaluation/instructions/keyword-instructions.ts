import { CuedPattern } from '../text/cued-pattern.ts'
import type { Instruction, InstructionFinder } from './instruction.ts'
import { findInstructions, QUANTITY, quantityOf } from './instruction.ts'

const LIST = String.raw`((?:[:\[(] ?)?["'“‘]?[\w’'-]+(?: [\w’'-]+)?["'”’]?(?:(?:, ?(?:and |or )?| and | or )["'“‘]?[\w’'-]+["'”’]?)*[\])]?)`
const INCLUDED = new CuedPattern(
  ['word', 'term'],
  new RegExp(
    String.raw`\b(?:include|use|contain|mention|includes|contains)(?:ing|s)? (?:all )?(?:the )?(?:following )?(?:key ?words?|words?|terms?)(?: of)?(?: in (?:the|your) (?:response|answer|reply))?:? ${LIST}`,
    'gi',
  ),
)
const EXCLUDED = new CuedPattern(
  ['word', 'term'],
  new RegExp(
    String.raw`\b(?:do not|don['’]t|not|without|avoid|never|refrain from|exclude|doesn['’]t|cannot|must not) (?:include|use|contain|mention|say|using|including|mentioning|containing)?(?:s|ing)? ?(?:any of )?(?:the )?(?:following )?(?:key ?words?|words?|terms?):? ${LIST}`,
    'gi',
  ),
)
const WORD_FREQUENCY = new CuedPattern(
  ['word '],
  new RegExp(
    String.raw`\bword ["'“‘]?([\w’'-]+)["'”’]? (?:should |must |shall )?(?:appears?|occurs?|be used|be mentioned)(?: in (?:the|your) (?:response|answer))? ${QUANTITY} times?`,
    'gi',
  ),
)
const MENTION_FREQUENCY = new CuedPattern(
  [' time'],
  new RegExp(String.raw`\b(?:use|mention|include) (?:the word )?["'“‘]([\w’' -]+)["'”’] ${QUANTITY} times?`, 'gi'),
)
const LETTER_FREQUENCY = new CuedPattern(
  ['letter '],
  new RegExp(
    String.raw`\bletter ["'“‘]?([a-zA-Z#!])["'”’]? (?:should |must )?(?:appears?|occurs?)(?: in (?:the|your) (?:response|answer))? ${QUANTITY} times?`,
    'gi',
  ),
)
const CHINESE_INCLUDED = new CuedPattern(
  ['词'],
  /(?:包含|包括|使用|提到|出现)(?:以下|这些|下列)?(?:关键词|词语|词|单词)[：:]?\s?((?:[“"'「][^”"'」]{1,20}[”"'」][、，,和 ]{0,2})+)/g,
)
const CHINESE_EXCLUDED = new CuedPattern(
  ['不要', '不得', '不能', '避免', '禁止'],
  /(?:不要|不得|不能|避免|禁止)(?:使用|包含|提到|出现)(?:以下|这些|下列)?(?:关键词|词语|词|单词|字)?[：:]?\s?((?:[“"'「][^”"'」]{1,20}[”"'」][、，,和或 ]{0,2})+)/g,
)

/** Words that shall occur, shall not, or shall occur so many times. */
export const keywordInstructions: InstructionFinder = (prompt) => [
  ...wordLists(prompt, INCLUDED, true),
  ...wordLists(prompt, EXCLUDED, false),
  ...wordLists(prompt, CHINESE_INCLUDED, true),
  ...wordLists(prompt, CHINESE_EXCLUDED, false),
  ...frequencies(prompt, WORD_FREQUENCY, countWord),
  ...frequencies(prompt, MENTION_FREQUENCY, countWord),
  ...frequencies(
    prompt,
    LETTER_FREQUENCY,
    (response, letter) => response.toLowerCase().split(letter.toLowerCase()).length - 1,
  ),
]

function wordLists(prompt: string, pattern: CuedPattern, isWanted: boolean): Instruction[] {
  return findInstructions(prompt, pattern, ([whole, list = '']) => {
    // "do not include the keywords" matches the wish to include as well; the negation before it decides.
    if (isWanted && isNegated(prompt, whole)) return undefined
    const words = wordsIn(list)
    if (words.length === 0) return undefined
    return {
      kind: isWanted ? 'keyword' : 'forbidden',
      description: `${isWanted ? 'includes' : 'avoids'} ${words.join(', ')}`,
      isFollowed: (response) => words.every((word) => countWord(response, word) > 0 === isWanted),
    }
  })
}

function isNegated(prompt: string, match: string): boolean {
  return /\b(?:not|n['’]t|never|without|avoid|no|refrain from|cannot)\s*(?:\w+ )?$|(?:不|不要|不得|避免|禁止)$/i.test(
    prompt.slice(0, prompt.indexOf(match)).slice(-24),
  )
}

const CONNECTIVES = new Set(['and', 'or', 'the', 'in', 'your', 'response', 'answer', 'reply'])

/** The words of a list: what is quoted when something is, else all until the sentence goes on. */
function wordsIn(list: string): string[] {
  const quoted = [...list.matchAll(/["'“‘「]([^"'”’」]{1,30})["'”’」]/g)].map((match) => (match[1] ?? '').trim())
  if (quoted.length > 0) return quoted.filter((word) => word !== '')
  const plain = list.split(/, ?(?:and |or )?| and | or |[[\]():]/).map((word) => word.trim())
  return plain.filter((word) => /^[\w’'-]+$/.test(word) && !CONNECTIVES.has(word.toLowerCase()))
}

function frequencies(
  prompt: string,
  pattern: CuedPattern,
  count: (response: string, what: string) => number,
): Instruction[] {
  return findInstructions(prompt, pattern, ([, what = '', relation, number = '', more]) => {
    const quantity = quantityOf(relation, number, more === undefined ? '' : ` or ${more}`)
    if (quantity === undefined) return undefined
    return {
      kind: 'frequency',
      description: `${JSON.stringify(what)} ${quantity.text} times`,
      isFollowed: (response) => quantity.holds(count(response, what)),
    }
  })
}

/** How often a word or phrase occurs, as a part of longer words too ("replied" in "replied,"), in any case. */
function countWord(response: string, word: string): number {
  const text = response.toLowerCase()
  const wanted = word.toLowerCase()
  const isWord = /^[\w’'-]+$/.test(wanted)
  let count = 0
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + wanted.length] ?? ' ']
    if (!isWord || (!/\w/.test(before) && !/\w/.test(after))) count++
  }
  return count
}
