import { formatPlain, formatShort } from './parser/number.ts'

/** As Go's `%.*g`: rounded to that many digits; an exponent below -4 and from the precision on. */
export function formatRounded(value: number, precision: number): string {
  if (!Number.isFinite(value) || value === 0) return formatPlain(value)
  const rounded = Number(value.toPrecision(precision))
  const [mantissa = '', exponentText = '0'] = rounded.toExponential().split('e')
  const exponent = Number(exponentText)
  const digitCount = mantissa.replace(/[-.]/g, '').length
  // A precision larger than the number of digits does not force an exponent on whole numbers.
  const limit = precision > digitCount && digitCount > exponent ? digitCount : precision
  if (exponent >= -4 && exponent < limit) return formatPlain(rounded)
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** As OpenMetrics wants the values of `le` and `quantile`: whole numbers with `.0`. */
export function formatOpenMetrics(value: number): string {
  const text = formatShort(value)
  return /[e.]|NaN|Inf/.test(text) ? text : `${text}.0`
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const HEX = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)$/

/** As Go's ParseFloat; undefined where that gives an error. `Number` would take an empty text for 0. */
export function parseGoFloat(text: string): number | undefined {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return NaN
  return finite(DECIMAL.test(text) ? Number(text) : parseHex(text))
}

function parseHex(text: string): number {
  const [, sign = '', whole = '', fraction = '', power = '0'] = HEX.exec(text) ?? []
  const magnitude = Number.parseInt(whole + fraction, 16) * 2 ** (Number(power) - 4 * fraction.length)
  return sign === '-' ? -magnitude : magnitude
}

/** Go reports a number beyond the range of floats as an error. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
