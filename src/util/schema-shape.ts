import type { z } from 'zod'
import { nearest } from './nearest.ts'

export type Schema = z.core.$ZodType

/** Looks through defaults, optionals, transforms and what refers to itself to the schema that describes the input. */
export function inputSchema(schema: Schema): Schema {
  const def: z.core.$ZodTypeDef & Record<string, unknown> = { ...schema._zod.def }
  if (def.type === 'lazy') return inputSchema((def.getter as () => Schema)())
  const inner = isTransform(def.in) ? def.out : (def.innerType ?? def.in)
  return inner === undefined ? schema : inputSchema(inner as Schema)
}

/** A preprocessing step says nothing of the input; what follows it does. */
function isTransform(schema: unknown): boolean {
  return schema !== undefined && (schema as Schema)._zod.def.type === 'transform'
}

/** The schema that judges what stands at `step` inside of a value; undefined when the schema does not describe it. */
export function schemaWithin(schema: Schema, step: PropertyKey): Schema | undefined {
  const def: z.core.$ZodTypeDef & Record<string, unknown> = { ...inputSchema(schema)._zod.def }
  if (def.type === 'object') return (def.shape as Record<PropertyKey, Schema>)[step]
  if (def.type === 'array') return def.element as Schema
  return def.type === 'record' ? (def.valueType as Schema) : undefined
}

/** The keys that an object may have; none for everything else. */
export function keysOf(schema: Schema): string[] {
  const def: z.core.$ZodTypeDef & Record<string, unknown> = { ...inputSchema(schema)._zod.def }
  return def.type === 'object' ? Object.keys(def.shape as object) : []
}

/** Of an unknown key at a path, what may have been meant and what is allowed: `; did you mean "route"? (allowed: route, receivers)`. */
export function whatIsKnown(key: string, path: readonly PropertyKey[], schema: Schema): string {
  const around = path.reduce<Schema | undefined>((at, step) => (at === undefined ? at : schemaWithin(at, step)), schema)
  const allowed = around === undefined ? [] : keysOf(around)
  const like = nearest(key, allowed)
  const hint = like === undefined ? '' : `; did you mean ${JSON.stringify(like)}?`
  return hint + (allowed.length === 0 ? '' : ` (allowed: ${allowed.join(', ')})`)
}
