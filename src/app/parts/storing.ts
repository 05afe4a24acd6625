import { availableParallelism } from 'node:os'
import type { Config } from '../../config/config.ts'
import { engineOptions } from '../../promql/config.ts'
import type { EngineOptions } from '../../promql/engine.ts'
import { SecondThread } from '../../promql/execution/second-thread/second-thread.ts'
import { createEngine, type ExplainingEngine } from '../../promql/query-engine.ts'
import { RemoteEngine } from '../../promql/remote-engine.ts'
import type { StorageConfig } from '../../storage/config.ts'
import { openClickHouseStore } from '../../storage/clickhouse/clickhouse-store.ts'
import { createHeadSampleStore } from '../../storage/head/head-sample-store.ts'
import type { SeriesLimits } from '../../storage/head/series-limits.ts'
import { PrometheusApi, type PrometheusApiOptions } from '../../storage/prometheus/prometheus-api.ts'
import { PrometheusSampleStore } from '../../storage/prometheus/prometheus-sample-store.ts'
import type { SampleStore } from '../../storage/sample-store.ts'
import type { Store } from '../../storage/store.ts'
import type { Base } from './base.ts'

/** Where samples live: the head before our own store, or another server. */
export interface StartedSampleStore extends SampleStore {
  start(): Promise<void>
  stop(): void
}

export interface Storing {
  readonly store: Store
  readonly samples: StartedSampleStore
  /** Another server has limits of its own. */
  readonly limitSeries: (limits: SeriesLimits) => void
  readonly engine: ExplainingEngine
  readonly engineOptions: EngineOptions
  /** Undefined where there is one processor, or none is wanted. */
  readonly secondThread: SecondThread | undefined
}

/** The store, the head before it, and the engine that reads both. Throws what `openClickHouseStore` throws. */
export async function constructStoring({
  settings: { config },
  dataDirectory,
  clock,
  instruments,
  logger,
}: Base): Promise<Storing> {
  const { storage, retention, limits, query, global } = config
  const store = await openClickHouseStore({ storage, retention, dataDirectory, clock, instruments })
  const options = engineOptions(query, global.evaluation_interval)
  const given = { store, engineOptions: options, secondThread: undefined }
  if (storage.prometheus !== undefined) {
    const api = new PrometheusApi(apiOptions(storage.prometheus))
    const samples = new PrometheusSampleStore({ api, clock, instruments })
    return { ...given, samples, limitSeries: () => {}, engine: new RemoteEngine(api, samples, options) }
  }
  const samples = createHeadSampleStore({
    backing: store.samples,
    clock,
    instruments,
    windowMs: limits.head_window,
    limits: seriesLimits(limits),
  })
  const limitSeries = (changed: SeriesLimits): void => samples.limit(changed)
  const hasTwo = query.second_thread && availableParallelism() >= 2
  const secondThread = hasTwo ? new SecondThread({ clock, instruments, logger }) : undefined
  return {
    ...given,
    samples,
    limitSeries,
    secondThread,
    engine: createEngine(samples, options, undefined, secondThread),
  }
}

export function seriesLimits(limits: Config['limits']): SeriesLimits {
  return { series: limits.series, seriesPerMetric: limits.series_per_metric }
}

function apiOptions(config: NonNullable<StorageConfig['prometheus']>): PrometheusApiOptions {
  const { url, headers, username, password_file: passwordFile, timeout: timeoutMs } = config
  return { url, headers, username, passwordFile, timeoutMs }
}
