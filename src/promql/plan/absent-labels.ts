import { Labels, METRIC_NAME } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type { Expr } from '../parser/ast.ts'

/** The labels of the sample that says that an expression gave nothing: those that its selector fixes by exactly one `=` matcher. */
export function labelsOfAbsent(expr: Expr): Labels {
  switch (expr.kind) {
    case 'vector-selector':
      return fixedLabels(expr.matchers)
    case 'matrix-selector':
      return fixedLabels(expr.vector.matchers)
    default:
      return Labels.empty
  }
}

function fixedLabels(matchers: readonly Matcher[]): Labels {
  const fixed = new Map<string, string>()
  const seen = new Set<string>()
  for (const { name, type, value } of matchers) {
    if (name === METRIC_NAME) continue
    if (type === '=' && !seen.has(name)) {
      fixed.set(name, value)
      seen.add(name)
    } else {
      fixed.delete(name)
    }
  }
  return Labels.from(fixed)
}
