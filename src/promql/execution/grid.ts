/** The times at which an expression is evaluated: `startMs`, `startMs + stepMs` ... `count` times. `count` may be 0 in a subquery. */
export interface Grid {
  readonly startMs: number
  readonly stepMs: number
  readonly count: number
}

export function gridBetween(startMs: number, endMs: number, stepMs: number): Grid {
  return { startMs, stepMs, count: endMs < startMs ? 0 : Math.floor((endMs - startMs) / stepMs) + 1 }
}

export function timesOf(grid: Grid): Float64Array {
  return Float64Array.from({ length: grid.count }, (_, i) => grid.startMs + i * grid.stepMs)
}

export function lastTime(grid: Grid): number {
  return grid.startMs + (grid.count - 1) * grid.stepMs
}
