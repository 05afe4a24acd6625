import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { SampleReader } from '../../storage/sample-store.ts'
import type { CardinalityBody } from '../types.ts'
import { parsed } from './parsed.ts'

export interface CardinalityRoutes {
  readonly samples: SampleReader
  /** What new series are refused beyond; 0: no limit. */
  readonly limits: () => { readonly series: number; readonly seriesPerMetric: number }
}

const parameters = z.strictObject({ limit: z.coerce.number().int().min(1).max(1_000).default(20) })

/** GET `/cardinality`: which metrics, labels and values the series in memory are made of, the worst first, and how far the limits are. */
export function cardinalityRoutes(app: FastifyInstance, { samples, limits }: CardinalityRoutes): void {
  app.get('/cardinality', async (request): Promise<CardinalityBody> => {
    const { limit } = parsed(parameters, request.query)
    const counts = await samples.cardinality(limit)
    const { seriesCount } = counts
    return {
      series: seriesCount,
      limits: limits(),
      metrics: counts.seriesCountByMetricName.map(([name, series]) => ({
        name,
        series,
        share: series / Math.max(1, seriesCount),
      })),
      labels: counts.labelValueCountByLabelName.map(([name, values]) => ({ name, values })),
      pairs: counts.seriesCountByLabelPair.map(([pair, series]) => ({ pair, series })),
    }
  })
}
