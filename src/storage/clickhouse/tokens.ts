import { sql, type Sql } from './sql.ts'

/**
 * Characters without case whose texts have no spaces between words: Chinese, Japanese and Korean. Ranges of code points, both ends included.
 * All other characters beyond ASCII are neither in words nor in pairs: what is searched for among them is looked for in the texts themselves.
 */
const IDEOGRAPHS: ReadonlyArray<readonly [first: string, last: string]> = [
  ['2E80', 'A4CF'],
  ['AC00', 'D7A3'],
  ['F900', 'FAFF'],
  ['20000', '3FFFF'],
]
const IDEOGRAPHS_OF_JS = IDEOGRAPHS.map(([first, last]) => `\\u{${first}}-\\u{${last}}`).join('')

/** The only character beyond ASCII that a search without case finds by one within: it stands for k. */
const KELVIN = '\u212a'

/** Words of a text, in lower case: letters and digits of ASCII between anything else. An array. */
export function wordsIn(text: Sql): Sql {
  return sql`splitByNonAlpha(lower(replaceRegexpAll(replaceAll(${text}, ${KELVIN}, 'k'), '[^ -~]+', ' ')))`
}

/** Each character beyond ASCII with the one that follows, or with a space. An array, in which spaces come first too. */
export function pairsIn(text: Sql): Sql {
  return sql`ngrams(concat(replaceRegexpAll(${text}, '[ -~\\s]+', ' '), ' '), 2)`
}

/** Whether the column `token` is a word, or a pair that begins as those do that are searched for. */
export const IS_KEPT: Sql = sql`token >= '0' AND (token < '~' OR token >= '⺀')`

/** Something that a text with what is searched for has among its words and pairs. */
export interface SearchedToken {
  readonly text: string
  readonly match: 'is' | 'begins' | 'ends' | 'holds'
}

/** Parts of words that are shorter stand in so many that looking for them tells nothing. */
const SHORTEST_PART = 3
/** Of a text that is longer, the others tell little. */
const MAX_TOKENS = 32

const RUNS = new RegExp(`[0-9a-z]+|[${IDEOGRAPHS_OF_JS}]+`, 'gu')

/**
 * What a text that contains `wanted`, in any case, surely has among its words and pairs; empty when that cannot be told. The first and
 * the last word may be parts of longer ones.
 */
export function tokensOf(wanted: string): SearchedToken[] {
  const text = wanted.replaceAll(KELVIN, 'k').replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
  const tokens = [...text.matchAll(RUNS)].flatMap(({ 0: run, index }) =>
    /^[0-9a-z]/.test(run) ? wordToken(run, index > 0, index + run.length < text.length) : pairTokens(run),
  )
  return tokens.slice(0, MAX_TOKENS)
}

function wordToken(text: string, startsHere: boolean, endsHere: boolean): SearchedToken[] {
  if (startsHere && endsHere) return [{ text, match: 'is' }]
  if (startsHere) return [{ text, match: 'begins' }]
  if (text.length < SHORTEST_PART) return []
  return [{ text, match: endsHere ? 'ends' : 'holds' }]
}

function pairTokens(run: string): SearchedToken[] {
  const characters = Array.from(run)
  if (characters.length === 1) return [{ text: run, match: 'begins' }]
  return characters.slice(1).map((character, i) => ({ text: `${characters[i] ?? ''}${character}`, match: 'is' }))
}

/** Whether the column `token` is what is searched for. */
export function isToken({ text, match }: SearchedToken): Sql {
  switch (match) {
    case 'is':
      return sql`token = ${text}`
    case 'begins':
      return sql`startsWith(token, ${text})`
    // Words come before all pairs.
    case 'ends':
      return sql`token < '~' AND endsWith(token, ${text})`
    case 'holds':
      return sql`token < '~' AND position(token, ${text}) > 0`
  }
}
