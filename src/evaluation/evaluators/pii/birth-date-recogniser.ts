import type { PiiFinding } from './finding.ts'
import { contextBefore, findAll } from './finding.ts'

const CONTEXT = /birth|\bborn\b|\bd\.?o\.?b\b|birthday|出生|生日|生于|诞辰/
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const DATE = new RegExp(
  String.raw`(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?[日号]|\b${MONTH}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}(?:st|nd|rd|th)? (?:of )?${MONTH}\.?,? \d{4})(?!\d)`,
  'gi',
)
/** "George Washington was born on ...": a fact about somebody known, not the birthday of a person in the conversation. */
const BIOGRAPHY = /\b(?:was|were) born\b/

/** Dates that are said to be a birthday. */
export function recogniseBirthDates(text: string): readonly PiiFinding[] {
  if (!CONTEXT.test(text.toLowerCase())) return []
  return findAll(text, 'DATE_OF_BIRTH', DATE, (match) => {
    const before = contextBefore(text, match.index, 40)
    return CONTEXT.test(before) && !isBiography(text, match.index)
  })
}

function isBiography(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 80), start)
  return BIOGRAPHY.test(before) && !/\b(?:I|he|she|patient|customer|user|employee|my \w+) was born\b/.test(before)
}
