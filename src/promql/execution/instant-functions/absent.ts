import type { Labels } from '../../../model/labels.ts'
import { floatColumn, type Emit } from '../column.ts'
import type { Grid } from '../grid.ts'
import type { RangeOperator, VectorOperator } from '../operator.ts'
import type { Windows } from '../range-functions/window.ts'

export interface AbsentOptions {
  readonly labels: Labels
  readonly dropName: boolean
}

/** `absent`: 1 at the steps at which the input has no series. */
export class AbsentOperator implements VectorOperator {
  readonly #input: VectorOperator
  readonly #options: AbsentOptions
  readonly #grid: Grid

  constructor(input: VectorOperator, options: AbsentOptions, grid: Grid) {
    this.#input = input
    this.#options = options
    this.#grid = grid
  }

  async run(emit: Emit): Promise<void> {
    const seen = new Uint8Array(this.#grid.count)
    await this.#input.run(({ present }) => {
      for (let step = 0; step < seen.length; step++) seen[step] = seen[step]! | present[step]!
    })
    emitAbsent(seen, this.#options, emit)
  }
}

/** `absent_over_time`: 1 at the steps whose window has no sample of any series. */
export class AbsentOverTimeOperator implements VectorOperator {
  readonly #range: RangeOperator
  readonly #options: AbsentOptions
  readonly #windows: Windows

  constructor(range: RangeOperator, options: AbsentOptions, windows: Windows) {
    this.#range = range
    this.#options = options
    this.#windows = windows
  }

  async run(emit: Emit): Promise<void> {
    const { endsMs, rangeMs } = this.#windows
    const seen = new Uint8Array(endsMs.length)
    await this.#range.run(({ timestampsMs, length }) => {
      let next = 0
      for (let step = 0; step < seen.length; step++) {
        const end = endsMs[step]!
        while (next < length && timestampsMs[next]! <= end) next++
        if (next > 0 && timestampsMs[next - 1]! > end - rangeMs) seen[step] = 1
      }
    })
    emitAbsent(seen, this.#options, emit)
  }
}

function emitAbsent(seen: Uint8Array, options: AbsentOptions, emit: Emit): void {
  if (!seen.includes(0)) return
  const present = seen.map((one) => 1 - one)
  emit(floatColumn(options.labels, new Float64Array(seen.length).fill(1), present, options.dropName))
}
