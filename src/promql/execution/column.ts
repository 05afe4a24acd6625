import type { Histogram } from '../../model/histogram.ts'
import type { Labels } from '../../model/labels.ts'

/**
 * One series of an instant vector at all steps. Presence is kept apart from the values, because NaN is an ordinary value.
 * The arrays have the length of the grid; `values` means nothing where `present` is 0.
 */
export interface Column {
  readonly labels: Labels
  readonly values: Float64Array
  readonly present: Uint8Array
  /** The metric name is to be dropped at the end of the query (with delayed name removal; else it is already gone). */
  readonly dropName: boolean
  /** Native histograms by step; null until they are supported throughout. */
  readonly histograms: ReadonlyMap<number, Histogram> | null
}

/**
 * Takes a column. It is lent for the duration of the call: the taker may overwrite its values and presence, and must copy what it keeps.
 */
export type Emit = (column: Column) => void

export function floatColumn(labels: Labels, values: Float64Array, present: Uint8Array, dropName: boolean): Column {
  return { labels, values, present, dropName, histograms: null }
}

/** The number of steps at which the column has a value. */
export function countPresent(present: Uint8Array): number {
  let count = 0
  for (let i = 0; i < present.length; i++) count += present[i] ?? 0
  return count
}
