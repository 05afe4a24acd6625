import { kindOf, member, sortedEntries, typeName } from './value.ts'

/** A value as Go's `%v` prints it. */
export function print(value: unknown): string {
  switch (kindOf(value)) {
    case 'invalid':
    case 'nil':
      return '<nil>'
    case 'float':
      return formatFloat(value as number)
    case 'slice':
      return textOf(value) ?? `[${(value as unknown[]).map((item) => print(item)).join(' ')}]`
    case 'map':
      return (
        textOf(value) ??
        `map[${sortedEntries(value)
          .map(([key, item]) => `${key}:${print(item)}`)
          .join(' ')}]`
      )
    case 'struct':
      return (
        textOf(value) ??
        `{${fieldValues(value as object)
          .map((item) => print(item))
          .join(' ')}}`
      )
    case 'func':
      return '0x0'
    default:
      return String(value)
  }
}

/** Go's `String()` of a value that has one. */
function textOf(value: unknown): string | undefined {
  const method = member(value, 'String')
  return typeof method === 'function' ? String(method.call(value)) : undefined
}

function fieldValues(struct: object): unknown[] {
  return Object.entries(struct)
    .filter(([name]) => /^\p{Lu}/u.test(name))
    .map(([, value]) => value)
}

/** What an action writes: as `%v`, but nothing at all reads `<no value>`. */
export function printResult(value: unknown): string {
  return value === undefined || value === null ? '<no value>' : print(value)
}

/** The shortest text of a float64 that reads back the same, as Go's `%v`: with an exponent below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  return formatShortest(value, 'e')
}

/** Go decides for the exponent as if the precision were 6, also when it prints all the digits there are. */
const SHORTEST_EXPONENT_LIMIT = 6

function formatShortest(value: number, e: 'e' | 'E'): string {
  if (!Number.isFinite(value)) return special(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= SHORTEST_EXPONENT_LIMIT) return `${mantissa}${e}${exponentText(exponent)}`
  return String(value)
}

/** Without an exponent, however large: JavaScript begins one at 1e21 and below 1e-6. */
function plainDecimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const digits = (value.toExponential().split('e')[0] ?? '').replace(/[-.]/g, '').length
  const exponent = Math.floor(Math.log10(Math.abs(value)))
  return value.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent)))
}

function special(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}

function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Go's `%g` with a precision: at most that many digits, trailing zeros gone, an exponent when it reaches the precision. */
export function formatGeneral(value: number, precision: number, e: 'e' | 'E' = 'e'): string {
  if (!Number.isFinite(value)) return special(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const digits = Math.max(1, Math.min(precision, 100))
  const [mantissa = '', power = '0'] = toExponential(value, digits - 1).split('e')
  const exponent = Number(power)
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  if (exponent < -4 || exponent >= digits) return `${trimmed}${e}${exponentText(exponent)}`
  const plain = toFixed(value, Math.max(0, Math.min(100, digits - 1 - exponent)))
  return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain
}

/** Beyond this many zeros after a 5, a float64 is exactly half way. */
const EXACT_DIGITS = 30

/** Go rounds what lies exactly half way to the even digit, JavaScript away from zero. */
function toExponential(value: number, digits: number): string {
  const text = value.toExponential(digits)
  const exact = value.toExponential(Math.min(100, digits + EXACT_DIGITS)).split('e')[0] ?? ''
  const kept = digits === 0 ? exact.slice(0, exact.indexOf('.')) : exact.slice(0, exact.indexOf('.') + 1 + digits)
  const rest = exact.slice(exact.indexOf('.') + 1 + digits)
  if (!/^50*$/.test(rest) || !/[02468]$/.test(kept)) return text
  return `${kept}e${value.toExponential(20).split('e')[1] ?? '+0'}`
}

function toFixed(value: number, digits: number): string {
  const exact = value.toFixed(Math.min(100, digits + EXACT_DIGITS))
  const point = exact.indexOf('.')
  const kept = digits === 0 ? exact.slice(0, point) : exact.slice(0, point + 1 + digits)
  const rest = exact.slice(point + 1 + digits)
  return /^50*$/.test(rest) && /[02468]$/.test(kept) ? kept : value.toFixed(digits)
}

interface Directive {
  readonly flags: string
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly verb: string
}

/** Go's `fmt.Sprintf`, with its `%!verb(type=value)` for what does not fit. */
export function sprintf(format: string, args: readonly unknown[]): string {
  let used = 0
  const take = (): unknown => args[used++]
  const text = format.replace(
    /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?([\s\S]|$)/gu,
    (whole, flags: string, width?: string, precision?: string, verb?: string) => {
      if (verb === '%') return '%'
      if (verb === undefined || verb === '') return '%!(NOVERB)'
      const directive = readDirective(flags, width, precision, verb, take)
      return used < args.length ? formatOne(directive, take()) : missing(whole, verb, () => used++)
    },
  )
  return used < args.length ? text + extra(args.slice(used)) : text
}

function readDirective(
  flags: string,
  width: string | undefined,
  precision: string | undefined,
  verb: string,
  take: () => unknown,
): Directive {
  const read = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined
    return text === '*' ? Number(take()) : Number(text)
  }
  const readWidth = read(width)
  const left = readWidth !== undefined && readWidth < 0 ? '-' : ''
  return {
    flags: flags + left,
    width: readWidth === undefined ? undefined : Math.abs(readWidth),
    precision: read(precision),
    verb,
  }
}

function missing(_whole: string, verb: string, skip: () => void): string {
  skip()
  return `%!${verb}(MISSING)`
}

function extra(args: readonly unknown[]): string {
  const shown = args.map((arg) => (arg === null || arg === undefined ? '<nil>' : `${typeName(arg)}=${print(arg)}`))
  return `%!(EXTRA ${shown.join(', ')})`
}

function formatOne(directive: Directive, value: unknown): string {
  const { verb } = directive
  if (verb === 'T') return pad(directive, value === null || value === undefined ? '<nil>' : typeName(value))
  const body = formatBody(directive, value)
  return body ?? `%!${verb}(${value === null || value === undefined ? '<nil>' : `${typeName(value)}=${print(value)}`})`
}

function formatBody(directive: Directive, value: unknown): string | undefined {
  if (value === null || value === undefined) return directive.verb === 'v' ? pad(directive, '<nil>') : undefined
  switch (kindOf(value)) {
    case 'bool':
      return directive.verb === 't' || directive.verb === 'v' ? pad(directive, print(value)) : undefined
    case 'int':
      return formatInt(directive, value as bigint)
    case 'float':
      return formatFloatVerb(directive, value as number)
    case 'string':
      return formatString(directive, value as string)
    default:
      return formatComposite(directive, value)
  }
}

function formatComposite(directive: Directive, value: unknown): string | undefined {
  const text = textOf(value)
  if (text !== undefined) return formatString(directive, text)
  if (Array.isArray(value)) return `[${value.map((item) => formatOne(directive, item)).join(' ')}]`
  if (kindOf(value) === 'map') {
    return `map[${sortedEntries(value)
      .map(([key, item]) => `${formatOne(directive, key)}:${formatOne(directive, item)}`)
      .join(' ')}]`
  }
  return directive.verb === 'v' || directive.verb === 's' ? pad(directive, print(value)) : undefined
}

function formatInt(directive: Directive, value: bigint): string | undefined {
  const radix = { d: 10, v: 10, b: 2, o: 8, x: 16, X: 16 }[directive.verb]
  if (radix !== undefined) {
    const digits = (value < 0n ? -value : value).toString(radix)
    const cased = directive.verb === 'X' ? digits.toUpperCase() : digits
    const prefix = directive.flags.includes('#')
      ? ({ 2: '0b', 8: '0', 16: directive.verb === 'X' ? '0X' : '0x' }[radix] ?? '')
      : ''
    return padNumber(directive, value < 0n, prefix + cased.padStart(directive.precision ?? 0, '0'))
  }
  const code = Number(value)
  if (directive.verb === 'c') return pad(directive, String.fromCodePoint(code))
  if (directive.verb === 'q') return pad(directive, `'${String.fromCodePoint(code)}'`)
  if (directive.verb === 'U') return pad(directive, `U+${code.toString(16).toUpperCase().padStart(4, '0')}`)
  return undefined
}

function formatFloatVerb(directive: Directive, value: number): string | undefined {
  const { verb, precision } = directive
  const body = floatBody(verb, Math.abs(value), precision)
  if (body === undefined) return undefined
  if (!Number.isFinite(value)) {
    const sign = value > 0 && (directive.flags.includes('+') || verb === 'v') ? '+' : value < 0 ? '-' : ''
    return pad(
      { ...directive, flags: directive.flags.replaceAll('0', '') },
      Number.isNaN(value) ? 'NaN' : `${sign || '+'}Inf`,
    )
  }
  return padNumber(directive, value < 0 || Object.is(value, -0), body)
}

function floatBody(verb: string, value: number, precision: number | undefined): string | undefined {
  switch (verb) {
    case 'f':
    case 'F':
      return value < 1e21
        ? toFixed(value, Math.min(100, precision ?? 6))
        : plainDecimal(value) + fraction(precision ?? 6)
    case 'e':
    case 'E': {
      const [mantissa = '', power = '0'] = toExponential(value, Math.min(100, precision ?? 6)).split('e')
      return `${mantissa}${verb}${exponentText(Number(power))}`
    }
    case 'v':
    case 'g':
    case 'G': {
      const e = verb === 'G' ? 'E' : 'e'
      return precision === undefined ? formatShortest(value, e) : formatGeneral(value, precision, e)
    }
    default:
      return undefined
  }
}

function fraction(digits: number): string {
  return digits === 0 ? '' : `.${'0'.repeat(digits)}`
}

function formatString(directive: Directive, value: string): string | undefined {
  const { verb, precision } = directive
  const cut = precision === undefined ? value : Array.from(value).slice(0, precision).join('')
  switch (verb) {
    case 's':
    case 'v':
      return pad(directive, cut)
    case 'q':
      return pad(directive, directive.flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : JSON.stringify(cut))
    case 'x':
      return pad(directive, hex(cut, directive.flags))
    case 'X':
      return pad(directive, hex(cut, directive.flags).toUpperCase())
    default:
      return undefined
  }
}

function hex(text: string, flags: string): string {
  return Array.from(Buffer.from(text), (byte) => byte.toString(16).padStart(2, '0')).join(
    flags.includes(' ') ? ' ' : '',
  )
}

function padNumber(directive: Directive, negative: boolean, digits: string): string {
  const sign = negative ? '-' : directive.flags.includes('+') ? '+' : directive.flags.includes(' ') ? ' ' : ''
  const zero = directive.flags.includes('0') && !directive.flags.includes('-')
  const wide = zero ? digits.padStart((directive.width ?? 0) - sign.length, '0') : digits
  return pad({ ...directive, flags: directive.flags.replaceAll('0', '') }, sign + wide)
}

function pad(directive: Directive, text: string): string {
  const space = (directive.width ?? 0) - Array.from(text).length
  if (space <= 0) return text
  if (directive.flags.includes('-')) return text + ' '.repeat(space)
  return (directive.flags.includes('0') ? '0' : ' ').repeat(space) + text
}
