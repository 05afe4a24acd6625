import type { QueryResult } from './value.ts'

export interface EngineOptions {
  /** How far back an instant selector looks for a sample: (t - lookback, t]. */
  readonly lookbackMs: number
  readonly timeoutMs: number
  /** Samples that one query may hold in memory. */
  readonly maxSamples: number
  /** Steps of a range query. */
  readonly maxPoints: number
  /** Queries at once; further ones wait. */
  readonly maxConcurrency: number
  readonly defaultSubqueryStepMs: number
  readonly features: Features
}

/** What stock Prometheus keeps behind feature flags. */
export interface Features {
  readonly experimentalFunctions: boolean
  readonly durationExpressions: boolean
  readonly extendedRangeSelectors: boolean
  readonly binopFill: boolean
  readonly delayedNameRemoval: boolean
  readonly typeAndUnitLabels: boolean
}

export interface QueryOptions {
  readonly signal?: AbortSignal
  readonly lookbackMs?: number
  readonly timeoutMs?: number
}

/** Runs PromQL over a sample reader. Throws ParseError, ExecutionError, QueryTimeoutError or QueryCanceledError. */
export interface QueryEngine {
  instant(query: string, timeMs: number, options?: QueryOptions): Promise<QueryResult>
  /** Steps are startMs, startMs + stepMs ... up to endMs. */
  range(query: string, startMs: number, endMs: number, stepMs: number, options?: QueryOptions): Promise<QueryResult>
}
