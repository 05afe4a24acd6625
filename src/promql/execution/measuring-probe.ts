import type { RangePlan, VectorPlan } from '../plan/node.ts'
import { describePlan } from '../plan/describe.ts'
import { countPresent, type Emit } from './column.ts'
import type { RangeOperator, Receive, VectorOperator } from './operator.ts'
import type { Probe } from './probe.ts'

/** What one operator of a query did. */
export interface OperatorReport {
  /** The operator and what sets it apart, as in `aggregate sum by (model)`. */
  readonly operator: string
  /** Series that it gave. */
  readonly series: number
  /** Values that it gave; of a range, samples that it read. */
  readonly samples: number
  /** Its own time, without its inputs', milliseconds. */
  readonly timeMs: number
  readonly inputs: readonly OperatorReport[]
}

class Measurement {
  series = 0
  samples = 0
  /** With the inputs' time, without that of who takes the results. */
  totalMs = 0
  readonly inputs: Measurement[] = []
  readonly operator: string

  constructor(operator: string) {
    this.operator = operator
  }

  report(): OperatorReport {
    const inputs = this.inputs.map((input) => input.report())
    const inputsMs = this.inputs.reduce((sum, input) => sum + input.totalMs, 0)
    const { operator, series, samples } = this
    return { operator, series, samples, timeMs: Math.max(0, this.totalMs - inputsMs), inputs }
  }
}

/** Runs what takes the results of an operator, and notes how long that was. */
type Took = (use: () => Promise<void> | undefined) => Promise<void> | undefined

/** Wraps every operator of a query so that it counts what it gives and how long it works. */
export class MeasuringProbe implements Probe {
  readonly #now: () => number
  #root = new Measurement('query')
  #current = this.#root

  /** `now` counts milliseconds with a fraction. */
  constructor(now: () => number) {
    this.#now = now
  }

  vector(plan: VectorPlan, make: () => VectorOperator): VectorOperator {
    const [operator, measurement] = this.#enter(plan, make)
    return {
      run: (emit: Emit) =>
        this.#measure(measurement, (took) =>
          operator.run((column) => {
            measurement.series++
            measurement.samples += countPresent(column.present)
            void took(() => {
              emit(column)
              return undefined
            })
          }),
        ),
    }
  }

  range(plan: RangePlan, make: () => RangeOperator): RangeOperator {
    const [operator, measurement] = this.#enter(plan, make)
    return {
      waits: operator.waits,
      run: (receive: Receive) =>
        this.#measure(measurement, (took) =>
          operator.run((samples) => {
            measurement.series++
            measurement.samples += samples.length
            return took(() => receive(samples))
          }),
        ),
    }
  }

  restart(): void {
    this.#root = new Measurement('query')
    this.#current = this.#root
  }

  /** The operators at the top, mostly one. */
  reports(): readonly OperatorReport[] {
    return this.#root.report().inputs
  }

  /** Operators that are made while `make` runs are inputs of the one that it makes. */
  #enter<T>(plan: VectorPlan | RangePlan, make: () => T): [T, Measurement] {
    const measurement = new Measurement(describePlan(plan))
    const outer = this.#current
    outer.inputs.push(measurement)
    this.#current = measurement
    const operator = make()
    this.#current = outer
    return [operator, measurement]
  }

  /** Measures a run, less the time spent by who takes its results. */
  async #measure(measurement: Measurement, run: (took: Took) => Promise<void>): Promise<void> {
    const start = this.#now()
    let elsewhereMs = 0
    await run((use) => {
      const from = this.#now()
      const note = (): void => void (elsewhereMs += this.#now() - from)
      const more = use()
      if (more !== undefined) return more.finally(note)
      note()
      return undefined
    })
    measurement.totalMs += this.#now() - start - elsewhereMs
  }
}
