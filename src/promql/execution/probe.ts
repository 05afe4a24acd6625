import type { RangePlan, VectorPlan } from '../plan/node.ts'
import type { RangeOperator, VectorOperator } from './operator.ts'

/** Sees every operator as it is made and may put itself around it, to measure. */
export interface Probe {
  vector(plan: VectorPlan, make: () => VectorOperator): VectorOperator
  range(plan: RangePlan, make: () => RangeOperator): RangeOperator
  /** The query begins again with new operators. */
  restart(): void
}

/** Measures nothing. */
export const NO_PROBE: Probe = {
  vector: (_plan, make) => make(),
  range: (_plan, make) => make(),
  restart: () => undefined,
}
