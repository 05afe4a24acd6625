import { matchesOf } from './matches.ts'
import { rememberLast } from './remember.ts'

export interface Sentence {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Ends of sentences, English and Chinese, and line breaks. A dot inside a number or an abbreviation of one letter is none. */
const END = /[。！？；!?]+["'”’」』)）]*|\.+["'”’)]*(?=\s|$)|\n+/g

/** The sentences and lines of a text, trimmed, without empty ones. */
export const sentencesOf = rememberLast((text: string): readonly Sentence[] => {
  const sentences: Sentence[] = []
  let start = 0
  for (const match of matchesOf(text, END)) {
    if (isAbbreviation(text, match.index)) continue
    const end = match.index + match[0].length
    pushTrimmed(sentences, text, start, end)
    start = end
  }
  pushTrimmed(sentences, text, start, text.length)
  return sentences
})

const ABBREVIATION =
  /(?:^|[\s(])(?:[A-Za-z]|Mr|Mrs|Ms|Dr|Prof|St|vs|etc|e\.g|i\.e|No|Jr|Sr|U\.S|U\.K|Inc|Ltd|Co|\d{1,2})$/

function isAbbreviation(text: string, dot: number): boolean {
  return text[dot] === '.' && ABBREVIATION.test(text.slice(Math.max(0, dot - 6), dot))
}

function pushTrimmed(sentences: Sentence[], text: string, start: number, end: number): void {
  const raw = text.slice(start, end)
  const trimmed = raw.trim()
  if (trimmed === '') return
  const from = start + raw.indexOf(trimmed)
  sentences.push({ text: trimmed, start: from, end: from + trimmed.length })
}
