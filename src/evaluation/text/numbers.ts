import { matchesOf } from './matches.ts'

/** A number at a place of a text. */
export interface NumberInText {
  readonly value: number
  readonly start: number
  readonly end: number
}

const NUMBER =
  /(?<![\w.])(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:st|nd|rd|th)?(?:[ -]?(hundred|thousand|million|billion|trillion|k|m|bn|万|亿|千|百))?(?![\w])/gi
const SPELLED =
  /\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b(?: (hundred|thousand|million|billion))?/gi
const NAMES =
  'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const FACTORS: Readonly<Record<string, number>> = {
  hundred: 100,
  thousand: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  k: 1e3,
  m: 1e6,
  bn: 1e9,
  百: 100,
  千: 1e3,
  万: 1e4,
  亿: 1e8,
}

/** The numbers of a text by value, in figures or in English words: "1,200", "1.2 thousand" and "twelve hundred" are equal. */
export function numbersOf(text: string): NumberInText[] {
  const found: NumberInText[] = []
  for (const match of matchesOf(text, NUMBER)) push(found, match, Number((match[1] ?? '').replaceAll(',', '')))
  for (const match of matchesOf(text, SPELLED)) push(found, match, valueOfName((match[1] ?? '').toLowerCase()))
  return found
}

function push(found: NumberInText[], match: RegExpExecArray, value: number): void {
  const factor = FACTORS[(match[2] ?? '').toLowerCase()] ?? 1
  found.push({ value: value * factor, start: match.index, end: match.index + match[0].length })
}

function valueOfName(name: string): number {
  const below = NAMES.indexOf(name)
  return below === -1 ? (TENS.indexOf(name) + 2) * 10 : below + 1
}
