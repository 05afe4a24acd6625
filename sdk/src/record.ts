export type JsonRecord = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The record under a name, or an empty one. */
export function recordAt(record: JsonRecord, name: string): JsonRecord {
  const value = record[name]
  return isRecord(value) ? value : {}
}

/** The records in the list under a name. */
export function recordsAt(record: JsonRecord, name: string): JsonRecord[] {
  const value = record[name]
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** A text that is not empty; undefined for all else. */
export function textAt(record: JsonRecord, name: string): string | undefined {
  const value = record[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A finite number, also one that is written as a text, as int64 in OTLP's JSON is. */
export function numberAt(record: JsonRecord, name: string): number | undefined {
  const value = record[name]
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
