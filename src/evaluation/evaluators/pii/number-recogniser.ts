import { matchesOf } from '../../text/matches.ts'
import { isDay, passesLuhn, passesResidentId } from './checksums.ts'
import type { DigitGroup } from './digit-groups.ts'
import type { PiiFinding, PiiType } from './finding.ts'
import { contextBefore, findAround } from './finding.ts'
import { isPhoneNumber, PHONE_CONTEXT } from './phone-number.ts'

/**
 * Digits in groups as people write them: a leading + or (, up to three signs between digits, an extension, the X of a
 * resident id. One pass finds all candidates; what each is, its digits and the words before it decide.
 */
const CANDIDATE =
  /(?<![\w.,$€£¥/=&-])\+?\(?\d(?:[ .()/\u2010-\u2013-]{0,3}\d){4,31}(?:[xX](?![\dA-Za-z])|(?: ?(?:x|ext\.? ?|#)\d{1,6}))?(?![\d@])/g

/** Digits that the shortest number has. */
const MIN_DIGITS = 5
/** Characters around a number that are read with it: the words that say what it is. */
const CONTEXT_MARGIN = 64

const SSN_CONTEXT = /\b(?:ssn|social security|itin|tax id)\b|社会安全|社保号/
const CARD_CONTEXT =
  /\b(?:card|visa|master ?card|amex|cc|credit|debit|maestro|discover)\b|卡号|信用卡|银行卡|储蓄卡|借记卡|卡片/
const BANK_CONTEXT = /账号|账户|帐号|卡号|银行卡|储蓄卡|借记卡|开户|\baccount (?:number|no|#)|\bacct\b/
const RESIDENT_CONTEXT = /身份证|证件|公民身份|\bid (?:card|number)|resident id/
const ACCOUNT_CONTEXT = /(?:qq|微信|wechat|weixin|企鹅号)(?:号|号码|群)?(?:码)?(?:是|为|[:：])? ?$/

/** Numbers: cards, bank cards, resident ids, social security numbers, telephones. */
export function recogniseNumbers(text: string, groups: readonly DigitGroup[]): readonly PiiFinding[] {
  const long = groups.filter(({ digits }) => digits >= MIN_DIGITS)
  return findAround(text, long, CONTEXT_MARGIN, (part) => {
    const findings: PiiFinding[] = []
    for (const match of matchesOf(part, CANDIDATE)) collect(part, match.index, match[0], findings)
    return findings
  })
}

function collect(text: string, start: number, candidate: string, findings: PiiFinding[]): void {
  const type = typeOf(text, start, candidate)
  if (type !== undefined) {
    findings.push({ type, start, end: start + candidate.length })
    return
  }
  // Two numbers side by side may have been taken for one: "13800138000 13900139000".
  const gap = / +/g
  let from = 0
  const parts = candidate.includes(' ') ? candidate.split(gap) : []
  for (const part of parts) {
    const at = candidate.indexOf(part, from)
    from = at + part.length
    const partType = part.length < 9 ? undefined : typeOf(text, start + at, part)
    if (partType !== undefined) findings.push({ type: partType, start: start + at, end: start + at + part.length })
  }
}

function typeOf(text: string, start: number, candidate: string): PiiType | undefined {
  const digits = candidate.replace(/\D/g, '')
  const before = contextBefore(text, start)
  if (isResidentId(candidate, digits, before)) return 'CN_RESIDENT_ID'
  if (isSocialSecurityNumber(candidate, digits, before)) return 'US_SSN'
  const card = cardType(candidate, digits, before)
  if (card !== undefined) return card
  if (digits.length >= 5 && digits.length <= 12 && ACCOUNT_CONTEXT.test(before)) return 'ACCOUNT'
  const end = start + candidate.length
  const after = text.slice(end, end + 12).toLowerCase()
  return isPhoneNumber({ candidate, digits, before, after }) ? 'PHONE_NUMBER' : undefined
}

/** 18 characters: place, birthday, sequence, check character. The old form of 15 digits needs a word that names it. */
function isResidentId(candidate: string, digits: string, before: string): boolean {
  const compact = candidate.replace(/[ -]/g, '').toUpperCase()
  if (/^[1-8]\d{16}[\dX]$/.test(compact)) {
    if (!isDay(compact.slice(6, 14))) return false
    return passesResidentId(compact) || RESIDENT_CONTEXT.test(before)
  }
  return digits.length === 15 && RESIDENT_CONTEXT.test(before) && isDay(`19${digits.slice(6, 12)}`)
}

/** ddd-dd-dddd; area 000, 666 and group 00 and serial 0000 were never given out. Areas from 900 are taxpayer numbers. */
function isSocialSecurityNumber(candidate: string, digits: string, before: string): boolean {
  if (digits.length !== 9 || /^(?:000|666)|^...00|0000$/.test(digits)) return false
  if (/^\d{3}-\d{2}-\d{4}$/.test(candidate)) return true
  return /^\d{3} ?\d{2} ?\d{4}$/.test(candidate) && SSN_CONTEXT.test(before)
}

/** First digits and lengths of the card networks (ISO/IEC 7812 issuer ranges as the networks publish them). */
const NETWORKS: ReadonlyArray<readonly [prefix: RegExp, lengths: readonly number[]]> = [
  [/^4/, [13, 16, 19]],
  [/^(?:5[1-5]|2(?:2[2-9]|[3-6]|7[01]|720))/, [16]],
  [/^3[47]/, [15]],
  [/^3(?:0[0-5]|[68])/, [14, 16, 19]],
  [/^35(?:2[89]|[3-8])/, [16]],
  [/^6(?:011|4[4-9]|5)/, [16, 19]],
  [/^(?:50(?:18|20|38)|5[6-9]|6304|67(?:59|6[1-3]))/, [12, 13, 14, 15, 16, 17, 18, 19]],
  [/^(?:2131|1800)/, [15]],
]

function cardType(candidate: string, digits: string, before: string): PiiType | undefined {
  if (digits.length < 12 || digits.length > 19 || candidate.startsWith('+') || /[().]/.test(candidate)) return undefined
  if (/^(\d)\1+$/.test(digits)) return undefined
  if (digits.startsWith('62') && digits.length >= 16) return isBankCard(digits, before) ? 'BANK_CARD' : undefined
  const isNetwork = NETWORKS.some(([prefix, lengths]) => prefix.test(digits) && lengths.includes(digits.length))
  if (isNetwork && passesLuhn(digits)) return 'CREDIT_CARD'
  if (digits.length >= 15 && CARD_CONTEXT.test(before) && passesLuhn(digits)) return 'CREDIT_CARD'
  return digits.length >= 16 && BANK_CONTEXT.test(before) && !PHONE_CONTEXT.test(before) ? 'BANK_CARD' : undefined
}

function isBankCard(digits: string, before: string): boolean {
  return passesLuhn(digits) || BANK_CONTEXT.test(before)
}
