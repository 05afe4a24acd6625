/** Octal, hexadecimal and binary integers as Go reads them, underscores between digits allowed. */
const PREFIXED_INTEGER = /^0(?:[xX](?:_?[0-9a-fA-F])+|[oO]?(?:_?[0-7])+|[bB](?:_?[01])+)$/
const DECIMAL = /^(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?$/
const NOT_FINITE: Readonly<Record<string, number>> = { inf: Infinity, nan: NaN }

const MAX_INT64 = 2n ** 63n - 1n

/**
 * Reads a number literal (without sign) as Prometheus does: an integer in Go's syntax (`0x1F`, `0755` is octal), else a decimal
 * float, `Inf` or `NaN` in any case. Throws with the words of Go's `strconv` when it is neither or does not fit a float.
 */
export function parseNumber(text: string): number {
  const special = NOT_FINITE[text.toLowerCase()]
  if (special !== undefined) return special
  if (PREFIXED_INTEGER.test(text)) {
    const value = parsePrefixed(text)
    if (value <= MAX_INT64) return Number(value)
  }
  if (!DECIMAL.test(text)) throw numberError(text, 'invalid syntax')
  const value = Number(text.replaceAll('_', ''))
  if (!Number.isFinite(value)) throw numberError(text, 'value out of range')
  return value
}

function parsePrefixed(text: string): bigint {
  const digits = text.replaceAll('_', '')
  return /^0\d/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits)
}

function numberError(text: string, reason: string): Error {
  return new Error(`error parsing number: strconv.ParseFloat: parsing ${JSON.stringify(text)}: ${reason}`)
}

/** As Go's `FormatFloat(value, 'f', -1, 64)`: the shortest decimal that reads back the same, never with an exponent. */
export function formatPlain(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  return text.includes('e') ? withoutExponent(text) : text
}

/** As Go's `%v` of a float: an exponent of at least two digits below 1e-4 and from 1e6 on. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value) || value === 0) return formatPlain(value)
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 6) return formatPlain(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

/** `1.5e-7` → `0.00000015`. */
function withoutExponent(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? []
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}
