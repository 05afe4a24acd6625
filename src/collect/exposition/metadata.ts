import type { MetricMetadata, MetricType } from '../../model/series.ts'
import type { MetadataStatement } from './line-cache.ts'

/** Puts the statements of a body together, one entry a family. The last statement of a kind counts. */
export function metadataOf(statements: readonly MetadataStatement[]): MetricMetadata[] {
  const families = new Map<string, MetricMetadata>()
  for (const statement of statements) {
    const known = families.get(statement.name) ?? { name: statement.name, type: 'unknown', help: '', unit: '' }
    families.set(statement.name, amend(known, statement))
  }
  return [...families.values()]
}

function amend(family: MetricMetadata, { kind, text }: MetadataStatement): MetricMetadata {
  switch (kind) {
    case 'type':
      return { ...family, type: metricTypeOf(text) ?? 'unknown' }
    case 'help':
      return { ...family, help: text }
    case 'unit':
      return { ...family, unit: text }
  }
}

const TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gaugehistogram'],
  ['summary', 'summary'],
  ['info', 'info'],
  ['stateset', 'stateset'],
  ['unknown', 'unknown'],
  ['untyped', 'unknown'],
])

/** The type that a `# TYPE` line of either format names; undefined when there is no such type. */
export function metricTypeOf(word: string): MetricType | undefined {
  return TYPES.get(word)
}
