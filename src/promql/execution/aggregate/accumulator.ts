/** Takes the values of a group's series step by step and gives one value a step. */
export interface Accumulator {
  /** Adds a series: where `present` is 1 its value counts. */
  add(values: Float64Array, present: Uint8Array): void
  /** Writes the results and gives the steps that have one. Called once. */
  finish(values: Float64Array): Uint8Array
}
