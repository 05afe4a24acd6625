import type { FastifyInstance } from 'fastify'
import type { BudgetTracker } from '../../pricing/budget-tracker.ts'
import type { PriceTable } from '../../pricing/price-table.ts'
import type { UnpricedBody } from '../types.ts'

/** GET /pricing/unpriced: models whose cost is unknown or zero. GET /budgets: how much of each is used. */
export function pricingRoutes(app: FastifyInstance, prices: PriceTable, budgets: BudgetTracker): void {
  app.get('/pricing/unpriced', (): UnpricedBody => ({ models: prices.unpricedModels() }))
  app.get('/budgets', () => ({ budgets: budgets.status() }))
}
