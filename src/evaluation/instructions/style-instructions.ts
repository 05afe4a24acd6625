import { CuedPattern } from '../text/cued-pattern.ts'
import type { Language } from '../text/language.ts'
import { languageOf } from '../text/language.ts'
import { isChinese } from '../text/script.ts'
import type { Instruction, InstructionFinder } from './instruction.ts'
import { findInstructions, QUANTITY, quantityOf } from './instruction.ts'

const LOWER = new CuedPattern(
  ['lowercase', 'lower case', 'capital', '小写'],
  /\b(?:in )?(?:all |only )?(?:in )?(?:lower ?case|lowercase)\b(?: letters?)?(?! (?:letters )?(?:are )?(?:not )?allowed)|\b(?:no|without(?: using)?|not (?:use|contain|include)|n['’]t (?:use|contain)) (?:any )?capital letters?|(?:全部|都)?(?:用|使用)小写/gi,
)
const UPPER = new CuedPattern(
  ['cap', 'uppercase', '大写'],
  /\b(?:in |all in |only in )?(?:all capital letters|all caps|capital letters only|all uppercase|uppercase letters)\b(?! should| words)|(?:全部|都)?(?:用|使用)大写/gi,
)
const CAPITAL_WORDS = new CuedPattern(
  ['cap'],
  new RegExp(
    String.raw`\b${QUANTITY} (?:words?(?: or phrases)?|times?)\b[^.!?\n]{0,20}?\b(?:in )?(?:all )?cap(?:ital|s)\w*`,
    'gi',
  ),
)
const NO_COMMA = new CuedPattern(
  ['comma', '逗号'],
  /\b(?:no|without(?: using)?(?: any)?|avoid(?: using)?|not (?:use|include|contain|allowed to use)(?: any)?|n['’]t (?:use|include|contain)(?: any)?|refrain from(?: using)?(?: any)?|cannot (?:use|contain)(?: any)?) commas?\b|commas are not allowed|不(?:要|得|能)?(?:使用|用|出现)逗号/gi,
)
const QUOTATION = new CuedPattern(
  ['double quot'],
  /\b(?:wrap|put|enclose)\b[^.!?\n]{0,60}\bdouble quot(?:ation|e) ?(?:marks?|s)?/gi,
)
const END_PHRASE = new CuedPattern(
  ['end', 'finish', 'conclud'],
  /\b(?:end|finish|conclude)(?:s|ing)?\b[^.!?\n"“]{0,60}?(?:with|phrase|words?)[^"“\n]{0,24}["“]([^"”\n]{3,120})["”]/gi,
)
const END_COLON = new CuedPattern(
  ['exact phrase'],
  /\b(?:end|finish)\b[^.!?\n]{0,40}exact phrase:? ([A-Z][^\n]{3,100}?[.?!])/g,
)
const START_PHRASE = new CuedPattern(
  ['start', 'begin'],
  /\b(?:start|begin)(?:s|ning|ing)?\b[^.!?\n"“]{0,40}?with[^"“\n]{0,24}["“]([^"”\n]{1,120})["”]/gi,
)
const CHINESE_END = new CuedPattern(['以'], /以[“"「]([^”"」\n]{1,60})[”"」](?:结尾|结束|作为结尾)/g)
const CHINESE_START = new CuedPattern(['以'], /以[“"「]([^”"」\n]{1,60})[”"」](?:开头|开始|作为开头)/g)
const REPEAT = new CuedPattern(
  ['repeat'],
  /\b(?:first,? )?repeat the (?:(?:exact,? )?(?:entire )?(?:request|prompt|sentence|question|first line)|request)(?: above)?[^.!?\n]{0,60}/gi,
)
const LANGUAGE_ONLY = new CuedPattern(
  [
    'english',
    'chinese',
    'japanese',
    'korean',
    'russian',
    'arabic',
    'hindi',
    'thai',
    'spanish',
    'french',
    'german',
    'italian',
    'portuguese',
    'vietnamese',
    '英',
    '中文',
    '日',
    '法语',
    '德语',
    '西班牙语',
    '俄语',
    '韩语',
  ],
  /\b(?:entire(?:ly)?|whole|only|all|written|reply|respond|response|answer|write|explain)\b[^.!?\n]{0,40}\b(?:in|using)(?: only)?(?: the)? (english|chinese|japanese|korean|russian|arabic|hindi|thai|spanish|french|german|italian|portuguese|vietnamese)\b|(?:用|使用|请用)(英文|英语|中文|日文|日语|法语|德语|西班牙语|俄语|韩语)(?:来)?(?:回答|回复|写|作答|输出)/gi,
)

const LANGUAGES: Readonly<Record<string, Language>> = {
  english: 'en',
  英文: 'en',
  英语: 'en',
  chinese: 'zh',
  中文: 'zh',
  japanese: 'ja',
  日文: 'ja',
  日语: 'ja',
  korean: 'ko',
  韩语: 'ko',
  russian: 'ru',
  俄语: 'ru',
  arabic: 'ar',
  hindi: 'hi',
  thai: 'th',
  spanish: 'es',
  西班牙语: 'es',
  french: 'fr',
  法语: 'fr',
  german: 'de',
  德语: 'de',
  italian: 'it',
  portuguese: 'pt',
  vietnamese: 'vi',
}

/** Case, punctuation, language, and the words with which the answer shall begin and end. */
export const styleInstructions: InstructionFinder = (prompt) => [
  ...caseInstructions(prompt),
  ...one(prompt, NO_COMMA, 'punctuation', 'no commas', (response) => !/[,，]/.test(response)),
  ...one(prompt, QUOTATION, 'quotation', 'wrapped in double quotation marks', (response) =>
    /^["“][\s\S]*["”]$/.test(response.trim()),
  ),
  ...phrases(prompt, [END_PHRASE, END_COLON, CHINESE_END], 'end'),
  ...phrases(prompt, [START_PHRASE, CHINESE_START], 'start'),
  ...one(prompt, REPEAT, 'repeat', 'repeats the request first', repeatsRequest),
  ...languages(prompt),
]

function one(
  prompt: string,
  pattern: CuedPattern,
  kind: Instruction['kind'],
  description: string,
  isFollowed: Instruction['isFollowed'],
): Instruction[] {
  return findInstructions(prompt, pattern, () => ({ kind, description, isFollowed })).slice(0, 1)
}

function caseInstructions(prompt: string): Instruction[] {
  const counted = findInstructions(prompt, CAPITAL_WORDS, ([, relation, number = '', more]) => {
    const quantity = quantityOf(relation, number, more === undefined ? '' : ` or ${more}`)
    if (quantity === undefined) return undefined
    return {
      kind: 'case',
      description: `${quantity.text} words in capitals`,
      isFollowed: (response) => quantity.holds(response.match(/\b[A-Z][A-Z'’-]+\b|\b[A-Z]\b/g)?.length ?? 0),
    }
  })
  if (counted.length > 0) return counted
  return [
    ...one(prompt, LOWER, 'case', 'lower case', (response) => !/\p{Lu}/u.test(response)),
    ...one(prompt, UPPER, 'case', 'capital letters', (response) => !/\p{Ll}/u.test(response)),
  ]
}

function phrases(prompt: string, patterns: readonly CuedPattern[], kind: 'start' | 'end'): Instruction[] {
  return patterns
    .flatMap((pattern) =>
      findInstructions(prompt, pattern, ([, phrase = '']) => ({
        kind,
        description: `${kind}s with ${JSON.stringify(phrase)}`,
        isFollowed: (response: string) => standsAt(kind, response, phrase),
      })),
    )
    .slice(0, 1)
}

/** Quotation marks and brackets around the whole answer do not count. */
function standsAt(kind: 'start' | 'end', response: string, phrase: string): boolean {
  const text = response
    .trim()
    .replace(/^["“'*]+|["”'*]+$/g, '')
    .trim()
    .toLowerCase()
  const wanted = phrase
    .trim()
    .toLowerCase()
    .replace(/[.。]$/, '')
  return kind === 'start' ? text.startsWith(wanted) : text.replace(/[.。]$/, '').endsWith(wanted)
}

/** The beginning of the answer is that of the prompt; the wish to repeat it need not be repeated. */
function repeatsRequest(response: string, prompt: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
  const wanted = plain(prompt.slice(0, Math.max(20, prompt.search(REPEAT_BEGINNING)))).slice(0, 80)
  return plain(response.slice(0, prompt.length * 2)).includes(wanted)
}

const REPEAT_BEGINNING = /\b(?:first,? )?(?:before|repeat)\b/i

function languages(prompt: string): Instruction[] {
  return findInstructions(prompt, LANGUAGE_ONLY, ([, english, chinese]) => {
    const name = (english ?? chinese ?? '').toLowerCase()
    const wanted = LANGUAGES[name]
    if (wanted === undefined) return undefined
    return { kind: 'language', description: `written in ${name}`, isFollowed: (response) => isIn(response, wanted) }
  }).slice(0, 1)
}

function isIn(response: string, wanted: Language): boolean {
  const found = languageOf(response)
  return found === wanted || found === 'und' || (wanted === 'zh' && isChinese(response))
}
