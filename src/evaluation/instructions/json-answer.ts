/** Characters of JSON that are parsed. */
const MAX_LENGTH = 100_000
const MAX_DEPTH = 32

/** The JSON of an answer: all of it, or the one block of code that it gives. Undefined when there is none that parses. */
export function jsonIn(response: string): { readonly value: unknown } | undefined {
  const text = response.trim()
  if (text.length > MAX_LENGTH) return undefined
  const fenced = /^[^`{[]{0,200}```(?:json)?\s*([\s\S]*?)```\s*$/i.exec(text)?.[1]
  return parse(fenced ?? text)
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { value } : undefined
  } catch {
    return undefined
  }
}

/** The part of JSON Schema that prompts use: types, properties, required, items, enum. */
export interface SimpleSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, SimpleSchema>>
  readonly required?: readonly string[]
  readonly items?: SimpleSchema
  readonly enum?: readonly unknown[]
}

/** A JSON schema that stands in a prompt, in a block of code or plain. */
export function looksLikeSchema(prompt: string): SimpleSchema | undefined {
  const at = prompt.search(/\{\s*"(?:\$schema|type|properties)"/)
  if (at === -1) return undefined
  const end = matchingBrace(prompt, at)
  const parsed = end === undefined ? undefined : parse(prompt.slice(at, end))
  const schema = parsed?.value
  return isRecord(schema) && ('properties' in schema || 'items' in schema) ? schema : undefined
}

/** The index after the brace that closes the one at `start`; braces in strings do not count. */
function matchingBrace(text: string, start: number): number | undefined {
  let depth = 0
  let isString = false
  for (let i = start; i < Math.min(text.length, start + MAX_LENGTH); i++) {
    const character = text[i]
    if (isString) {
      if (character === '\\') i++
      else if (character === '"') isString = false
    } else if (character === '"') isString = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return i + 1
  }
  return undefined
}

/** Whether a value has the types, the required properties and the allowed values of a schema. */
export function matchesSchema(value: unknown, schema: SimpleSchema, depth = 0): boolean {
  if (depth > MAX_DEPTH) return true
  if (schema.type !== undefined && !hasType(value, schema.type)) return false
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false
  if (Array.isArray(value))
    return schema.items === undefined || value.every((item) => matchesSchema(item, schema.items ?? {}, depth + 1))
  if (!isRecord(value)) return true
  if ((schema.required ?? []).some((name) => !(name in value))) return false
  return Object.entries(schema.properties ?? {}).every(
    ([name, part]) => !(name in value) || matchesSchema(value[name], part, depth + 1),
  )
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isRecord(value)
    case 'integer':
      return Number.isInteger(value)
    case 'null':
      return value === null
    default:
      return typeof value === type
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
