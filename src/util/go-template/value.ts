/**
 * How JavaScript values stand for Go values inside templates:
 * string = string, bigint = int, number = float64, boolean = bool, null = a nil interface, undefined = no value at all;
 * an array = slice; a plain object or a Map = map; an instance of any other class = struct, whose fields and methods are those of its
 * members that begin with a capital letter. Classes may say their Go type name in a static `goType`.
 */
export type GoKind = 'invalid' | 'nil' | 'bool' | 'int' | 'float' | 'string' | 'slice' | 'map' | 'struct' | 'func'

/** A map whose absent keys read as '', as Go's map[string]string. */
export class StringMap extends Map<string, string> {
  static readonly goType: string = 'map[string]string'
}

/** What Go calls the value's kind. */
export function kindOf(value: unknown): GoKind {
  if (value === undefined) return 'invalid'
  if (value === null) return 'nil'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'float'
    case 'string':
      return 'string'
    case 'function':
      return 'func'
    default:
      return Array.isArray(value) ? 'slice' : isMap(value) ? 'map' : 'struct'
  }
}

/** The value's type as Go prints it in errors. */
export function typeName(value: unknown): string {
  const declared = declaredType(value)
  if (declared !== undefined) return declared
  switch (kindOf(value)) {
    case 'invalid':
    case 'nil':
      return 'nil'
    case 'bool':
      return 'bool'
    case 'int':
      return 'int'
    case 'float':
      return 'float64'
    case 'string':
      return 'string'
    case 'slice':
      return '[]interface {}'
    case 'map':
      return 'map[string]interface {}'
    case 'func':
      return 'func()'
    case 'struct':
      return typeof value === 'object' && value !== null ? value.constructor.name : 'struct'
  }
}

function declaredType(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const type: unknown = Reflect.get(value.constructor ?? Object, 'goType')
  return typeof type === 'string' ? type : undefined
}

function isMap(value: object): boolean {
  if (value instanceof Map) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Empty values are false; a struct is always true. */
export function truth(value: unknown): boolean {
  switch (kindOf(value)) {
    case 'invalid':
    case 'nil':
      return false
    case 'slice':
    case 'map':
      return length(value) > 0
    case 'struct':
    case 'func':
      return true
    default:
      // NaN is true in Go: it is not equal to zero.
      return typeof value === 'number' ? value !== 0 : Boolean(value)
  }
}

/** Elements of a slice, keys of a map, bytes of a string; -1 for what has no length. */
export function length(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (Array.isArray(value)) return value.length
  if (value instanceof Map) return value.size
  return kindOf(value) === 'map' ? Object.keys(value as object).length : -1
}

/** The entries of a map in the order of their keys, as Go's range and print take them. */
export function sortedEntries(value: unknown): ReadonlyArray<readonly [string, unknown]> {
  const entries: [string, unknown][] = value instanceof Map ? [...value] : Object.entries(value as object)
  return entries.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** A map's value; for an absent key '' or undefined, as its element type has it. */
export function mapGet(map: unknown, key: string): unknown {
  if (map instanceof StringMap) return map.get(key) ?? ''
  if (map instanceof Map) return map.get(key)
  return Object.hasOwn(map as object, key) ? Reflect.get(map as object, key) : undefined
}

/** A map's key is there, whatever its value. */
export function mapHas(map: unknown, key: string): boolean {
  return map instanceof Map ? map.has(key) : Object.hasOwn(map as object, key)
}

/** A member that a template may use: exported in Go's sense, so that nothing of JavaScript's own leaks in. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !/^\p{Lu}/u.test(name)) return undefined
  return Reflect.get(value, name)
}
