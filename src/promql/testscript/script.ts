import type { Labels } from '../../model/labels.ts'

/** A script of Prometheus's PromQL test language is wrong at a line (counted from 1). */
export class ScriptError extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`)
    this.name = 'ScriptError'
    this.line = line
  }
}

export type ScriptCommand =
  | { readonly kind: 'clear' }
  | { readonly kind: 'load'; readonly load: LoadCommand }
  | { readonly kind: 'eval'; readonly evaluation: EvalCommand }

/** Values of series at 0, step, 2 x step ... */
export interface LoadCommand {
  readonly stepMs: number
  readonly series: readonly LoadedSeries[]
  /** The classic histograms among the series are loaded as native histograms with custom buckets too. */
  readonly withCustomBuckets: boolean
}

export interface LoadedSeries {
  readonly labels: Labels
  readonly points: readonly Point[]
  /** Per point, when its counter began relative to the point, milliseconds; null where unknown, or throughout. */
  readonly startOffsetsMs: ReadonlyArray<number | null> | null
}

/** One place in a sequence of values: nothing, a number, a stale marker or a native histogram (as written). */
export type Point =
  | { readonly kind: 'gap' }
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'stale' }
  | { readonly kind: 'histogram'; readonly text: string }

/** A query and what it must give. */
export interface EvalCommand {
  readonly line: number
  readonly expression: string
  readonly times: EvalTimes
  readonly expected: ExpectedValue
  readonly ordered: boolean
  /** The messages that the query must fail with: one of them, if there are any. Null when it must succeed. */
  readonly failure: Expectation | null
  readonly warnings: AnnotationExpectation
  readonly infos: AnnotationExpectation
}

export type EvalTimes =
  | { readonly kind: 'instant'; readonly atMs: number }
  | { readonly kind: 'range'; readonly startMs: number; readonly endMs: number; readonly stepMs: number }

export type ExpectedValue =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** Series with one point each, or points at the steps of a grid. */
  | { readonly kind: 'series'; readonly series: readonly ExpectedSeries[]; readonly grid: PointGrid | null }

export interface ExpectedSeries {
  readonly labels: Labels
  readonly points: readonly Point[]
  /** Place among the expected lines, from 1; counts only when the result is ordered. */
  readonly place: number
}

/** The times that the points of a matrix stand for. */
export interface PointGrid {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

/** Which annotations a query may and must give: any, none, or these and no others. */
export type AnnotationExpectation =
  | { readonly kind: 'any' }
  | { readonly kind: 'none' }
  | { readonly kind: 'some'; readonly messages: readonly Expectation[] }

/** A message, exactly or by a regular expression that matches a part of it. */
export interface Expectation {
  readonly text: string
  matches(message: string): boolean
}
