import type { z } from 'zod'

export type Schema = z.core.$ZodType

/** Looks through defaults, optionals and transforms to the schema that describes the input. */
export function inputSchema(schema: Schema): Schema {
  const def: z.core.$ZodTypeDef & Record<string, unknown> = { ...schema._zod.def }
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
