import type { FastifyInstance } from 'fastify'
import type { Scraping } from '../../collect/scrape/scraping.ts'
import { viewTargets } from '../../collect/scrape/targets-view.ts'
import { sendData } from './envelope.ts'
import { invalid } from './parameters.ts'
import { route } from './route.ts'

/** `/targets`, `/scrape_pools`. */
export function targetRoutes(app: FastifyInstance, scraping: Scraping): void {
  route(app, '/targets', (parameters, _request, reply) => {
    const state = parameters.get('state') || 'any'
    if (state !== 'any' && state !== 'active' && state !== 'dropped') {
      throw invalid('state', `${JSON.stringify(state)} is none of any, active, dropped`)
    }
    const scrapePool = parameters.get('scrapePool') ?? ''
    return sendData(reply, viewTargets(scraping.pools, { state, scrapePool }))
  })

  route(app, '/scrape_pools', (_parameters, _request, reply) =>
    sendData(reply, { scrapePools: scraping.pools.map(({ job }) => job.name) }),
  )
}
