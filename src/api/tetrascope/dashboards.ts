import type { FastifyInstance } from 'fastify'
import type { Dashboard } from '../../dashboards/dashboard.ts'
import { HttpError } from '../http-error.ts'
import type { DashboardsBody } from '../types.ts'

/** GET /dashboards, GET /dashboards/:id */
export function dashboardRoutes(app: FastifyInstance, dashboards: readonly Dashboard[]): void {
  app.get('/dashboards', (): DashboardsBody => ({ dashboards: dashboards.map(({ id, title }) => ({ id, title })) }))

  app.get<{ Params: { id: string } }>('/dashboards/:id', (request) => {
    const dashboard = dashboards.find(({ id }) => id === request.params.id)
    if (dashboard === undefined) {
      throw new HttpError(
        404,
        `no dashboard ${JSON.stringify(request.params.id)}; there are ${dashboards.map(({ id }) => id).join(', ')}`,
      )
    }
    return dashboard
  })
}
