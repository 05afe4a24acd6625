import type { Expr } from '../parser/ast.ts'
import type { QueryTimes } from './duration.ts'
import { mapChildren } from './map-children.ts'

/** Replaces `start()`, `end()`, `range()` and `step()` by their values: they are the same throughout one query. */
export function foldQueryContextFunctions(expr: Expr, times: QueryTimes): Expr {
  if (expr.kind === 'call') {
    const seconds = contextSeconds(expr.func, times)
    if (seconds !== undefined) return { kind: 'number', value: seconds, duration: false, position: expr.position }
  }
  return mapChildren(expr, (child) => foldQueryContextFunctions(child, times))
}

function contextSeconds(func: string, times: QueryTimes): number | undefined {
  switch (func) {
    case 'start':
      return times.startMs / 1000
    case 'end':
      return times.endMs / 1000
    case 'range':
      return (times.endMs - times.startMs) / 1000
    case 'step':
      return times.startMs === times.endMs ? 0 : times.stepMs / 1000
    default:
      return undefined
  }
}
