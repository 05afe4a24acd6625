import { unquote } from './unquote.ts'

const MAX_INT = 2n ** 63n - 1n
const MIN_INT = -(2n ** 63n)

/**
 * Reads a Go number or rune literal: a bigint where Go would take an int, a number where it would take a float64.
 * A text is the error in Go's words.
 */
export function readNumber(text: string): bigint | number | string {
  if (text.startsWith("'")) return readRune(text)
  const digits = text.replaceAll('_', '')
  const isHex = /^[+-]?0[xX]/.test(digits)
  if (!isHex && /[.eE]/.test(digits)) return readFloat(text, digits)
  const integer = readInteger(digits)
  if (integer === undefined) return `bad number syntax: ${JSON.stringify(text)}`
  return integer > MAX_INT || integer < MIN_INT ? `integer overflow: ${JSON.stringify(text)}` : integer
}

function readFloat(text: string, digits: string): number | string {
  const value = Number(digits)
  return Number.isNaN(value) ? `illegal number syntax: ${JSON.stringify(text)}` : value
}

function readInteger(digits: string): bigint | undefined {
  const sign = digits.startsWith('-') ? -1n : 1n
  const unsigned = digits.replace(/^[+-]/, '')
  // A leading zero alone means octal, as in C.
  const octal = /^0[0-7]+$/.test(unsigned) ? `0o${unsigned.slice(1)}` : unsigned
  if (!/^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)$/.test(octal) || /^0[0-9]*[89]/.test(octal))
    return undefined
  return sign * BigInt(octal)
}

function readRune(text: string): bigint | string {
  const characters = Array.from(unquote(text) ?? '')
  const code = characters[0]?.codePointAt(0)
  return characters.length === 1 && code !== undefined ? BigInt(code) : `malformed character constant: ${text}`
}
