/** The times at which an expression is evaluated: `startMs`, `startMs + stepMs` ... `count` times. `count` may be 0 in a subquery. */
export interface Grid {
  readonly startMs: number
  readonly stepMs: number
  readonly count: number
  /** The end that was asked for; the last step may lie before it. Equal to `startMs` where there is one time only. */
  readonly endMs: number
}

export function gridBetween(startMs: number, endMs: number, stepMs: number): Grid {
  return { startMs, stepMs, endMs, count: endMs < startMs ? 0 : Math.floor((endMs - startMs) / stepMs) + 1 }
}

export function timesOf(grid: Grid): Float64Array {
  const times = new Float64Array(grid.count)
  // A plain loop: `Float64Array.from` takes thirty times as long, more than all else of a query for one series.
  for (let i = 0; i < times.length; i++) times[i] = grid.startMs + i * grid.stepMs
  return times
}

export function lastTime(grid: Grid): number {
  return grid.startMs + (grid.count - 1) * grid.stepMs
}

export function singleTime(timeMs: number): Grid {
  return { startMs: timeMs, stepMs: 1, endMs: timeMs, count: 1 }
}
