/** Of ASCII. */
export const ZERO = 48
export const POINT = 46

/** Digits are written by threes, each three as one number that holds their bytes. */
const GROUP = 1_000
/** `007`, and what a text that goes on will overwrite. */
const PADDED = Uint32Array.from({ length: GROUP }, (_, digits) => bytesOf(String(digits).padStart(3, '0')))
/** `7`. */
const PLAIN = Uint32Array.from({ length: GROUP }, (_, digits) => bytesOf(String(digits)))
const LENGTHS = Uint8Array.from({ length: GROUP }, (_, digits) => String(digits).length)
/** Of the three digits behind a point, those that are not zeros at the end. */
const LENGTHS_BEHIND_POINT = Uint8Array.from(
  { length: GROUP },
  (_, digits) => String(digits).padStart(3, '0').replace(/0+$/, '').length,
)

/** What is written may spoil so many bytes behind its end. */
export const SPOILT_BYTES = 16

/** Writes an integer from 0 to 2^31 - 1 and gives the index behind. */
export function putDigits(view: DataView, at: number, value: number): number {
  if (value < GROUP) return putFirst(view, at, value)
  const thousands = (value / GROUP) | 0
  const end = thousands < GROUP ? putFirst(view, at, thousands) : putDigits(view, at, thousands)
  view.setUint32(end, PADDED[value - thousands * GROUP]!, true)
  return end + 3
}

/** Writes a point and so many thousandths, fewer than 1,000 and more than none, without zeros at the end. */
export function putThousandths(view: DataView, at: number, thousandths: number): number {
  view.setUint8(at, POINT)
  view.setUint32(at + 1, PADDED[thousandths]!, true)
  return at + 1 + LENGTHS_BEHIND_POINT[thousandths]!
}

/** Writes an integer below 10^9 with nine digits, zeros in front. */
export function putNine(view: DataView, at: number, value: number): void {
  const millions = (value / 1e6) | 0
  const rest = (value - millions * 1e6) | 0
  const thousands = (rest / GROUP) | 0
  view.setUint32(at, PADDED[millions]!, true)
  view.setUint32(at + 3, PADDED[thousands]!, true)
  view.setUint32(at + 6, PADDED[rest - thousands * GROUP]!, true)
}

function putFirst(view: DataView, at: number, value: number): number {
  view.setUint32(at, PLAIN[value]!, true)
  return at + LENGTHS[value]!
}

/** The bytes of up to four characters of ASCII as a number; the first is the lowest. */
function bytesOf(text: string): number {
  return Buffer.from(text.padEnd(4, '0')).readUInt32LE()
}
