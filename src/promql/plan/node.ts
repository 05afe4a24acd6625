import type { Labels } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type {
  AggregationOp,
  ArithmeticOp,
  ComparisonOp,
  Position,
  SetOp,
  TrimOp,
  VectorMatching,
} from '../parser/ast.ts'
import type {
  AdjustFunctionName,
  DateFunctionName,
  HistogramPartFunctionName,
  MathFunctionName,
  RangeFunctionName,
  SortFunctionName,
} from './function-names.ts'

/** What is to be computed, with every duration and `@` resolved. Closed unions by the type of the value; `position` is for messages. */
export type Plan = VectorPlan | ScalarPlan | RangePlan | StringPlan

export type VectorPlan =
  | InstantSelectorPlan
  | SampleTimePlan
  | RangeFunctionPlan
  | AbsentOverTimePlan
  | AbsentPlan
  | MathPlan
  | AdjustPlan
  | DatePlan
  | HistogramPartPlan
  | HistogramQuantilePlan
  | HistogramFractionPlan
  | EvaluationTimePlan
  | LabelReplacePlan
  | LabelJoinPlan
  | InfoPlan
  | SortPlan
  | VectorOfScalarPlan
  | NegatePlan
  | AggregatePlan
  | CountValuesPlan
  | VectorScalarPlan
  | VectorVectorPlan
  | SetPlan
  | StepInvariantPlan

export type ScalarPlan =
  | NumberPlan
  | TimePlan
  | ScalarOfVectorPlan
  | ScalarBinaryPlan
  | ScalarNegatePlan
  | ScalarExtremePlan
  | ScalarStepInvariantPlan

export type RangePlan = RangeSelectorPlan | SubqueryPlan

export interface StringPlan {
  readonly kind: 'string'
  readonly value: string
  readonly position: Position
}

/** Where a selector looks: at `(atMs ?? time of the step) - offsetMs`. */
export interface TimeShift {
  readonly offsetMs: number
  readonly atMs: number | null
}

export interface SelectorPlan extends TimeShift {
  readonly name: string
  readonly matchers: readonly Matcher[]
  readonly extension: 'none' | 'anchored' | 'smoothed'
  readonly position: Position
}

export interface InstantSelectorPlan {
  readonly kind: 'instant-selector'
  readonly selector: SelectorPlan
  /** The function directly around it, for the store. */
  readonly hint: string
  readonly position: Position
}

/** `timestamp(selector)`, `start_timestamp(selector)`: the times of the samples instead of their values, seconds. */
export interface SampleTimePlan {
  readonly kind: 'sample-time'
  readonly func: 'timestamp' | 'start_timestamp'
  readonly selector: SelectorPlan
  /** The oldest part of the lookback that is not looked at. */
  readonly unseenMs: number
  readonly position: Position
}

export interface RangeSelectorPlan {
  readonly kind: 'range-selector'
  readonly selector: SelectorPlan
  readonly rangeMs: number
  readonly hint: string
  readonly position: Position
}

export interface SubqueryPlan extends TimeShift {
  readonly kind: 'subquery'
  readonly input: VectorPlan
  readonly rangeMs: number
  readonly stepMs: number
  readonly position: Position
}

/** A selector (or subquery) with the function over its windows: one leaf, so that no window is ever built. */
export interface RangeFunctionPlan {
  readonly kind: 'range-function'
  readonly func: RangeFunctionName
  readonly range: RangePlan
  readonly args: readonly ScalarPlan[]
  readonly position: Position
}

export interface AbsentOverTimePlan {
  readonly kind: 'absent-over-time'
  readonly range: RangePlan
  readonly labels: Labels
  readonly position: Position
}

export interface AbsentPlan {
  readonly kind: 'absent'
  readonly input: VectorPlan
  readonly labels: Labels
  readonly position: Position
}

export interface MathPlan {
  readonly kind: 'math'
  readonly func: MathFunctionName
  readonly input: VectorPlan
  readonly position: Position
}

export interface AdjustPlan {
  readonly kind: 'adjust'
  readonly func: AdjustFunctionName
  readonly input: VectorPlan
  readonly args: readonly ScalarPlan[]
  readonly position: Position
}

export interface DatePlan {
  readonly kind: 'date'
  readonly func: DateFunctionName
  /** Null: the time of evaluation. */
  readonly input: VectorPlan | null
  readonly position: Position
}

export interface HistogramPartPlan {
  readonly kind: 'histogram-part'
  readonly func: HistogramPartFunctionName
  readonly input: VectorPlan
  readonly position: Position
}

/** `histogram_quantile` (one quantile, `label` null) and `histogram_quantiles`. */
export interface HistogramQuantilePlan {
  readonly kind: 'histogram-quantile'
  readonly quantiles: readonly ScalarPlan[]
  readonly label: string | null
  readonly input: VectorPlan
  readonly position: Position
}

export interface HistogramFractionPlan {
  readonly kind: 'histogram-fraction'
  readonly lower: ScalarPlan
  readonly upper: ScalarPlan
  readonly input: VectorPlan
  readonly position: Position
}

/** `timestamp()` of anything but a selector: the time of the step for each present value. */
export interface EvaluationTimePlan {
  readonly kind: 'evaluation-time'
  readonly func: 'timestamp' | 'start_timestamp'
  readonly input: VectorPlan
  readonly position: Position
}

export interface LabelReplacePlan {
  readonly kind: 'label-replace'
  readonly input: VectorPlan
  readonly target: string
  readonly replacement: string
  readonly source: string
  readonly regex: string
  readonly position: Position
}

export interface LabelJoinPlan {
  readonly kind: 'label-join'
  readonly input: VectorPlan
  readonly target: string
  readonly separator: string
  readonly sources: readonly string[]
  readonly position: Position
}

export interface InfoPlan extends TimeShift {
  readonly kind: 'info'
  readonly input: VectorPlan
  /** Matchers on the names and data labels of the info metrics; null when only the default, target_info, is meant. */
  readonly matchers: readonly Matcher[] | null
  readonly position: Position
}

export interface SortPlan {
  readonly kind: 'sort'
  readonly func: SortFunctionName
  readonly input: VectorPlan
  readonly labels: readonly string[]
  readonly position: Position
}

export interface VectorOfScalarPlan {
  readonly kind: 'vector-of-scalar'
  readonly input: ScalarPlan
  readonly position: Position
}

export interface NegatePlan {
  readonly kind: 'negate'
  readonly input: VectorPlan
  readonly position: Position
}

export interface AggregatePlan {
  readonly kind: 'aggregate'
  readonly op: Exclude<AggregationOp, 'count_values'>
  readonly input: VectorPlan
  readonly param: ScalarPlan | null
  readonly grouping: Grouping
  readonly position: Position
}

export interface CountValuesPlan {
  readonly kind: 'count-values'
  readonly input: VectorPlan
  readonly label: string
  readonly grouping: Grouping
  readonly position: Position
}

export interface Grouping {
  readonly labels: readonly string[]
  readonly without: boolean
}

/** Operators between values; the set operators act on presence only. */
export type ValueOp = ArithmeticOp | ComparisonOp | TrimOp

export interface VectorScalarPlan {
  readonly kind: 'vector-scalar'
  readonly op: ValueOp
  readonly vector: VectorPlan
  readonly scalar: ScalarPlan
  /** The scalar stands on the left. */
  readonly scalarFirst: boolean
  readonly returnBool: boolean
  readonly position: Position
}

export interface VectorVectorPlan {
  readonly kind: 'vector-vector'
  readonly op: ValueOp
  readonly left: VectorPlan
  readonly right: VectorPlan
  readonly matching: VectorMatching
  readonly returnBool: boolean
  readonly position: Position
}

export interface SetPlan {
  readonly kind: 'set'
  readonly op: SetOp
  readonly left: VectorPlan
  readonly right: VectorPlan
  readonly matching: VectorMatching
  readonly position: Position
}

export interface StepInvariantPlan {
  readonly kind: 'step-invariant'
  readonly input: VectorPlan
  readonly position: Position
}

export interface NumberPlan {
  readonly kind: 'number'
  readonly value: number
  readonly position: Position
}

export interface TimePlan {
  readonly kind: 'time'
  readonly position: Position
}

export interface ScalarOfVectorPlan {
  readonly kind: 'scalar-of-vector'
  readonly input: VectorPlan
  readonly position: Position
}

export interface ScalarBinaryPlan {
  readonly kind: 'scalar-binary'
  readonly op: ArithmeticOp | ComparisonOp
  readonly left: ScalarPlan
  readonly right: ScalarPlan
  readonly position: Position
}

export interface ScalarNegatePlan {
  readonly kind: 'scalar-negate'
  readonly input: ScalarPlan
  readonly position: Position
}

export interface ScalarExtremePlan {
  readonly kind: 'scalar-extreme'
  readonly func: 'min_of' | 'max_of'
  readonly args: readonly ScalarPlan[]
  readonly position: Position
}

export interface ScalarStepInvariantPlan {
  readonly kind: 'scalar-step-invariant'
  readonly input: ScalarPlan
  readonly position: Position
}
