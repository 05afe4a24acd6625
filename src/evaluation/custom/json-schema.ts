import { isDeepStrictEqual } from 'node:util'
import { RE2JS } from 're2js'

type Schema = Readonly<Record<string, unknown>> | boolean

/** Annotations: they say something to readers and forbid nothing. */
const ANNOTATIONS: ReadonlySet<string> = new Set(
  '$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly format'.split(
    ' ',
  ),
)
/** A value nested deeper than this does not conform, so that no answer can exhaust the stack. */
const MAX_DEPTH = 64
/** Nor one that takes more steps: parts that refer to each other multiply. */
const MAX_STEPS = 200_000

/** What a value has to conform to is no JSON schema, or uses what is not known here. */
export class JsonSchemaError extends Error {
  constructor(at: string, reason: string) {
    super(`${at === '' ? 'schema' : at}: ${reason}`)
    this.name = 'JsonSchemaError'
  }
}

interface Place {
  readonly path: string
  readonly depth: number
  readonly steps: { left: number }
}

/** Undefined when the value conforms, else why not. */
type Check = (value: unknown, place: Place) => string | undefined

/**
 * A JSON schema in the words of draft 2020-12, without `unevaluated…`, `dependent…`, `$anchor` and references to elsewhere; `format` is an
 * annotation, as there by default. Patterns are RE2's.
 */
export class JsonSchema {
  readonly #root: Schema
  readonly #check: Check
  /** By reference, so that a schema may contain itself. */
  readonly #references = new Map<string, Check>()

  /** Throws `JsonSchemaError` for keywords that are not known: none is passed over silently. */
  constructor(schema: unknown) {
    this.#root = schemaOf(schema, '')
    this.#check = this.#compile(this.#root, '')
  }

  /** The first thing that does not conform, with its path; undefined when all does. */
  faultOf(value: unknown): string | undefined {
    return this.#check(value, { path: '', depth: 0, steps: { left: MAX_STEPS } })
  }

  #compile(schema: Schema, at: string): Check {
    if (typeof schema === 'boolean') return schema ? () => undefined : (_, { path }) => fault(path, 'is not allowed')
    const checks = Object.keys(schema).flatMap((keyword) => this.#keyword(keyword, schema, at) ?? [])
    return (value, place) => {
      if (place.depth > MAX_DEPTH || place.steps.left-- <= 0) return fault(place.path, 'is nested too deep')
      for (const check of checks) {
        const found = check(value, place)
        if (found !== undefined) return found
      }
      return undefined
    }
  }

  #keyword(keyword: string, schema: Readonly<Record<string, unknown>>, at: string): Check | undefined {
    const argument = schema[keyword]
    const where = at === '' ? keyword : `${at}.${keyword}`
    if (ANNOTATIONS.has(keyword)) return undefined
    // These belong to a neighbour that reads them.
    if (keyword === 'then' || keyword === 'else') return undefined
    if (keyword === '$ref') return this.#reference(argument, where)
    if (keyword in SIMPLE) return SIMPLE[keyword]?.(argument, where)
    return this.#compound(keyword, schema, where)
  }

  #compound(keyword: string, schema: Readonly<Record<string, unknown>>, where: string): Check {
    const argument = schema[keyword]
    const one = (given: unknown, at = where): Check => this.#compile(schemaOf(given, at), at)
    switch (keyword) {
      case 'properties':
      case 'patternProperties':
      case 'additionalProperties':
        return this.#properties(keyword, schema, where)
      case 'prefixItems':
        return eachItem(listOf(argument, where).map((part, i) => one(part, `${where}.${i}`)))
      case 'items':
        return itemsBehind(Array.isArray(schema['prefixItems']) ? schema['prefixItems'].length : 0, one(argument))
      case 'contains':
        return containing(one(argument))
      case 'allOf':
      case 'anyOf':
      case 'oneOf':
        return combined(
          keyword,
          listOf(argument, where).map((part, i) => one(part, `${where}.${i}`)),
        )
      case 'not':
        return negated(one(argument))
      case 'if':
        return conditional(
          one(argument),
          one(schema['then'] ?? true, `${where}.then`),
          one(schema['else'] ?? true, `${where}.else`),
        )
      default:
        throw new JsonSchemaError(where, 'unknown or unsupported keyword')
    }
  }

  /** Of the three keywords the first that is there checks for all. */
  #properties(keyword: string, schema: Readonly<Record<string, unknown>>, where: string): Check {
    const first = Object.keys(schema).find((key) => /^(properties|patternProperties|additionalProperties)$/.test(key))
    if (first !== keyword) return () => undefined
    const at = where.slice(0, where.length - keyword.length)
    const compiled = (name: string): Array<readonly [string, Check]> =>
      Object.entries(recordOf(schema[name] ?? {}, at + name)).map(([key, part]) => {
        const place = `${at}${name}.${key}`
        return [key, this.#compile(schemaOf(part, place), place)]
      })
    const named = new Map(compiled('properties'))
    const patterns = compiled('patternProperties').map(
      ([key, check]) => [regexOf(key, `${at}patternProperties`), check] as const,
    )
    const rest = this.#compile(schemaOf(schema['additionalProperties'] ?? true, at), `${at}additionalProperties`)
    return (value, place) => {
      if (!isRecord(value)) return undefined
      for (const [key, part] of Object.entries(value)) {
        const own = named.get(key)
        const byPattern = patterns.filter(([pattern]) => pattern.matcher(key).find()).map(([, check]) => check)
        const checks = [...(own === undefined ? [] : [own]), ...byPattern]
        const found = firstFault(checks.length === 0 ? [rest] : checks, part, below(place, key))
        if (found !== undefined) return found
      }
      return undefined
    }
  }

  #reference(argument: unknown, where: string): Check {
    if (typeof argument !== 'string' || !argument.startsWith('#'))
      throw new JsonSchemaError(
        where,
        `expected a reference within the schema such as #/$defs/name, found ${show(argument)}`,
      )
    if (!this.#references.has(argument)) {
      // Known before it is compiled: it may refer to itself.
      this.#references.set(argument, () => undefined)
      this.#references.set(argument, this.#compile(targetOf(this.#root, argument, where), argument))
    }
    return (value, place) => this.#references.get(argument)?.(value, { ...place, depth: place.depth + 1 })
  }
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  array: Array.isArray,
  object: isRecord,
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
}

/** Keywords that need no other. */
const SIMPLE: Readonly<Record<string, (argument: unknown, where: string) => Check>> = {
  type: (argument, where) => {
    const names = Array.isArray(argument) ? argument : [argument]
    const wrong = names.find((name) => typeof name !== 'string' || !Object.hasOwn(TYPES, name))
    if (wrong !== undefined)
      throw new JsonSchemaError(where, `expected one of ${Object.keys(TYPES).join(', ')}, found ${show(wrong)}`)
    return (value, { path }) =>
      names.some((name) => TYPES[String(name)]?.(value))
        ? undefined
        : fault(path, `expected ${names.join(' or ')}, found ${show(value)}`)
  },
  enum: (argument, where) => {
    const allowed = listOf(argument, where)
    return (value, { path }) =>
      allowed.some((one) => isDeepStrictEqual(one, value))
        ? undefined
        : fault(path, `expected one of ${show(allowed)}, found ${show(value)}`)
  },
  const:
    (argument) =>
    (value, { path }) =>
      isDeepStrictEqual(argument, value) ? undefined : fault(path, `expected ${show(argument)}, found ${show(value)}`),
  required: (argument, where) => {
    const names = listOf(argument, where).map(String)
    return (value, { path }) => {
      const missing = isRecord(value) ? names.find((name) => !Object.hasOwn(value, name)) : undefined
      return missing === undefined ? undefined : fault(path, `${missing} is missing`)
    }
  },
  uniqueItems:
    (argument) =>
    (value, { path }) =>
      argument !== true ||
      !Array.isArray(value) ||
      new Set(value.map((item) => JSON.stringify(item))).size === value.length
        ? undefined
        : fault(path, 'has equal items'),
  pattern: (argument, where) => {
    const pattern = regexOf(argument, where)
    return (value, { path }) =>
      typeof value !== 'string' || pattern.matcher(value).find()
        ? undefined
        : fault(path, `does not match ${show(argument)}`)
  },
  minLength: bound(
    (value) => lengthOf(value),
    (length, limit) => length >= limit,
    'characters at least',
  ),
  maxLength: bound(
    (value) => lengthOf(value),
    (length, limit) => length <= limit,
    'characters at most',
  ),
  minItems: bound(itemCount, (count, limit) => count >= limit, 'items at least'),
  maxItems: bound(itemCount, (count, limit) => count <= limit, 'items at most'),
  minProperties: bound(propertyCount, (count, limit) => count >= limit, 'properties at least'),
  maxProperties: bound(propertyCount, (count, limit) => count <= limit, 'properties at most'),
  minimum: bound(numberIn, (value, limit) => value >= limit, 'at least'),
  maximum: bound(numberIn, (value, limit) => value <= limit, 'at most'),
  exclusiveMinimum: bound(numberIn, (value, limit) => value > limit, 'exceeded'),
  exclusiveMaximum: bound(numberIn, (value, limit) => value < limit, 'undercut'),
  multipleOf: bound(
    numberIn,
    (value, factor) => Number.isInteger(Number((value / factor).toFixed(9))),
    'divided evenly',
  ),
}

/** A limit on a figure of those values that have it. */
function bound(
  figureOf: (value: unknown) => number | undefined,
  holds: (figure: number, limit: number) => boolean,
  words: string,
): (argument: unknown, where: string) => Check {
  return (argument, where) => {
    if (typeof argument !== 'number') throw new JsonSchemaError(where, `expected a number, found ${show(argument)}`)
    return (value, { path }) => {
      const figure = figureOf(value)
      return figure === undefined || holds(figure, argument)
        ? undefined
        : fault(path, `${argument} must be ${words}, found ${figure}`)
    }
  }
}

function eachItem(checks: readonly Check[]): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return undefined
    for (const [i, check] of checks.entries()) {
      const found = i < value.length ? check(value[i], below(place, i)) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }
}

function itemsBehind(count: number, check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return undefined
    for (let i = count; i < value.length; i++) {
      const found = check(value[i], below(place, i))
      if (found !== undefined) return found
    }
    return undefined
  }
}

function containing(check: Check): Check {
  return (value, place) => {
    const isMissing = Array.isArray(value) && !value.some((item, i) => check(item, below(place, i)) === undefined)
    return isMissing ? fault(place.path, 'has no item as asked for') : undefined
  }
}

function combined(keyword: 'allOf' | 'anyOf' | 'oneOf', checks: readonly Check[]): Check {
  if (keyword === 'allOf') return (value, place) => firstFault(checks, value, deeper(place))
  return (value, place) => {
    const conforming = checks.filter((check) => check(value, deeper(place)) === undefined).length
    const isGood = keyword === 'anyOf' ? conforming > 0 : conforming === 1
    return isGood
      ? undefined
      : fault(place.path, `conforms to ${conforming} of the ${checks.length} parts of ${keyword}`)
  }
}

function negated(check: Check): Check {
  return (value, place) =>
    check(value, deeper(place)) === undefined ? fault(place.path, 'conforms to what it must not') : undefined
}

function conditional(test: Check, then: Check, otherwise: Check): Check {
  return (value, place) => (test(value, deeper(place)) === undefined ? then : otherwise)(value, deeper(place))
}

function firstFault(checks: readonly Check[], value: unknown, place: Place): string | undefined {
  for (const check of checks) {
    const found = check(value, place)
    if (found !== undefined) return found
  }
  return undefined
}

/** What a JSON pointer within the schema leads to (RFC 6901). */
function targetOf(root: Schema, reference: string, where: string): Schema {
  let at: unknown = root
  for (const step of reference.slice(1).split('/').slice(1)) {
    const key = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined
  }
  if (at === undefined) throw new JsonSchemaError(where, `nothing stands at ${show(reference)}`)
  return schemaOf(at, where)
}

function schemaOf(schema: unknown, where: string): Schema {
  if (typeof schema === 'boolean' || isRecord(schema)) return schema
  throw new JsonSchemaError(where, `expected a schema, found ${show(schema)}`)
}

function listOf(argument: unknown, where: string): readonly unknown[] {
  if (Array.isArray(argument)) return argument
  throw new JsonSchemaError(where, `expected a list, found ${show(argument)}`)
}

function recordOf(argument: unknown, where: string): Readonly<Record<string, unknown>> {
  if (isRecord(argument)) return argument
  throw new JsonSchemaError(where, `expected an object, found ${show(argument)}`)
}

function regexOf(argument: unknown, where: string): RE2JS {
  try {
    return RE2JS.compile(String(argument))
  } catch (error) {
    throw new JsonSchemaError(where, error instanceof Error ? error.message : String(error))
  }
}

function lengthOf(value: unknown): number | undefined {
  return typeof value === 'string' ? Array.from(value).length : undefined
}

function itemCount(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined
}

function propertyCount(value: unknown): number | undefined {
  return isRecord(value) ? Object.keys(value).length : undefined
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function below({ path, depth, steps }: Place, step: string | number): Place {
  const next = typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`
  return { path: next, depth: depth + 1, steps }
}

function deeper(place: Place): Place {
  return { ...place, depth: place.depth + 1 }
}

function fault(path: string, reason: string): string {
  return path === '' ? reason : `${path}: ${reason}`
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
