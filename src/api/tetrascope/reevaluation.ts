import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { UnknownEvaluatorError } from '../../evaluation/evaluators.ts'
import {
  type Reevaluation,
  type ReevaluationProgress,
  ReevaluationRunningError,
} from '../../evaluation/reevaluation.ts'
import { durationText } from '../../model/duration-text.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import type { ReevaluationBody } from '../types.ts'
import { parsed } from './parsed.ts'

const question = z.strictObject({
  /** How far back, as `24h`. */
  since: durationText,
  evaluators: z.array(z.string().min(1)).min(1).optional(),
  model: z.string().min(1).optional(),
})

/** POST /evaluations/reruns evaluates stored requests again; GET says how far that has come. */
export function reevaluationRoutes(app: FastifyInstance, reevaluation: Reevaluation, clock: Clock): void {
  app.post('/evaluations/reruns', async (request, reply): Promise<ReevaluationBody> => {
    const { since, evaluators, model } = parsed(question, request.body)
    const nowMs = clock.now()
    reply.status(202)
    try {
      return bodyOf(await reevaluation.start({ range: { minMs: nowMs - since, maxMs: nowMs }, evaluators, model }))
    } catch (error) {
      if (error instanceof UnknownEvaluatorError) throw new HttpError(400, error.message)
      if (error instanceof ReevaluationRunningError) throw new HttpError(409, error.message)
      throw error
    }
  })

  app.get('/evaluations/reruns', (): ReevaluationBody | null => {
    const { progress } = reevaluation
    return progress === undefined ? null : bodyOf(progress)
  })
}

function bodyOf({
  question: { range, evaluators, model },
  endedMs,
  ...progress
}: ReevaluationProgress): ReevaluationBody {
  const chosen = { evaluators: evaluators ?? null, model: model ?? null }
  return { ...progress, endedMs: endedMs ?? null, fromMs: range.minMs, toMs: range.maxMs, ...chosen }
}
