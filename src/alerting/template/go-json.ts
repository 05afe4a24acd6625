const UNSAFE: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

/** JSON as Go's encoder writes it: `<`, `>`, `&` and two line separators escaped, map keys sorted. Bigints are numbers. */
export function goJson(value: unknown): string {
  return JSON.stringify(sorted(value) ?? null).replace(/[<>&\u2028\u2029]/g, (char) => UNSAFE[char] ?? char)
}

/** A map as Go's encoder writes it, its keys sorted, for a place in a message. */
export function goMap(entries: Iterable<readonly [string, unknown]>): object {
  return Object(sorted(Object.fromEntries(entries)))
}

/** A message as Go's encoder streams a struct: fields in the order in which they are written here, a newline at the end. */
export function goJsonLine(message: object): string {
  return `${goJson({ toJSON: () => message })}\n`
}

/** Go's `omitempty`: without fields that are '', false, undefined or an empty list. */
export function omitEmpty<T extends Record<string, unknown>>(record: T): Partial<T> {
  const kept = Object.entries(record).filter(
    ([, value]) =>
      value !== '' && value !== false && value !== undefined && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(kept) as Partial<T>
}

/** Maps in the order of their keys; objects that say themselves how they are written keep their order. */
function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => sorted(item))
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]))
}
