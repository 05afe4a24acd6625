import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { formatUsd } from '../../pricing/money.ts'
import type { PriceTable } from '../../pricing/price-table.ts'
import { COST_FIELDS, type CostSums, type RequestCosts } from '../../storage/request-costs.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import type { Clock } from '../../util/clock.ts'
import type { CostBody, CostGroupsBody, CostsBody, CostStepsBody } from '../types.ts'
import { parsed } from './parsed.ts'
import { rangeOf, rangeParameters } from './request-parameters.ts'
import { stepOf } from './step.ts'

const rangeSchema = z.strictObject(rangeParameters)
const groupsSchema = z.strictObject({
  ...rangeParameters,
  by: z.enum(COST_FIELDS).default('model'),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
})
const stepsSchema = z.strictObject({ ...rangeParameters, step: z.string().optional() })

export interface CostRoutes {
  readonly costs: RequestCosts
  readonly prices: Pick<PriceTable, 'cacheSaving'>
  readonly clock: Clock
}

/**
 * GET /costs: what a range cost, what the one before it cost, and what caching saved. GET /costs/groups: by model, user, feature and so on.
 * GET /costs/steps: over time, by model. Sums are exact decimals.
 */
export function costRoutes(app: FastifyInstance, { costs, prices, clock }: CostRoutes): void {
  app.get('/costs', async (request): Promise<CostsBody> => {
    const range = rangeOf(parsed(rangeSchema, request.query), clock.now())
    const [now, before, saving] = await Promise.all([
      costs.costs(range),
      costs.costs(rangeBefore(range)),
      prices.cacheSaving(costs, range),
    ])
    const { nanoUsd, ...known } = saving
    return { now: bodyOf(now), before: bodyOf(before), cacheSaving: { savedUsd: formatUsd(nanoUsd), ...known } }
  })

  app.get('/costs/groups', async (request): Promise<CostGroupsBody> => {
    const { by, limit, ...given } = parsed(groupsSchema, request.query)
    const groups = await costs.costGroups({ range: rangeOf(given, clock.now()), by, limit })
    return { groups: groups.map(({ value, ...sums }) => ({ value, ...bodyOf(sums) })) }
  })

  app.get('/costs/steps', async (request): Promise<CostStepsBody> => {
    const { step, ...given } = parsed(stepsSchema, request.query)
    const range = rangeOf(given, clock.now())
    const stepMs = stepOf(step, range)
    const steps = await costs.costSteps({ range, stepMs })
    return { stepMs, steps: steps.map(({ nanoUsd, ...rest }) => ({ ...rest, costUsd: formatUsd(nanoUsd) })) }
  })
}

/** Of the same length, and up to where the range begins. */
function rangeBefore({ minMs, maxMs }: TimeRange): TimeRange {
  return { minMs: minMs - (maxMs - minMs), maxMs: minMs - 0.001 }
}

function bodyOf({ nanoUsd, ...sums }: CostSums): CostBody {
  return { costUsd: formatUsd(nanoUsd), ...sums }
}
