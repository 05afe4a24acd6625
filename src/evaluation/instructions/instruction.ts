import type { CuedPattern } from '../text/cued-pattern.ts'
import { matchesOf } from '../text/matches.ts'

/** What an instruction is about. `format` ones concern the form of the answer as a whole. */
export type InstructionKind =
  | 'json'
  | 'list'
  | 'table'
  | 'code'
  | 'length'
  | 'language'
  | 'sections'
  | 'title'
  | 'highlight'
  | 'placeholder'
  | 'postscript'
  | 'keyword'
  | 'forbidden'
  | 'frequency'
  | 'case'
  | 'punctuation'
  | 'start'
  | 'end'
  | 'quotation'
  | 'versions'
  | 'repeat'
  | 'choice'

/** A checkable instruction that was found in a prompt. */
export interface Instruction {
  readonly kind: InstructionKind
  /** What is asked for, in a few words. */
  readonly description: string
  /** Where the prompt says it; UTF-16 indexes. */
  readonly start: number
  readonly end: number
  /** Whether the answer does it. `prompt` is the whole prompt. */
  readonly isFollowed: (response: string, prompt: string) => boolean
}

/** Finds the instructions of one family in a prompt. Linear in its length. */
export type InstructionFinder = (prompt: string) => readonly Instruction[]

/** "at least 3", "fewer than 7", "exactly 4", as a test of a count. */
export interface Quantity {
  readonly text: string
  holds(count: number): boolean
}

const NUMBER_WORDS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ')
const CHINESE_DIGITS = '零一二三四五六七八九十'

/** A number in figures, in English words up to twelve, or as one Chinese digit; NaN for anything else. */
export function parseCount(text: string): number {
  const plain = text.trim().toLowerCase().replaceAll(',', '')
  if (/^\d+$/.test(plain)) return Number(plain)
  const word = NUMBER_WORDS.indexOf(plain)
  if (word !== -1) return word
  const digit = CHINESE_DIGITS.indexOf(plain === '两' ? '二' : plain)
  return digit === -1 || plain === '' ? Number.NaN : digit
}

/** Sources of expressions that match a quantity before its noun: group 1 the relation (may be absent), group 2 the number. */
export const QUANTITY = String.raw`(at least|at minimum|a minimum of|no (?:less|fewer) than|more than|over|at most|no more than|not more than|a maximum of|up to|less than|fewer than|under|below|exactly|precisely|only|around|about|approximately)? ?(?:the )?(\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: ?\+| or (more|less|fewer))?`

/** The test that a relation and a number mean. `after` is what follows the number ("or more", "+"). */
export function quantityOf(relation: string | undefined, number: string, after = ''): Quantity | undefined {
  const value = parseCount(number)
  if (Number.isNaN(value)) return undefined
  const word = (relation ?? '').toLowerCase()
  const text = `${word === '' ? '' : `${word} `}${value}${after}`
  return { text, holds: testOf(word, after.toLowerCase(), value) }
}

function testOf(relation: string, after: string, value: number): (count: number) => boolean {
  if (/more$|\+/.test(after) || /least|minimum|no (?:less|fewer)|至少|不少于|以上|不低于/.test(relation))
    return (count) => count >= value
  if (
    /less$|fewer$/.test(after) ||
    /at most|no more|not more|maximum|up to|至多|最多|不超过|以内|不多于/.test(relation)
  ) {
    return (count) => count <= value
  }
  if (/more than|over|超过|多于/.test(relation)) return (count) => count > value
  if (/less than|fewer|under|below|少于|低于/.test(relation)) return (count) => count < value
  if (/around|about|approximately|大约|左右|约/.test(relation))
    return (count) => count >= value * 0.8 && count <= value * 1.2
  return (count) => count === value
}

/** Instructions for all matches of a global expression; `read` gives what is checked, or undefined where a match means nothing. */
export function findInstructions(
  prompt: string,
  cued: CuedPattern,
  read: (match: RegExpExecArray) => Omit<Instruction, 'start' | 'end'> | undefined,
): Instruction[] {
  if (!cued.mayMatch(prompt)) return []
  const found: Instruction[] = []
  for (const match of matchesOf(prompt, cued.pattern)) {
    const instruction = read(match)
    if (instruction !== undefined)
      found.push({
        ...instruction,
        isFollowed: rememberAnswer(instruction.isFollowed),
        start: match.index,
        end: match.index + match[0].length,
      })
  }
  return found
}

/** Keeps what the last answer did: two evaluators ask, and some instructions take long to check. */
function rememberAnswer(isFollowed: Instruction['isFollowed']): Instruction['isFollowed'] {
  let last: { readonly response: string; readonly prompt: string; readonly isFollowed: boolean } | undefined
  return (response, prompt) => {
    if (last?.response !== response || last.prompt !== prompt)
      last = { response, prompt, isFollowed: isFollowed(response, prompt) }
    return last.isFollowed
  }
}
