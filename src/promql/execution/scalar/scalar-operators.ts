import type { ArithmeticOp, ComparisonOp } from '../../parser/ast.ts'
import { goMax, goMin } from '../../float-arithmetic.ts'
import { computeScalar } from '../../scalar-operation.ts'
import { timesOf, type Grid } from '../grid.ts'
import type { ScalarOperator, VectorOperator } from '../operator.ts'

/** The same number at every step. */
export class ConstantScalar implements ScalarOperator {
  readonly #value: number
  readonly #count: number

  constructor(value: number, grid: Grid) {
    this.#value = value
    this.#count = grid.count
  }

  async values(): Promise<Float64Array> {
    return new Float64Array(this.#count).fill(this.#value)
  }
}

/** `time()`: seconds since 1970 of each step. */
export class TimeScalar implements ScalarOperator {
  readonly #grid: Grid

  constructor(grid: Grid) {
    this.#grid = grid
  }

  async values(): Promise<Float64Array> {
    return timesOf(this.#grid).map((timeMs) => timeMs / 1000)
  }
}

/** `scalar(vector)`: the value where the vector has exactly one series, else NaN. */
export class ScalarOfVector implements ScalarOperator {
  readonly #input: VectorOperator
  readonly #count: number

  constructor(input: VectorOperator, grid: Grid) {
    this.#input = input
    this.#count = grid.count
  }

  async values(): Promise<Float64Array> {
    const result = new Float64Array(this.#count).fill(NaN)
    const seen = new Uint8Array(this.#count)
    await this.#input.run(({ values, present }) => {
      for (let step = 0; step < result.length; step++) {
        if (present[step] !== 1) continue
        result[step] = seen[step] === 0 ? values[step]! : NaN
        seen[step] = 1
      }
    })
    return result
  }
}

export class ScalarBinary implements ScalarOperator {
  readonly #op: ArithmeticOp | ComparisonOp
  readonly #left: ScalarOperator
  readonly #right: ScalarOperator

  constructor(op: ArithmeticOp | ComparisonOp, left: ScalarOperator, right: ScalarOperator) {
    this.#op = op
    this.#left = left
    this.#right = right
  }

  async values(): Promise<Float64Array> {
    const left = await this.#left.values()
    const right = await this.#right.values()
    return left.map((value, step) => computeScalar(this.#op, value, right[step] ?? NaN))
  }
}

export class ScalarNegate implements ScalarOperator {
  readonly #input: ScalarOperator

  constructor(input: ScalarOperator) {
    this.#input = input
  }

  async values(): Promise<Float64Array> {
    return (await this.#input.values()).map((value) => -value)
  }
}

/** `min_of`, `max_of` of two scalars. */
export class ScalarExtreme implements ScalarOperator {
  readonly #choose: (a: number, b: number) => number
  readonly #args: readonly ScalarOperator[]

  constructor(func: 'min_of' | 'max_of', args: readonly ScalarOperator[]) {
    this.#choose = func === 'min_of' ? goMin : goMax
    this.#args = args
  }

  async values(): Promise<Float64Array> {
    const columns: Float64Array[] = []
    for (const arg of this.#args) columns.push(await arg.values())
    const [first = new Float64Array(0), ...rest] = columns
    return first.map((value, step) => rest.reduce((best, other) => this.#choose(best, other[step] ?? NaN), value))
  }
}

/** A scalar that is the same at every step, computed at the first. */
export class ScalarStepInvariant implements ScalarOperator {
  readonly #input: ScalarOperator
  readonly #count: number

  /** `input` is built for a grid of one step. */
  constructor(input: ScalarOperator, grid: Grid) {
    this.#input = input
    this.#count = grid.count
  }

  async values(): Promise<Float64Array> {
    const [value = NaN] = await this.#input.values()
    return new Float64Array(this.#count).fill(value)
  }
}
