import type { Labels } from '../../../model/labels.ts'
import type { VectorMatching } from '../../parser/ast.ts'
import { dropMetadata } from '../metadata-labels.ts'

/** The labels of the result of a pair: those of the "many" side, less and more what the matching says. */
export function resultLabels(many: Labels, one: Labels, matching: VectorMatching, rename: boolean): Labels {
  let labels = rename ? dropMetadata(many) : many
  if (matching.cardinality === 'one-to-one') {
    const names = new Set(matching.labels)
    labels = matching.on ? labels.keep(names) : labels.drop(names)
  }
  if (matching.include.length === 0) return labels
  // An included label that the "one" side lacks is removed.
  return labels.with(Object.fromEntries(matching.include.map((name) => [name, one.get(name)])))
}
