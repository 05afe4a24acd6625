import type { Aggregation, BinaryExpr, Expr, Subquery, UnaryExpr, VectorSelector } from '../parser/ast.ts'
import { assertNever } from '../../util/assert-never.ts'
import { computeScalar } from '../scalar-operation.ts'
import { resolveOffset, resolvePositive, type QueryTimes } from './duration.ts'
import { planCall } from './plan-call.ts'
import type { Plan, RangePlan, ScalarPlan, SelectorPlan, SubqueryPlan, TimeShift, ValueOp, VectorPlan } from './node.ts'
import { foldQueryContextFunctions } from './query-context-functions.ts'
import { markStepInvariant } from './step-invariant.ts'

export interface PlanOptions {
  readonly times: QueryTimes
  readonly defaultSubqueryStepMs: number
}

/** Turns a checked expression into a plan. Throws `ParseError` when a duration expression gives no valid duration. */
export function planQuery(expr: Expr, options: PlanOptions): Plan {
  const folded = foldQueryContextFunctions(expr, options.times)
  return new Planner(options).plan(markStepInvariant(folded), '')
}

/** Plans an expression after the passes over the tree: every node becomes one plan node. */
export class Planner {
  readonly #times: QueryTimes
  readonly #defaultSubqueryStepMs: number

  constructor(options: PlanOptions) {
    this.#times = options.times
    this.#defaultSubqueryStepMs = options.defaultSubqueryStepMs
  }

  /** `hint` is the function directly around the expression, which selectors pass on to the store. */
  plan(expr: Expr, hint: string): Plan {
    switch (expr.kind) {
      case 'number':
        return { kind: 'number', value: expr.value, position: expr.position }
      case 'string':
        return { kind: 'string', value: expr.value, position: expr.position }
      case 'paren':
        return this.plan(expr.expr, hint)
      case 'vector-selector':
        return { kind: 'instant-selector', selector: this.selector(expr), hint, position: expr.position }
      case 'matrix-selector':
      case 'subquery':
        return this.range(expr, hint)
      case 'call':
        return planCall(this, expr)
      case 'aggregation':
        return this.#aggregation(expr)
      case 'binary':
        return this.#binary(expr)
      case 'unary':
        return this.#unary(expr, hint)
      case 'step-invariant':
        return stepInvariant(this.plan(expr.expr, hint))
      default:
        return assertNever(expr)
    }
  }

  vector(expr: Expr, hint = ''): VectorPlan {
    const plan = this.plan(expr, hint)
    if (!isVectorPlan(plan)) throw new Error(`planned ${plan.kind} where an instant vector belongs`)
    return plan
  }

  scalar(expr: Expr): ScalarPlan {
    const plan = this.plan(expr, '')
    if (!isScalarPlan(plan)) throw new Error(`planned ${plan.kind} where a scalar belongs`)
    return plan
  }

  range(expr: Expr, hint: string): RangePlan {
    switch (expr.kind) {
      case 'matrix-selector': {
        const rangeMs = resolvePositive(expr.range, this.#times)
        return { kind: 'range-selector', selector: this.selector(expr.vector), rangeMs, hint, position: expr.position }
      }
      case 'subquery':
        return this.#subquery(expr)
      default:
        throw new Error(`planned ${expr.kind} where a range vector belongs`)
    }
  }

  selector(expr: VectorSelector): SelectorPlan {
    const { name, matchers, extension, position } = expr
    return { name, matchers, extension, position, ...this.shift(expr) }
  }

  shift(modifiers: Pick<VectorSelector, 'offset' | 'at'>): TimeShift {
    return { offsetMs: resolveOffset(modifiers.offset, this.#times), atMs: this.#atMs(modifiers.at) }
  }

  #atMs(at: VectorSelector['at']): number | null {
    switch (at?.kind) {
      case undefined:
        return null
      case 'timestamp':
        return at.timestampMs
      case 'start':
        return this.#times.startMs
      case 'end':
        return this.#times.endMs
    }
  }

  #subquery(expr: Subquery): SubqueryPlan {
    return {
      kind: 'subquery',
      input: this.vector(expr.expr),
      rangeMs: resolvePositive(expr.range, this.#times),
      stepMs: expr.step === null ? this.#defaultSubqueryStepMs : resolvePositive(expr.step, this.#times),
      position: expr.position,
      ...this.shift(expr),
    }
  }

  #aggregation(expr: Aggregation): VectorPlan {
    const { op, position } = expr
    const input = this.vector(expr.expr, op)
    const grouping = { labels: expr.grouping, without: expr.without }
    if (op !== 'count_values') {
      const param = expr.param === null ? null : this.scalar(expr.param)
      return { kind: 'aggregate', op, input, param, grouping, position }
    }
    if (expr.param?.kind !== 'string') throw new Error('count_values without the name of a label')
    return { kind: 'count-values', input, label: expr.param.value, grouping, position }
  }

  #unary(expr: UnaryExpr, hint: string): Plan {
    const input = this.plan(expr.expr, hint)
    if (expr.op === '+') return input
    const { position } = expr
    if (input.kind === 'number') return { ...input, value: -input.value, position }
    if (isScalarPlan(input)) return { kind: 'scalar-negate', input, position }
    if (isVectorPlan(input)) return { kind: 'negate', input, position }
    throw new Error(`planned the negation of ${input.kind}`)
  }

  #binary(expr: BinaryExpr): Plan {
    const { op, position, returnBool } = expr
    const left = this.plan(expr.left, '')
    const right = this.plan(expr.right, '')
    if (op === 'and' || op === 'or' || op === 'unless') {
      if (!isVectorPlan(left) || !isVectorPlan(right) || expr.matching === null) throw unplannable(expr)
      return { kind: 'set', op, left, right, matching: expr.matching, position }
    }
    if (isScalarPlan(left) && isScalarPlan(right)) return scalarBinary(op, left, right, position)
    if (isVectorPlan(left) && isScalarPlan(right)) {
      return { kind: 'vector-scalar', op, vector: left, scalar: right, scalarFirst: false, returnBool, position }
    }
    if (isScalarPlan(left) && isVectorPlan(right)) {
      return { kind: 'vector-scalar', op, vector: right, scalar: left, scalarFirst: true, returnBool, position }
    }
    if (!isVectorPlan(left) || !isVectorPlan(right) || expr.matching === null) throw unplannable(expr)
    return { kind: 'vector-vector', op, left, right, matching: expr.matching, returnBool, position }
  }
}

function scalarBinary(op: ValueOp, left: ScalarPlan, right: ScalarPlan, position: BinaryExpr['position']): ScalarPlan {
  if (op === '</' || op === '>/') throw new Error(`operator ${op} between scalars`)
  if (left.kind !== 'number' || right.kind !== 'number') return { kind: 'scalar-binary', op, left, right, position }
  return { kind: 'number', value: computeScalar(op, left.value, right.value), position }
}

function stepInvariant(input: Plan): Plan {
  const { position } = input
  if (input.kind === 'number') return input
  if (isScalarPlan(input)) return { kind: 'scalar-step-invariant', input, position }
  return isVectorPlan(input) ? { kind: 'step-invariant', input, position } : input
}

function unplannable(expr: BinaryExpr): Error {
  return new Error(`operator ${expr.op} with operands that the parser should have refused`)
}

export function isScalarPlan(plan: Plan): plan is ScalarPlan {
  switch (plan.kind) {
    case 'number':
    case 'time':
    case 'scalar-of-vector':
    case 'scalar-binary':
    case 'scalar-negate':
    case 'scalar-extreme':
    case 'scalar-step-invariant':
      return true
    default:
      return false
  }
}

export function isRangePlan(plan: Plan): plan is RangePlan {
  return plan.kind === 'range-selector' || plan.kind === 'subquery'
}

export function isVectorPlan(plan: Plan): plan is VectorPlan {
  return plan.kind !== 'string' && !isRangePlan(plan) && !isScalarPlan(plan)
}
