import { matchesOf } from '../../text/matches.ts'
import type { DigitGroup } from './digit-groups.ts'
import { partsAround } from './digit-groups.ts'

/** Kinds of personal data, in Presidio's words where it has one. */
export type PiiType =
  | 'EMAIL_ADDRESS'
  | 'PHONE_NUMBER'
  | 'CREDIT_CARD'
  | 'BANK_CARD'
  | 'IBAN_CODE'
  | 'US_SSN'
  | 'CN_RESIDENT_ID'
  | 'NATIONAL_ID'
  | 'PASSPORT'
  | 'DRIVER_LICENCE'
  | 'DEVICE_ID'
  | 'IP_ADDRESS'
  | 'DATE_OF_BIRTH'
  | 'LICENCE_PLATE'
  | 'ADDRESS'
  | 'ACCOUNT'
  | 'PERSON'

/** Personal data at a place of a text; UTF-16 indexes. */
export interface PiiFinding {
  readonly type: PiiType
  readonly start: number
  readonly end: number
}

/** Finds one family of personal data in a text whose groups of digits are known. Linear in the length of the text. */
export type Recogniser = (text: string, groups: readonly DigitGroup[]) => readonly PiiFinding[]

/** What a recogniser finds in the parts of a text around some groups of digits, with places in the whole text. */
export function findAround(
  text: string,
  groups: readonly DigitGroup[],
  margin: number,
  find: (part: string) => readonly PiiFinding[],
): PiiFinding[] {
  return partsAround(text, groups, margin).flatMap(({ from, to }) => {
    return find(text.slice(from, to)).map(({ type, start, end }) => ({ type, start: start + from, end: end + from }))
  })
}

/** The text before a place, lower case, in which words such as "card" or "电话" decide what a number is. */
export function contextBefore(text: string, start: number, length = 48): string {
  return text.slice(Math.max(0, start - length), start).toLowerCase()
}

/** Findings for all matches of a global expression that pass `test`. */
export function findAll(
  text: string,
  type: PiiType,
  pattern: RegExp,
  test: (match: RegExpExecArray) => boolean = () => true,
): PiiFinding[] {
  const findings: PiiFinding[] = []
  for (const match of matchesOf(text, pattern)) {
    if (test(match)) findings.push({ type, start: match.index, end: match.index + match[0].length })
  }
  return findings
}

/** Drops findings that overlap an earlier one of the list or a longer one: a card inside an IBAN, a phone inside a card. */
export function withoutOverlaps(findings: readonly PiiFinding[]): PiiFinding[] {
  if (findings.length < 2) return [...findings]
  const ranked = [...findings].sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: PiiFinding[] = []
  for (const finding of ranked) {
    const last = kept.at(-1)
    if (last === undefined || finding.start >= last.end) kept.push(finding)
    else if (finding.end - finding.start > last.end - last.start) kept[kept.length - 1] = finding
  }
  return kept
}
