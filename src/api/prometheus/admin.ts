import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SampleDeleter } from '../../storage/sample-store.ts'
import { HttpError } from '../http-error.ts'
import { BadDataError, sendError } from './envelope.ts'
import { invalid, rangeParameters, selectorParameters } from './parameters.ts'
import { parametersOf } from './route.ts'

/** `/admin/tsdb/{delete_series,clean_tombstones}`. */
export function adminRoutes(app: FastifyInstance, samples: SampleDeleter): void {
  const route = (path: string, run: (request: FastifyRequest) => Promise<void>): void => {
    app.route({
      method: ['POST', 'PUT'],
      url: path,
      handler: async (request, reply) => {
        try {
          refuseOtherSites(request)
          await run(request)
          return await reply.code(204).send()
        } catch (error) {
          return sendError(reply, error)
        }
      },
    })
  }

  route('/admin/tsdb/delete_series', async (request) => {
    const parameters = parametersOf(request)
    if (!parameters.has('match[]')) throw new BadDataError('no match[] parameter provided')
    await samples.deleteSamples(
      selectorParameters(parameters, (reason) => invalid('match[]', reason)),
      rangeParameters(parameters),
    )
  })
  // What was deleted is gone at once here: there are no tombstones to clean.
  route('/admin/tsdb/clean_tombstones', async () => undefined)
}

/** A page of another site can make a browser send forms here; it must not be able to delete. */
function refuseOtherSites({ headers }: FastifyRequest): void {
  const { origin, host } = headers
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)) return
  throw new HttpError(403, `requests from ${origin} are refused: only pages of this server may delete`)
}
