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

/** Maps in the order of their keys; objects that say themselves how they are written keep their order. */
function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => sorted(item))
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]))
}
