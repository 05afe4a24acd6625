import { rememberLast } from './remember.ts'
import { unitsOf } from './units.ts'

/** Whether a UTF-16 unit belongs to a Chinese character (the common block, extension A, compatibility forms). */
export function isHan(unit: number): boolean {
  return (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0x3400 && unit <= 0x4dbf) || (unit >= 0xf900 && unit <= 0xfaff)
}

/** Whether a unit belongs to a script that is written without spaces: Han, kana. */
export function isUnspaced(unit: number): boolean {
  return isHan(unit) || (unit >= 0x3040 && unit <= 0x30ff)
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39
}

/** What `\s` matches and `trim` takes away. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d)
  return (unit >= 0x2000 && unit <= 0x200a) || OTHER_SPACES.has(unit)
}

const OTHER_SPACES: ReadonlySet<number> = new Set([0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff])

/** Letters of alphabetic scripts and their combining marks. Anything above ASCII that is not punctuation counts. */
export function isLetter(unit: number): boolean {
  if (unit < 0x80) return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a)
  if (unit < 0xc0) return unit === 0xaa || unit === 0xb5 || unit === 0xba
  if (unit === 0xd7 || unit === 0xf7) return false
  return !(unit >= 0x2000 && unit <= 0x2bff) && !(unit >= 0x3000 && unit <= 0x303f) && !isFullWidthMark(unit)
}

/** Share of Chinese characters among the letters of a text, 0-1; 0 for a text without letters. Reads at most 4,000 units. */
export const hanShare = rememberLast((text: string): number => {
  let han = 0
  let letters = 0
  const units = unitsOf(text)
  const length = Math.min(units.length, 4_000)
  for (let i = 0; i < length; i++) {
    const kind = UNIT_KINDS[units[i] ?? 0] ?? 0
    if ((kind & HAN_UNIT) !== 0) han++
    else letters += kind & LETTER_UNIT
  }
  // A Chinese character says about as much as two letters of a word.
  return han === 0 ? 0 : (han * 2) / (han * 2 + letters)
})

/** Whether a text is written in Chinese, mostly. */
export function isChinese(text: string): boolean {
  return hanShare(text) > 0.3
}

function isFullWidthMark(unit: number): boolean {
  return (unit >= 0xff00 && unit <= 0xff20) || (unit >= 0xff3b && unit <= 0xff40) || (unit >= 0xff5b && unit <= 0xff65)
}

/** What a unit is to a reader of words, as bits of `UNIT_KINDS`. */
export const LETTER_UNIT = 1
export const DIGIT_UNIT = 2
export const HAN_UNIT = 4
export const UNSPACED_UNIT = 8

/** The bits of every UTF-16 unit: loops over whole texts look here, where the functions above would cost more than all else. */
export const UNIT_KINDS: Uint8Array = Uint8Array.from({ length: 0x10000 }, (_, unit) => {
  return (
    (isLetter(unit) ? LETTER_UNIT : 0) |
    (isDigit(unit) ? DIGIT_UNIT : 0) |
    (isHan(unit) ? HAN_UNIT : 0) |
    (isUnspaced(unit) ? UNSPACED_UNIT : 0)
  )
})
