import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { BudgetTracker } from '../../pricing/budget-tracker.ts'
import type { PriceTable } from '../../pricing/price-table.ts'
import type { RequestStore } from '../../storage/request-store.ts'
import type { Clock } from '../../util/clock.ts'
import type { BudgetsBody, SelfHostedBody, UnpricedBody } from '../types.ts'
import { parsed } from './parsed.ts'
import { rangeOf, rangeParameters } from './request-parameters.ts'

const rangeSchema = z.strictObject(rangeParameters)

export interface PricingRoutes {
  readonly prices: PriceTable
  readonly budgets: BudgetTracker
  readonly requests: Pick<RequestStore, 'totals'>
  readonly clock: Clock
}

/**
 * GET /pricing/unpriced: models whose cost is unknown or zero. GET /pricing/self-hosted: what own hardware cost in a range up to now, and how
 * much of it was idle. GET /budgets: how much of each is used.
 */
export function pricingRoutes(app: FastifyInstance, { prices, budgets, requests, clock }: PricingRoutes): void {
  app.get('/pricing/unpriced', (): UnpricedBody => ({ models: prices.unpricedModels() }))
  app.get('/pricing/self-hosted', async (request): Promise<SelfHostedBody> => {
    const nowMs = clock.now()
    const range = rangeOf(parsed(rangeSchema, request.query), nowMs)
    // Hours that are still to come have not been paid.
    const durationMs = Math.max(0, Math.min(range.maxMs, nowMs) - range.minMs)
    return { models: prices.selfHostedUse(await requests.totals(range), durationMs) }
  })
  app.get('/budgets', (): BudgetsBody => ({ budgets: budgets.status() }))
}
