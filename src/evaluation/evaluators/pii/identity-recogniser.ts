import { passesIban, passesVerhoeff, weightedSum } from './checksums.ts'
import type { DigitGroup } from './digit-groups.ts'
import type { PiiFinding } from './finding.ts'
import { contextBefore, findAll, findAround } from './finding.ts'

const MIN_DIGITS = 3
const CONTEXT_MARGIN = 64

const IBAN = /(?<![A-Za-z\d])[A-Za-z]{2}\d{2}(?: ?[A-Za-z\d]{4}){2,7}(?: ?[A-Za-z\d]{1,3})?(?![A-Za-z\d])/g
const PASSPORT_CONTEXT = /passport|护照|通行证/
const CN_PASSPORT = /(?<![A-Za-z\d])(?:[EGDSPHegdsph]\d{8}|[Ee][A-Za-z]\d{7})(?![A-Za-z\d])/g
const ANY_PASSPORT = /(?<![A-Za-z\d])(?:[A-Z]{1,2}\d{6,8}|\d{8,9}|[A-Z]\d{2}[A-Z]{2}\d{4})(?![A-Za-z\d])/g
const CN_PLATE =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•・.\- ]?(?:[A-HJ-NP-Z\d]{5,6}|[A-HJ-NP-Z\d]{4}[挂学警港澳])(?![A-Za-z\d])/g
const PLATE_CONTEXT = /licen[cs]e plate|number plate|plate (?:number|no)|registration (?:number|plate)|\bplates?\b|车牌/
const ANY_PLATE =
  /(?<![A-Za-z\d])(?=[A-Z\d -]*\d)(?=[A-Z\d -]*[A-Z])[A-Z\d]{1,4}[ -]?[A-Z\d]{2,4}(?:[ -]?[A-Z\d]{1,4})?(?![A-Za-z\d])/g

interface NationalId {
  readonly pattern: RegExp
  /** Compact form (no spaces or hyphens, upper case) that passes the number's check. Undefined: a word must name it. */
  readonly check: ((compact: string) => boolean) | undefined
  readonly context: RegExp
}

/** National numbers of the common countries. What has no check digit counts only after a word that names it. */
const NATIONAL_IDS: readonly NationalId[] = [
  // United Kingdom: National Insurance number.
  {
    pattern: /(?<![A-Za-z\d])[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z\d])/g,
    check: () => true,
    context: /national insurance|nino/,
  },
  // Spain: DNI and NIE, letter by mod 23.
  {
    pattern: /(?<![A-Za-z\d])(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z](?![A-Za-z\d])/g,
    check: isSpanish,
    context: /\bdni\b|\bnie\b|\bnif\b/,
  },
  // Italy: codice fiscale.
  {
    pattern: /(?<![A-Za-z\d])[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?![A-Za-z\d])/g,
    check: () => true,
    context: /fiscale/,
  },
  // Singapore: NRIC and FIN. Hong Kong: identity card.
  { pattern: /(?<![A-Za-z\d])[STFGM]\d{7}[A-Z](?![A-Za-z\d])/g, check: isSingaporean, context: /\bnric\b|\bfin\b/ },
  { pattern: /(?<![A-Za-z\d])[A-Z]{1,2}\d{6}\([\dA]\)/g, check: () => true, context: /hkid|身份证/ },
  // Taiwan: national id.
  { pattern: /(?<![A-Za-z\d])[A-Z][12]\d{8}(?![A-Za-z\d])/g, check: isTaiwanese, context: /身[份分][证證]/ },
  // India: Aadhaar (Verhoeff) and PAN.
  { pattern: /(?<![\d-])[2-9]\d{3} \d{4} \d{4}(?![\d -])/g, check: passesVerhoeff, context: /aadha?ar/ },
  {
    pattern: /(?<![A-Za-z\d])[A-Z]{3}[ABCFGHLJPTK][A-Z]\d{4}[A-Z](?![A-Za-z\d])/g,
    check: undefined,
    context: /\bpan\b/,
  },
  // Brazil: CPF in its written form.
  { pattern: /(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)/g, check: isBrazilian, context: /\bcpf\b/ },
  // Korea: resident registration number. Finland: personal identity code.
  {
    pattern: /(?<!\d)\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])-[1-8]\d{6}(?!\d)/g,
    check: () => true,
    context: /주민등록|rrn/,
  },
  {
    pattern: /(?<![A-Za-z\d])[0-3]\d[01]\d{3}[-+A]\d{3}[\dA-Y](?![A-Za-z\d])/g,
    check: undefined,
    context: /henkil|hetu/,
  },
]

/** IBANs, passports, licence plates and national numbers that contain letters or their own signs. */
export function recogniseIdentityDocuments(text: string, groups: readonly DigitGroup[]): readonly PiiFinding[] {
  // The shortest are plates: four digits, or five with their region before them.
  const numbers = groups.filter(({ digits }) => digits >= MIN_DIGITS)
  return numbers.length === 0 ? [] : findAround(text, numbers, CONTEXT_MARGIN, identityDocumentsIn)
}

function identityDocumentsIn(text: string): readonly PiiFinding[] {
  const lower = text.toLowerCase()
  return [
    ...findAll(text, 'IBAN_CODE', IBAN, ([iban]) => passesIban(iban.replaceAll(' ', '').toUpperCase())),
    ...NATIONAL_IDS.flatMap((id) => findNationalId(text, lower, id)),
    ...recognisePassports(text, lower),
    ...recognisePlates(text, lower),
  ]
}

function findNationalId(text: string, lower: string, { pattern, check, context }: NationalId): PiiFinding[] {
  if (check === undefined && !context.test(lower)) return []
  return findAll(text, 'NATIONAL_ID', pattern, (match) => {
    if (context.test(contextBefore(text, match.index))) return true
    return check?.(match[0].replace(/[ .-]/g, '').toUpperCase()) ?? false
  })
}

function recognisePassports(text: string, lower: string): PiiFinding[] {
  if (!PASSPORT_CONTEXT.test(lower)) return []
  const named = (match: RegExpExecArray): boolean => PASSPORT_CONTEXT.test(contextBefore(text, match.index))
  return [...findAll(text, 'PASSPORT', CN_PASSPORT, named), ...findAll(text, 'PASSPORT', ANY_PASSPORT, named)]
}

function recognisePlates(text: string, lower: string): PiiFinding[] {
  const chinese = findAll(text, 'LICENCE_PLATE', CN_PLATE)
  if (!PLATE_CONTEXT.test(lower)) return chinese
  const named = (match: RegExpExecArray): boolean => PLATE_CONTEXT.test(contextBefore(text, match.index, 28))
  return [...chinese, ...findAll(text, 'LICENCE_PLATE', ANY_PLATE, named)]
}

function isSpanish(compact: string): boolean {
  const number = Number(compact.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))))
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === compact.at(-1)
}

function isSingaporean(compact: string): boolean {
  const sum = weightedSum(compact.slice(1), [2, 7, 6, 5, 4, 3, 2])
  const letter = compact[0] ?? ''
  if (letter === 'M') return true
  const shifted = letter === 'T' || letter === 'G' ? sum + 4 : sum
  return (letter === 'S' || letter === 'T' ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[shifted % 11] === compact[8]
}

function isTaiwanese(compact: string): boolean {
  const code = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(compact[0] ?? '') + 10
  const sum = Math.floor(code / 10) + (code % 10) * 9 + weightedSum(compact.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])
  return sum % 10 === 0
}

function isBrazilian(compact: string): boolean {
  if (/^(\d)\1+$/.test(compact)) return false
  const first = (weightedSum(compact, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11
  const second = (weightedSum(compact, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11
  return first % 10 === Number(compact[9]) && second % 10 === Number(compact[10])
}
