import type { Labels } from '../../model/labels.ts'
import type { MetricMetadata } from '../../model/series.ts'
import { atOnce, type Steps } from '../../util/steps.ts'
import { LineCache } from './line-cache.ts'
import { OpenMetricsReader } from './open-metrics-reader.ts'
import { TextReader } from './text-reader.ts'

export type ExpositionFormat = 'text' | 'openmetrics'

export interface ParseOptions {
  readonly format: ExpositionFormat
  /** One target's memory between scrapes; without it every line is parsed anew. */
  readonly cache?: LineCache
}

/** The content of a body in columns: sample `i` belongs to `labels[series[i]]`. */
export interface ParsedExposition {
  /** By slot of the cache; holds more than this body's series. Valid until the cache is used again. */
  readonly labels: readonly Labels[]
  readonly series: Uint32Array
  readonly values: Float64Array
  /** Milliseconds; NaN where the line bears no time. */
  readonly timestampsMs: Float64Array
  /** Each family that a comment speaks of, in order of first mention. */
  readonly metadata: () => readonly MetricMetadata[]
  /** False when the cache knew every comment from an earlier body. */
  readonly hasNewMetadata: boolean
  readonly exemplars: readonly ParsedExemplar[]
}

export interface ParsedExemplar {
  /** Slot of the series that it belongs to. */
  readonly series: number
  readonly labels: Labels
  readonly value: number
  /** Undefined when it bears none: the time of the scrape counts. */
  readonly timestampMs: number | undefined
}

/**
 * Parses a scraped body as Prometheus's own parsers do (which, for OpenMetrics, accept more than the specification; see `checkOpenMetrics`).
 * Throws `ExpositionError` at the first faulty line; there are no partial results.
 */
export function parseExposition(body: Buffer, options: ParseOptions): ParsedExposition {
  return atOnce(parseExpositionInSteps(body, options))
}

/** The same in steps. The cache must not be used for another body meanwhile. */
export function parseExpositionInSteps(body: Buffer, options: ParseOptions): Steps<ParsedExposition> {
  const cache = options.cache ?? new LineCache()
  cache.beginBody()
  switch (options.format) {
    case 'text':
      return new TextReader(body, cache).read()
    case 'openmetrics':
      return new OpenMetricsReader(body, cache).read()
  }
}
