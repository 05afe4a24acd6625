import { engineOptions } from '../../promql/config.ts'
import type { EngineOptions } from '../../promql/engine.ts'
import { createEngine, type ExplainingEngine } from '../../promql/query-engine.ts'
import { openClickHouseStore } from '../../storage/clickhouse/clickhouse-store.ts'
import { createHeadSampleStore, type HeadSampleStore } from '../../storage/head/head-sample-store.ts'
import type { SeriesLimits } from '../../storage/head/series-limits.ts'
import type { Store } from '../../storage/store.ts'
import type { Base } from './base.ts'

export interface Storing {
  readonly store: Store
  readonly samples: HeadSampleStore
  readonly seriesLimits: SeriesLimits
  readonly engine: ExplainingEngine
  readonly engineOptions: EngineOptions
}

/** The store, the head before it, and the engine that reads both. Throws what `openClickHouseStore` throws. */
export async function constructStoring({
  settings: { config },
  dataDirectory,
  clock,
  instruments,
}: Base): Promise<Storing> {
  const { storage, retention, limits, query, global } = config
  const store = await openClickHouseStore({ storage, retention, dataDirectory, clock, instruments })
  const seriesLimits = { series: limits.series, seriesPerMetric: limits.series_per_metric }
  const samples = createHeadSampleStore({ backing: store.samples, clock, instruments, limits: seriesLimits })
  const options = engineOptions(query, global.evaluation_interval)
  return { store, samples, seriesLimits, engine: createEngine(samples, options), engineOptions: options }
}
