import { any, type FunctionMap, string, type TemplateFunction } from './function.ts'
import { print, sprintf } from './format.ts'
import { type GoKind, kindOf, length, mapGet, truth, typeName } from './value.ts'

/** `and` and `or` are here for their names only: the executor evaluates their arguments one by one and stops early. */
export const BUILTINS: FunctionMap = {
  and: { parameters: [any], variadic: any, call: (args) => args.find((arg) => !truth(arg)) ?? args.at(-1) },
  or: { parameters: [any], variadic: any, call: (args) => args.find((arg) => truth(arg)) ?? args.at(-1) },
  not: { parameters: [any], call: ([value]) => !truth(value) },
  len: { parameters: [any], call: ([value]) => lengthOf(value) },
  index: { parameters: [any], variadic: any, call: ([item, ...keys]) => keys.reduce(indexOnce, item) },
  slice: { parameters: [any], variadic: any, call: ([item, ...bounds]) => slice(item, bounds) },
  print: { parameters: [], variadic: any, call: (args) => sprint(args) },
  println: { parameters: [], variadic: any, call: (args) => `${args.map(printArgument).join(' ')}\n` },
  printf: { parameters: [string], variadic: any, call: ([format, ...args]) => sprintf(String(format), args) },
  html: { parameters: [], variadic: any, call: (args) => escapeHtml(sprint(args)) },
  js: { parameters: [], variadic: any, call: (args) => escapeJs(sprint(args)) },
  urlquery: { parameters: [], variadic: any, call: (args) => queryEscape(sprint(args)) },
  call: { parameters: [any], variadic: any, call: () => fail('call of non-function') },
  eq: { parameters: [any], variadic: any, call: ([first, ...others]) => equalToAny(first, others) },
  ne: comparison((a, b) => !equal(a, b)),
  lt: comparison((a, b) => less(a, b)),
  le: comparison((a, b) => less(a, b) || equal(a, b)),
  gt: comparison((a, b) => !less(a, b) && !equal(a, b)),
  ge: comparison((a, b) => !less(a, b)),
}

/** Names whose arguments are evaluated one at a time. */
export function isShortCircuit(name: string): name is 'and' | 'or' {
  return name === 'and' || name === 'or'
}

function comparison(compare: (a: unknown, b: unknown) => boolean): TemplateFunction {
  return { parameters: [any, any], call: ([a, b]) => compare(a, b) }
}

function fail(message: string): never {
  throw new Error(message)
}

function lengthOf(value: unknown): bigint {
  const found = length(value)
  if (found >= 0) return BigInt(found)
  if (value === undefined || value === null) return fail('len of nil pointer')
  return fail(`len of type ${typeName(value)}`)
}

function indexOnce(item: unknown, key: unknown): unknown {
  switch (kindOf(item)) {
    case 'invalid':
    case 'nil':
      return fail('index of untyped nil')
    case 'slice':
      return (item as unknown[])[position(key, (item as unknown[]).length)]
    case 'string': {
      const bytes = Buffer.from(item as string)
      return BigInt(bytes[position(key, bytes.length)] ?? 0)
    }
    case 'map':
      if (typeof key !== 'string') return fail(`value has type ${typeName(key)}; should be string`)
      return mapGet(item, key)
    default:
      return fail(`can't index item of type ${typeName(item)}`)
  }
}

function position(key: unknown, size: number): number {
  if (key === undefined || key === null) return fail('cannot index slice/array with nil')
  if (typeof key !== 'bigint') return fail(`cannot index slice/array with type ${typeName(key)}`)
  if (key < 0n || key >= BigInt(size)) return fail(`index out of range: ${key}`)
  return Number(key)
}

function slice(item: unknown, bounds: readonly unknown[]): unknown {
  const kind = kindOf(item)
  if (kind === 'invalid' || kind === 'nil') return fail('slice of untyped nil')
  if (bounds.length > 3) return fail(`too many slice indexes: ${bounds.length}`)
  if (kind !== 'string' && kind !== 'slice') return fail(`can't slice item of type ${typeName(item)}`)
  if (kind === 'string' && bounds.length === 3) return fail('cannot 3-index slice a string')
  const size = length(item)
  // An end may equal the length, so it is checked against one more.
  const [from = 0, to = size] = bounds.map((bound) => position(bound, size + 1))
  if (from > to) return fail(`invalid slice index: ${from} > ${to}`)
  if (kind === 'slice') return (item as unknown[]).slice(from, to)
  return Buffer.from(item as string)
    .subarray(from, to)
    .toString()
}

/** As Go's Sprint: a space only between operands that are both no strings. */
export function sprint(args: readonly unknown[]): string {
  let text = ''
  args.forEach((arg, i) => {
    if (i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string') text += ' '
    text += printArgument(arg)
  })
  return text
}

function printArgument(arg: unknown): string {
  return arg === undefined ? '<no value>' : print(arg)
}

const BASIC: ReadonlySet<GoKind> = new Set<GoKind>(['bool', 'int', 'float', 'string'])

function equalToAny(first: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) return fail('missing argument for comparison')
  return others.some((other) => equal(first, other))
}

function equal(a: unknown, b: unknown): boolean {
  const [kindA, kindB] = [kindOf(a), kindOf(b)]
  const absent = (kind: GoKind): boolean => kind === 'invalid' || kind === 'nil'
  if (absent(kindA) || absent(kindB)) return absent(kindA) && absent(kindB)
  if (kindA !== kindB) return fail(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
  if (!BASIC.has(kindA)) return fail(`non-comparable type ${print(a)}: ${typeName(a)}`)
  return a === b
}

function less(a: unknown, b: unknown): boolean {
  const [kindA, kindB] = [kindOf(a), kindOf(b)]
  for (const [kind, value] of [
    [kindA, a],
    [kindB, b],
  ] as const) {
    if (!BASIC.has(kind)) fail(`invalid type for comparison: ${typeName(value)}`)
  }
  if (kindA !== kindB) return fail(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
  if (kindA === 'bool') return fail('invalid type for comparison')
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0
  return (a as number) < (b as number)
}

const HTML: Readonly<Record<string, string>> = {
  '\0': '\uFFFD',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

/** Escapes as Go's text/template does. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => HTML[char] ?? char)
}

function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\p{Cc}\u2028\u2029]/gu, (char) => {
    if ('\\\'"'.includes(char)) return `\\${char}`
    return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  })
}

/** As Go's `url.QueryEscape`: a space becomes `+`, letters, digits and `-_.~` stay. */
export function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
