import type { SubqueryPlan } from '../../plan/node.ts'
import type { Column } from '../column.ts'
import { gridBetween, lastTime, timesOf, type Grid } from '../grid.ts'
import type { RangeOperator, VectorOperator } from '../operator.ts'
import type { Samples } from '../samples.ts'

/**
 * The times at which a subquery evaluates its expression: the multiples of its step after the first window's start,
 * up to the last step's end. May be none.
 */
export function subqueryGrid(plan: SubqueryPlan, grid: Grid): Grid {
  const { stepMs, rangeMs, offsetMs, atMs } = plan
  const firstEnd = (atMs ?? grid.startMs) - offsetMs
  const lastEnd = (atMs ?? lastTime(grid)) - offsetMs
  const startMs = Math.floor((firstEnd - rangeMs) / stepMs) * stepMs + stepMs
  return gridBetween(startMs, lastEnd, stepMs)
}

/** Evaluates an expression on a grid of its own and gives each resulting series as samples. */
export class SubqueryOperator implements RangeOperator {
  readonly #input: VectorOperator
  readonly #grid: Grid

  constructor(input: VectorOperator, grid: Grid) {
    this.#input = input
    this.#grid = grid
  }

  async run(receive: (samples: Samples) => void): Promise<void> {
    if (this.#grid.count === 0) return
    const times = timesOf(this.#grid)
    const timestampsMs = new Float64Array(times.length)
    const values = new Float64Array(times.length)
    await this.#input.run((column) => {
      const { labels, dropName } = column
      const length = compact(column, times, timestampsMs, values)
      // Start timestamps end here: the samples are results, not what was scraped.
      if (length > 0) receive({ labels, dropName, timestampsMs, values, startTimestampsMs: null, length })
    })
  }
}

/** Copies the present values and their times to the front of the arrays; gives their number. */
function compact(column: Column, times: Float64Array, timestampsMs: Float64Array, values: Float64Array): number {
  let length = 0
  for (let step = 0; step < times.length; step++) {
    if (column.present[step] !== 1) continue
    timestampsMs[length] = times[step]!
    values[length] = column.values[step]!
    length++
  }
  return length
}
