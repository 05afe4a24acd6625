import type { AttributeValue } from '../model/span.ts'

export type JsonRecord = { readonly [name: string]: unknown }

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

/** The value of a text that is a JSON object or list; undefined for every other text. */
export function parseStructure(text: string): unknown {
  const first = text.trimStart()[0]
  if (first !== '{' && first !== '[') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A value or, when it is a text that holds a JSON object or list, what it holds. */
export function structureOf(value: unknown): unknown {
  return typeof value === 'string' ? (parseStructure(value) ?? value) : value
}

export function recordOf(value: unknown): JsonRecord | undefined {
  const structure = structureOf(value)
  return isRecord(structure) ? structure : undefined
}

export function listOf(value: unknown): readonly unknown[] {
  const structure = structureOf(value)
  return Array.isArray(structure) ? structure : []
}

/** A value as a person would read it: texts as they are, everything else as JSON; '' for nothing. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return JSON.stringify(value, plain)
}

/** JSON has no bigint and no bytes. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

/** A finite number, also when it is written as a text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value)
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** The first of the fields that is there and not null. */
export function firstOf(record: JsonRecord, ...names: readonly string[]): unknown {
  for (const name of names) {
    const value = record[name]
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

export function firstText(record: JsonRecord, ...names: readonly string[]): string {
  return textOf(firstOf(record, ...names))
}

export function firstNumber(record: JsonRecord, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const number = numberOf(record[name])
    if (number !== undefined) return number
  }
  return undefined
}

/** JSON as attribute values: they are the same but for `undefined`. */
export function attributeValueOf(value: unknown): AttributeValue {
  return value === undefined ? null : (value as AttributeValue)
}
