import type { Column, Emit } from '../column.ts'
import type { VectorOperator } from '../operator.ts'
import { renamed, type QueryContext } from '../query-context.ts'
import { UniqueEmitter } from '../unique-emitter.ts'

/** What happens to each value. */
export interface ValueMap {
  readonly change: (value: number, step: number) => number
  /** Steps that have no result at all. */
  readonly omits?: (step: number) => boolean
}

export interface MapOptions {
  /** Computes what the function needs before the first value. */
  readonly prepare: () => Promise<ValueMap>
  /** The series of the input stay apart without their names. */
  readonly oneName: boolean
}

/** Changes every value of a vector by a function of it and of the step, and drops the name. */
export class MapValues implements VectorOperator {
  readonly #context: QueryContext
  readonly #input: VectorOperator
  readonly #options: MapOptions

  constructor(context: QueryContext, input: VectorOperator, options: MapOptions) {
    this.#context = context
    this.#input = input
    this.#options = options
  }

  async run(emit: Emit): Promise<void> {
    const map = await this.#options.prepare()
    const unique = new UniqueEmitter(this.#context, emit, this.#options.oneName)
    await this.#input.run((column) => {
      if (!mapColumn(column, map)) return
      unique.emit({ ...column, labels: renamed(this.#context, column.labels), dropName: true })
    })
    await unique.finish()
  }
}

/** Changes a lent column in place; false when nothing is left of it. */
function mapColumn(column: Column, { change, omits }: ValueMap): boolean {
  const { values, present } = column
  let any = false
  for (let step = 0; step < values.length; step++) {
    if (present[step] !== 1) continue
    if (omits?.(step) === true) {
      present[step] = 0
      continue
    }
    values[step] = change(values[step]!, step)
    any = true
  }
  return any
}
