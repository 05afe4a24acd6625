import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { DriftMonitor } from '../../drift/drift-monitor.ts'
import type { FeatureDrift } from '../../drift/feature-drift.ts'
import { HttpError } from '../http-error.ts'
import type { DriftBody, DriftPinsBody } from '../types.ts'
import { parsed } from './parsed.ts'

const listParameters = z.strictObject({ model: z.string().optional(), feature: z.string().optional() })

const pinBody = z
  .strictObject({
    name: z.string().min(1).max(200),
    /** Stored requests of this stretch, milliseconds since 1970; without it the current window. */
    from: z.number().optional(),
    to: z.number().optional(),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), 'expected both `from` and `to`, or neither')

/** GET /drift; GET and POST /drift/pins, DELETE /drift/pins/:name. */
export function driftRoutes(app: FastifyInstance, drift: DriftMonitor): void {
  app.get('/drift', (request): DriftBody => {
    const { model, feature } = parsed(listParameters, request.query)
    const { current, reference, min_requests: minRequests } = drift.config
    const features = drift.drifts
      .filter((found) => (model ?? found.model) === found.model && (feature ?? found.feature) === found.feature)
      .toSorted((a, b) => psiOf(b) - psiOf(a))
    const durationMs = reference.kind === 'rolling' ? reference.duration : null
    return {
      comparedMs: drift.comparedMs ?? null,
      currentMs: current,
      reference: { kind: reference.kind, durationMs, problem: drift.problem ?? null },
      minRequests,
      features,
      embeddings: drift.embeddings.filter(
        (found) => (model ?? found.model) === found.model && (feature ?? 'embedding') === 'embedding',
      ),
    }
  })

  app.get('/drift/pins', async (): Promise<DriftPinsBody> => ({ pins: await drift.pins() }))

  app.post('/drift/pins', async (request, reply): Promise<DriftPinsBody> => {
    const { name, from, to } = parsed(pinBody, request.body)
    await drift.pin(name, from === undefined || to === undefined ? undefined : { minMs: from, maxMs: to })
    reply.status(201)
    return { pins: await drift.pins() }
  })

  app.delete<{ Params: { name: string } }>('/drift/pins/:name', async (request): Promise<DriftPinsBody> => {
    const { name } = request.params
    if (!(await drift.pins()).includes(name))
      throw new HttpError(404, `no reference is pinned as ${JSON.stringify(name)}`)
    await drift.unpin(name)
    return { pins: await drift.pins() }
  })
}

/** What cannot be compared comes last. */
function psiOf({ comparison }: FeatureDrift): number {
  return comparison?.effects.psi ?? -1
}
