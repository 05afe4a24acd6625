import type { FastifyInstance } from 'fastify'
import type { SampleReader } from '../../storage/sample-store.ts'
import { sendData } from './envelope.ts'
import { limitParameter } from './parameters.ts'
import { route } from './route.ts'

export interface ServerFacts {
  readonly version: string
  readonly startedMs: number
  readonly workingDirectory: string
  readonly retention: string
  /** The configuration as it is in force, YAML. */
  configText(): string
  flags(): Readonly<Record<string, string>>
  reload(): { readonly successful: boolean; readonly timeMs: number }
}

/** `/status/{buildinfo,runtimeinfo,config,flags,tsdb}`. */
export function statusRoutes(app: FastifyInstance, facts: ServerFacts, samples: SampleReader): void {
  route(app, '/status/buildinfo', (_parameters, _request, reply) =>
    sendData(reply, { version: facts.version, revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' }),
  )

  route(app, '/status/runtimeinfo', async (_parameters, _request, reply) => {
    const { successful, timeMs } = facts.reload()
    const { seriesCount } = await samples.cardinality(1)
    return sendData(reply, {
      startTime: new Date(facts.startedMs).toISOString(),
      CWD: facts.workingDirectory,
      reloadConfigSuccess: successful,
      lastConfigTime: new Date(timeMs).toISOString(),
      corruptionCount: 0,
      storageRetention: facts.retention,
      timeSeriesCount: seriesCount,
    })
  })

  route(app, '/status/config', (_parameters, _request, reply) => sendData(reply, { yaml: facts.configText() }))
  route(app, '/status/flags', (_parameters, _request, reply) => sendData(reply, facts.flags()))

  route(app, '/status/tsdb', async (parameters, _request, reply) => {
    const counts = await samples.cardinality(limitParameter(parameters) || 10)
    return sendData(reply, {
      headStats: {
        numSeries: counts.seriesCount,
        numLabelPairs: counts.seriesCountByLabelPair.length,
        chunkCount: 0,
        minTime: 0,
        maxTime: 0,
      },
      seriesCountByMetricName: counts.seriesCountByMetricName.map(nameAndValue),
      labelValueCountByLabelName: counts.labelValueCountByLabelName.map(nameAndValue),
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: counts.seriesCountByLabelPair.map(nameAndValue),
    })
  })
}

function nameAndValue([name, value]: readonly [string, number]): { name: string; value: number } {
  return { name, value }
}
