import { DOT, LETTER_E, MINUS, PLUS, SPACE, ZERO, type ByteCursor } from './bytes.ts'

/** Powers of ten that a double holds exactly. */
const EXACT_POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

/** No exponent written in a metric is longer; more digits take the slow way. */
const MAX_EXPONENT_DIGITS = 4

/**
 * Reads the number at the cursor and leaves the cursor behind it, at a blank or newline. Undefined when it is none; the cursor then
 * stands behind the faulty token. Nearly all numbers take the short way: up to 2^53 as an integer, times or through an exact power
 * of ten, is correctly rounded (Clinger 1990). The others are left to `Number`.
 */
export function scanNumber(cursor: ByteCursor): number | undefined {
  const body = cursor.body
  const start = cursor.pos
  let pos = start
  const sign = body[pos]
  if (sign === MINUS || sign === PLUS) pos++
  const digitsStart = pos
  let mantissa = 0
  let scale = 0
  let points = 0
  let digit = (body[pos] ?? 0) - ZERO
  while (digit >= 0 && digit <= 9) {
    mantissa = mantissa * 10 + digit
    digit = (body[++pos] ?? 0) - ZERO
  }
  if (body[pos] === DOT) {
    points = 1
    const pointAt = pos
    digit = (body[++pos] ?? 0) - ZERO
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit
      digit = (body[++pos] ?? 0) - ZERO
    }
    scale = pointAt + 1 - pos
  }
  if (pos - digitsStart === points || mantissa > Number.MAX_SAFE_INTEGER) return scanSlowly(cursor)
  cursor.pos = pos
  if (((body[pos] ?? 0) | 0x20) === LETTER_E) scale += scanExponent(cursor)
  const power = EXACT_POWERS[scale < 0 ? -scale : scale]
  if ((body[cursor.pos] ?? 0) > SPACE || power === undefined) {
    cursor.pos = start
    return scanSlowly(cursor)
  }
  const magnitude = scale < 0 ? mantissa / power : mantissa * power
  return sign === MINUS ? -magnitude : magnitude
}

/** The exponent behind the cursor's `e`. NaN, which no power has, when it is none or too long for the short way. */
function scanExponent(cursor: ByteCursor): number {
  const body = cursor.body
  let pos = cursor.pos + 1
  const sign = body[pos]
  if (sign === MINUS || sign === PLUS) pos++
  const digitsStart = pos
  let exponent = 0
  for (let digit = (body[pos] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (body[++pos] ?? 0) - ZERO) {
    exponent = exponent * 10 + digit
  }
  cursor.pos = pos
  if (pos === digitsStart || pos - digitsStart > MAX_EXPONENT_DIGITS) return NaN
  return sign === MINUS ? -exponent : exponent
}

function scanSlowly(cursor: ByteCursor): number | undefined {
  const start = cursor.pos
  cursor.skipToken()
  return parseGoFloat(cursor.latin1From(start))
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i
const INFINITY = /^([+-]?)inf(?:inity)?$/i
const NOT_A_NUMBER = /^nan$/i

/** Parses as Prometheus does, with Go's `strconv.ParseFloat` less hexadecimal floats and underscores. Undefined when it is no such number or too large. */
export function parseGoFloat(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  const infinity = INFINITY.exec(text)
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity
  return NOT_A_NUMBER.test(text) ? NaN : undefined
}
