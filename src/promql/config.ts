import { z } from 'zod'
import { durationText } from '../model/duration-text.ts'
import type { EngineOptions } from './engine.ts'
import { DEFAULT_ENGINE_OPTIONS } from './query-engine.ts'

const positiveDuration = durationText.refine((ms) => ms > 0, 'must be longer than 0')

const count = z.int().min(1)
const { features, maxSamples, maxPoints, maxConcurrency } = DEFAULT_ENGINE_OPTIONS

/** `query:` in tetrascope.yaml: what a query may take, and which parts of the language that stock Prometheus keeps behind flags are on. */
export const queryConfig = z
  .strictObject({
    /** How far back an instant selector looks for a sample. */
    lookback_delta: positiveDuration.prefault('5m'),
    timeout: positiveDuration.prefault('2m'),
    /** Samples that one query may hold in memory. */
    max_samples: count.default(maxSamples),
    /** Steps of a range query. */
    max_points: count.default(maxPoints),
    /** Queries at once; further ones wait. */
    max_concurrency: count.default(maxConcurrency),
    /** Whether selections of many series are computed on two threads, where the machine has two processors. */
    second_thread: z.boolean().default(true),
    features: z
      .strictObject({
        experimental_functions: z.boolean().default(features.experimentalFunctions),
        duration_expressions: z.boolean().default(features.durationExpressions),
        extended_range_selectors: z.boolean().default(features.extendedRangeSelectors),
        binop_fill_modifiers: z.boolean().default(features.binopFill),
        delayed_name_removal: z.boolean().default(features.delayedNameRemoval),
        type_and_unit_labels: z.boolean().default(features.typeAndUnitLabels),
      })
      .prefault({}),
  })
  .prefault({})

export type QueryConfig = Readonly<z.output<typeof queryConfig>>

/** `defaultSubqueryStepMs` is the interval at which rules are evaluated, as in Prometheus. */
export function engineOptions(config: QueryConfig, defaultSubqueryStepMs: number): EngineOptions {
  return {
    lookbackMs: config.lookback_delta,
    timeoutMs: config.timeout,
    maxSamples: config.max_samples,
    maxPoints: config.max_points,
    maxConcurrency: config.max_concurrency,
    defaultSubqueryStepMs,
    features: {
      experimentalFunctions: config.features.experimental_functions,
      durationExpressions: config.features.duration_expressions,
      extendedRangeSelectors: config.features.extended_range_selectors,
      binopFill: config.features.binop_fill_modifiers,
      delayedNameRemoval: config.features.delayed_name_removal,
      typeAndUnitLabels: config.features.type_and_unit_labels,
    },
  }
}
