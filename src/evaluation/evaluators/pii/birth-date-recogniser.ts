import type { DigitGroup } from './digit-groups.ts'
import type { PiiFinding } from './finding.ts'
import { contextBefore, findAll } from './finding.ts'

const CONTEXT = /birth|\bborn\b|\bd\.?o\.?b\b|birthday|出生|生日|生于|诞辰/
const MONTH =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
const DATE = new RegExp(
  String.raw`(?<!\d)(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})|\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?[日号]|\b${MONTH}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}(?:st|nd|rd|th)? (?:of )?${MONTH}\.?,? \d{4})(?!\d)`,
  'gi',
)
/** "George Washington, born on ...": a fact about somebody known. Only of these is it personal that they were born. */
const BORN = /\bborn\b|生于|诞辰/
const SOMEBODY =
  /\b(?:i|i'm|he|she|patient|customer|client|user|employee|applicant|my \w+)\b|患者|病人|客户|用户|本人|我|先生|女士/

/** Dates that are said to be a birthday. */
export function recogniseBirthDates(text: string, groups: readonly DigitGroup[]): readonly PiiFinding[] {
  if (!groups.some(({ digits }) => digits >= 4)) return []
  if (!CONTEXT.test(text.toLowerCase())) return []
  return findAll(text, 'DATE_OF_BIRTH', DATE, (match) => {
    const before = contextBefore(text, match.index, 40)
    if (!CONTEXT.test(before)) return false
    return !BORN.test(before) || SOMEBODY.test(contextBefore(text, match.index, 80))
  })
}
