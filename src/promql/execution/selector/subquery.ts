import type { SubqueryPlan } from '../../plan/node.ts'
import type { Column } from '../column.ts'
import { gridBetween, lastTime, timesOf, type Grid } from '../grid.ts'
import type { RangeOperator, Receive, VectorOperator } from '../operator.ts'
import { HeldColumns, type QueryContext } from '../query-context.ts'

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

export interface SubqueryInputs {
  readonly input: VectorOperator
  /** The windows of a series hold so many samples that a function over them should rest: its series are kept until their turn comes. */
  readonly isLong: boolean
}

/** Evaluates an expression on a grid of its own and gives each resulting series as samples. */
export class SubqueryOperator implements RangeOperator {
  readonly #context: QueryContext
  readonly #inputs: SubqueryInputs
  readonly #grid: Grid

  constructor(context: QueryContext, inputs: SubqueryInputs, grid: Grid) {
    this.#context = context
    this.#inputs = inputs
    this.#grid = grid
  }

  get waits(): boolean {
    return this.#inputs.isLong
  }

  async run(receive: Receive): Promise<void> {
    if (this.#grid.count === 0) return
    const { input, isLong } = this.#inputs
    const times = timesOf(this.#grid)
    const timestampsMs = new Float64Array(times.length)
    const values = new Float64Array(times.length)
    const give = (column: Column): Promise<void> | undefined => {
      const { labels, dropName } = column
      const length = compact(column, times, timestampsMs, values)
      // Start timestamps end here: the samples are results, not what was scraped.
      return length === 0
        ? undefined
        : receive({ labels, dropName, timestampsMs, values, startTimestampsMs: null, length })
    }
    const held = new HeldColumns(this.#context)
    await input.run((column) => void (isLong ? held.keep(column) : give(column)))
    for (const column of held.columns) await give(column)
    held.release()
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
