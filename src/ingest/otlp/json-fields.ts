import type { AttributeValue } from '../../model/span.ts'
import { type MutableAttributes, setAttribute } from './any-value.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'
import { NO_ATTRIBUTES, type OtlpResource, type OtlpScope } from './otlp-span.ts'
import { msOfNanos } from './unix-nano.ts'

/**
 * OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids are hex in any case, 64-bit integers
 * strings or numbers, bytes base64, enums numbers (their names are taken too), unknown and null fields are ignored.
 * Every function throws `OtlpDecodeError` whose `where` is the path below the object it was given.
 */
export type JsonObject = { readonly [name: string]: unknown }

const MAX_DEPTH = 32

export function objectOf(value: unknown, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw new OtlpDecodeError(where, `found ${describe(value)}, expected an object`)
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Calls `read` with each object of a list; a path is only put together when something is wrong. */
export function each(object: JsonObject, name: string, read: (item: JsonObject, index: number) => void): void {
  const list = object[name]
  if (list === undefined || list === null) return
  if (!Array.isArray(list)) throw new OtlpDecodeError(name, `found ${describe(list)}, expected a list`)
  for (let i = 0; i < list.length; i++) {
    const item: unknown = list[i]
    if (isJsonObject(item)) within(`${name}[`, i, () => read(item, i))
    else throw new OtlpDecodeError(`${name}[${i}]`, `found ${describe(item)}, expected an object`)
  }
}

function within(prefix: string, index: number, read: () => void): void {
  try {
    read()
  } catch (error) {
    throw error instanceof OtlpDecodeError ? prefixed(error, `${prefix}${index}]`) : error
  }
}

function prefixed(error: OtlpDecodeError, path: string): OtlpDecodeError {
  return new OtlpDecodeError(`${path}.${error.where}`, error.message.slice(error.where.length + 2))
}

export function textOfField(object: JsonObject, name: string): string {
  const value = object[name]
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw new OtlpDecodeError(name, `found ${describe(value)}, expected a string`)
}

export function idOfField(object: JsonObject, name: string): string {
  return textOfField(object, name).toLowerCase()
}

export function numberOfField(object: JsonObject, name: string): number {
  return optionalNumber(object, name) ?? 0
}

/** A number, or a string that holds one (`"12"`, `"NaN"`, `"Infinity"`). */
export function optionalNumber(object: JsonObject, name: string): number | undefined {
  const value = object[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return value
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN
  if (Number.isNaN(number) && value !== 'NaN') {
    throw new OtlpDecodeError(name, `found ${describe(value)}, expected a number`)
  }
  return number
}

export function numbersOfField(object: JsonObject, name: string): number[] {
  const list = object[name]
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw new OtlpDecodeError(name, `found ${describe(list)}, expected a list`)
  return list.map((item: unknown, i) => numberOfField({ [`${name}[${i}]`]: item }, `${name}[${i}]`))
}

/** Nanoseconds since 1970 as milliseconds; 0 when absent. Numbers have lost digits already and are taken as they are. */
export function timeOfField(object: JsonObject, name: string): number {
  const value = object[name]
  if (value === undefined || value === null || value === '') return 0
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return msOfNanos(BigInt(value))
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return msOfNanos(BigInt(Math.round(value)))
  throw new OtlpDecodeError(name, `found ${describe(value)}, expected nanoseconds since 1970 as a string of digits`)
}

/** The position in `names` of an enum given as a number or by its name in the .proto file; 0 when absent. */
export function enumOfField(object: JsonObject, name: string, names: readonly string[]): number {
  const value = object[name]
  if (value === undefined || value === null) return 0
  if (typeof value === 'number') return value
  const index = typeof value === 'string' ? names.indexOf(value) : -1
  if (index >= 0) return index
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value)
  throw new OtlpDecodeError(name, `found ${describe(value)}, expected a number or one of ${names.join(', ')}`)
}

export function attributesOfField(object: JsonObject, name = 'attributes', depth = 0): MutableAttributes {
  const attributes: MutableAttributes = {}
  each(object, name, (entry) => {
    setAttribute(attributes, textOfField(entry, 'key'), anyValueOf(entry['value'], 'value', depth))
  })
  return attributes
}

/** An `AnyValue`; null when it is empty. */
export function anyValueOf(value: unknown, where: string, depth = 0): AttributeValue {
  if (value === undefined || value === null) return null
  if (depth > MAX_DEPTH) throw new OtlpDecodeError(where, `values are nested more than ${MAX_DEPTH} deep`)
  const object = objectOf(value, where)
  if (object['stringValue'] !== undefined) return textOfField(object, 'stringValue')
  if (object['intValue'] !== undefined) return integerOfField(object, 'intValue')
  if (object['boolValue'] !== undefined) return object['boolValue'] === true
  if (object['doubleValue'] !== undefined) return numberOfField(object, 'doubleValue')
  if (object['arrayValue'] !== undefined) return listOf(objectOf(object['arrayValue'], 'arrayValue'), depth + 1)
  if (object['kvlistValue'] !== undefined) {
    return attributesOfField(objectOf(object['kvlistValue'], 'kvlistValue'), 'values', depth + 1)
  }
  if (object['bytesValue'] !== undefined) {
    return new Uint8Array(Buffer.from(textOfField(object, 'bytesValue'), 'base64'))
  }
  return null
}

function listOf(object: JsonObject, depth: number): AttributeValue[] {
  const values: AttributeValue[] = []
  each(object, 'values', (item) => {
    values.push(anyValueOf(item, 'value', depth))
  })
  return values
}

function integerOfField(object: JsonObject, name: string): number | bigint {
  const value = object[name]
  if (typeof value === 'number') return value
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) {
    const exact = BigInt(value)
    return exact <= Number.MAX_SAFE_INTEGER && exact >= Number.MIN_SAFE_INTEGER ? Number(exact) : exact
  }
  throw new OtlpDecodeError(name, `found ${describe(value)}, expected an integer`)
}

export function describe(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

export type JsonItemReader = (item: JsonObject, resource: OtlpResource, scope: OtlpScope) => void

/** The names of the lists of one signal, from the outermost: `['resourceSpans', 'scopeSpans', 'spans']`. */
export type EnvelopeNames = readonly [resources: string, scopes: string, items: string]

/** Walks the envelope that traces, logs and metrics share and calls `readItem` at each item. */
export function readJsonEnvelope(root: JsonObject, names: EnvelopeNames, readItem: JsonItemReader): void {
  const [resources, scopes, items] = names
  each(root, resources, (resourceItem) => {
    const resource = { attributes: attributesWithin(resourceItem['resource'], 'resource') }
    each(resourceItem, scopes, (scopeItem) => {
      const scope = scopeOf(scopeItem)
      each(scopeItem, items, (item) => readItem(item, resource, scope))
    })
  })
}

function attributesWithin(value: unknown, where: string): OtlpResource['attributes'] {
  return value === undefined || value === null ? NO_ATTRIBUTES : attributesOfField(objectOf(value, where))
}

function scopeOf(scopeItem: JsonObject): OtlpScope {
  const value = scopeItem['scope']
  const schemaUrl = textOfField(scopeItem, 'schemaUrl')
  if (value === undefined || value === null) return { name: '', version: '', attributes: NO_ATTRIBUTES, schemaUrl }
  const scope = objectOf(value, 'scope')
  return {
    schemaUrl,
    name: textOfField(scope, 'name'),
    version: textOfField(scope, 'version'),
    attributes: attributesOfField(scope),
  }
}
