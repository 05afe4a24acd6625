import type { FastifyInstance } from 'fastify'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import { readHealth, type HealthReport } from '../../catalogue/health.ts'
import { LAYER_TITLES } from '../../dashboards/overview.ts'
import { parseDuration } from '../../model/duration.ts'
import type { QueryEngine } from '../../promql/engine.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import type { HealthBody } from '../types.ts'

const DEFAULT_WINDOW_MS = 300_000

export interface HealthRoutes {
  readonly catalogue: Catalogue
  readonly engine: QueryEngine
  readonly clock: Clock
}

/** GET /health?window=5m&all=true, GET /catalogue */
export function healthRoutes(app: FastifyInstance, { catalogue, engine, clock }: HealthRoutes): void {
  app.get<{ Querystring: { window?: string; all?: string } }>('/health', async (request) => {
    const windowMs = windowParameter(request.query.window)
    return healthBody(
      await readHealth(clock.now(), { catalogue, engine, windowMs, headlineOnly: request.query.all !== 'true' }),
    )
  })

  app.get('/catalogue', () => catalogue.entries)
}

function windowParameter(text: string | undefined): number {
  if (text === undefined) return DEFAULT_WINDOW_MS
  try {
    return parseDuration(text)
  } catch (error) {
    throw new HttpError(400, `window: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function healthBody(report: HealthReport): HealthBody {
  const layers = report.layers.map(({ layer, status, readings }) => ({
    layer,
    status,
    title: LAYER_TITLES[layer],
    readings: readings.map(({ entry, value, p95, status, from }) => ({
      name: entry.name,
      title: entry.title,
      description: entry.description,
      unit: entry.unit,
      thresholds: entry.thresholds,
      worse: entry.worse,
      value,
      p95,
      status,
      from,
    })),
  }))
  return { timeMs: report.timeMs, windowMs: report.windowMs, status: report.status, layers }
}
