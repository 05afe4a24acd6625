import type { FastifyInstance } from 'fastify'
import type { SampleReader } from '../../storage/sample-store.ts'
import { BadDataError, sendData } from './envelope.ts'
import { integerParameter, type Parameters } from './parameters.ts'
import { route } from './route.ts'

export interface ServerFacts {
  readonly version: string
  readonly startedMs: number
  readonly workingDirectory: string
  readonly hostname: string
  readonly retention: string
  /** The configuration as it is in force, YAML. */
  configText(): string
  flags(): Readonly<Record<string, string>>
  reload(): { readonly successful: boolean; readonly timeMs: number }
}

/** The version of Prometheus whose API this is: clients choose their calls by it. */
const PROMETHEUS_VERSION = '3.5.0'
const DEFAULT_STATISTICS = 10
/** What Prometheus shows for the times of an empty head: the ends of Go's int64. */
const NO_MIN_TIME = 2 ** 63 - 1
const NO_MAX_TIME = -(2 ** 63)

/** `/status/{buildinfo,runtimeinfo,config,flags,tsdb,walreplay}`. */
export function statusRoutes(app: FastifyInstance, facts: ServerFacts, samples: SampleReader): void {
  // Without `features`: with any, Grafana takes the server for a Mimir.
  route(app, '/status/buildinfo', (_parameters, _request, reply) =>
    sendData(reply, {
      version: PROMETHEUS_VERSION,
      revision: `tetrascope-${facts.version}`,
      branch: 'HEAD',
      buildUser: 'tetrascope',
      buildDate: '',
      goVersion: '',
    }),
  )

  route(app, '/status/runtimeinfo', async (_parameters, _request, reply) => {
    const { successful, timeMs } = facts.reload()
    const { seriesCount } = await samples.cardinality(1)
    return sendData(reply, {
      startTime: secondsText(facts.startedMs),
      CWD: facts.workingDirectory,
      hostname: facts.hostname,
      serverTime: secondsText(Date.now()),
      reloadConfigSuccess: successful,
      lastConfigTime: secondsText(timeMs),
      timeSeriesCount: seriesCount,
      corruptionCount: 0,
      goroutineCount: 1,
      GOMAXPROCS: 1,
      GOMEMLIMIT: 0,
      GOGC: '',
      GODEBUG: '',
      storageRetention: facts.retention,
    })
  })

  route(app, '/status/config', (_parameters, _request, reply) => sendData(reply, { yaml: facts.configText() }))
  route(app, '/status/flags', (_parameters, _request, reply) => sendData(reply, facts.flags()))
  // There is no log to replay at the start: what was acknowledged is in the store.
  route(app, '/status/walreplay', (_parameters, _request, reply) => sendData(reply, { min: 0, max: 0, current: 0 }))

  route(app, '/status/tsdb', async (parameters, _request, reply) => {
    const counts = await samples.cardinality(statisticsLimit(parameters))
    const { minTimeMs, maxTimeMs } = counts
    const headStats = {
      numSeries: counts.seriesCount,
      numLabelPairs: counts.labelPairCount,
      chunkCount: counts.chunkCount,
      minTime: minTimeMs ?? NO_MIN_TIME,
      maxTime: maxTimeMs ?? NO_MAX_TIME,
    }
    return sendData(reply, {
      headStats,
      seriesCountByMetricName: counts.seriesCountByMetricName.map(nameAndValue),
      labelValueCountByLabelName: counts.labelValueCountByLabelName.map(nameAndValue),
      memoryInBytesByLabelName: counts.sizeBytesByLabelName.map(nameAndValue),
      seriesCountByLabelValuePair: counts.seriesCountByLabelPair.map(nameAndValue),
    })
  })
}

function statisticsLimit(parameters: Parameters): number {
  const message = 'limit must be a positive number'
  const limit = integerParameter(parameters, 'limit', DEFAULT_STATISTICS, message)
  if (limit < 1) throw new BadDataError(message)
  return limit
}

function nameAndValue([name, value]: readonly [string, number]): { name: string; value: number } {
  return { name, value }
}

/** RFC 3339 without a fraction, as Go writes times of whole seconds. */
function secondsText(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
