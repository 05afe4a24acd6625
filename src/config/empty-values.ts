import { keysOf, type Schema, schemaWithin } from '../util/schema-shape.ts'

/**
 * A value without the known keys that have none. `rule_files:` with nothing but comments below it is null in YAML; Prometheus and
 * Alertmanager take it for a key that is not there, and their own example files are written that way. What the schema does not
 * describe key by key (the JSON schema of an evaluator, say) stays as it is: null may mean something there.
 */
export function withoutEmptyValues(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return value.map((item) => within(item, schema, 0))
  if (typeof value !== 'object' || value === null) return value
  const known = new Set(keysOf(schema))
  const kept = Object.entries(value).filter(([key, inner]) => inner !== null || !known.has(key))
  return Object.fromEntries(kept.map(([key, inner]) => [key, within(inner, schema, key)]))
}

function within(value: unknown, schema: Schema, step: PropertyKey): unknown {
  const inner = schemaWithin(schema, step)
  return inner === undefined ? value : withoutEmptyValues(value, inner)
}
