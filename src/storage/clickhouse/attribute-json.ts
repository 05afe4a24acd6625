import type { Attributes, AttributeValue } from '../../model/span.ts'

/**
 * Attributes as JSON text that loses nothing: what JSON has no word for is written as an object with one key that begins with `$`.
 * An object that looks like that itself is wrapped in `$object`.
 */
export function writeAttributes(attributes: Attributes): string {
  return JSON.stringify(toJson(attributes))
}

let last: { readonly attributes: Attributes; readonly json: string } = { attributes: {}, json: '{}' }

/** The same for attributes that many spans in a row share as one object, such as those of their sender. */
export function writeSharedAttributes(attributes: Attributes): string {
  if (last.attributes !== attributes) last = { attributes, json: writeAttributes(attributes) }
  return last.json
}

/** The reverse of `writeAttributes`; '' reads as no attributes. */
export function readAttributes(json: string): Attributes {
  if (json === '') return {}
  const value = fromJson(JSON.parse(json) as Json)
  return isPlainObject(value) ? value : {}
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

function toJson(value: AttributeValue): Json {
  switch (typeof value) {
    case 'bigint':
      return { $integer: String(value) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'string':
    case 'boolean':
      return value
    default:
      return objectToJson(value)
  }
}

function objectToJson(value: Exclude<AttributeValue, bigint | number | string | boolean>): Json {
  if (value === null) return null
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') }
  if (isList(value)) return value.map(toJson)
  const object = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner)]))
  return isEscape(Object.keys(object)) ? { $object: object } : object
}

function fromJson(json: Json): AttributeValue {
  if (json === null || typeof json !== 'object') return json
  if (isList(json)) return json.map(fromJson)
  const entries = Object.entries(json)
  const [first] = entries
  if (first !== undefined && isEscape(Object.keys(json))) return unescape(first[0], first[1])
  return Object.fromEntries(entries.map(([key, inner]) => [key, fromJson(inner)]))
}

function unescape(key: string, json: Json): AttributeValue {
  if (key === '$object') return mapEntries(json)
  if (typeof json === 'string' && key === '$integer') return BigInt(json)
  if (typeof json === 'string' && key === '$number') return Number(json)
  if (typeof json === 'string' && key === '$bytes') return new Uint8Array(Buffer.from(json, 'base64'))
  throw new Error(`stored attributes hold ${key}, which this program does not know`)
}

function mapEntries(json: Json): AttributeValue {
  return Object.fromEntries(Object.entries(json ?? {}).map(([key, inner]) => [key, fromJson(inner as Json)]))
}

function isEscape(keys: readonly string[]): boolean {
  return keys.length === 1 && keys[0]?.startsWith('$') === true
}

function isList<T>(value: readonly T[] | object): value is readonly T[] {
  return Array.isArray(value)
}

function isPlainObject(value: AttributeValue): value is Attributes {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof Uint8Array)
}
