import type { Matcher } from '../../model/matcher.ts'

/** A stretch of the query text: UTF-16 indexes, end excluded. */
export interface Position {
  readonly start: number
  readonly end: number
}

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string'

/** A parsed expression: a closed union without classes; each phase is an exhaustive switch over `kind`. Nodes are never changed. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | BinaryExpr
  | UnaryExpr
  | ParenExpr
  | StepInvariant

export interface NumberLiteral {
  readonly kind: 'number'
  readonly value: number
  /** Written as a duration (`5m`): prints as one. */
  readonly duration: boolean
  readonly position: Position
}

export interface StringLiteral {
  readonly kind: 'string'
  readonly value: string
  readonly position: Position
}

export interface VectorSelector extends TimeModifiers {
  readonly kind: 'vector-selector'
  /** '' when the name is given by a matcher only. */
  readonly name: string
  /** All matchers, that of the name included, in the order written (name first). */
  readonly matchers: readonly Matcher[]
  /** The experimental modifiers `anchored` and `smoothed`. */
  readonly extension: 'none' | 'anchored' | 'smoothed'
  readonly position: Position
}

export interface MatrixSelector {
  readonly kind: 'matrix-selector'
  readonly vector: VectorSelector
  readonly range: DurationExpr
  readonly position: Position
}

export interface Subquery extends TimeModifiers {
  readonly kind: 'subquery'
  readonly expr: Expr
  readonly range: DurationExpr
  /** Null: the engine's default subquery step. */
  readonly step: DurationExpr | null
  readonly position: Position
}

/** `offset` and `@`, which selectors and subqueries share. */
export interface TimeModifiers {
  readonly offset: DurationExpr | null
  readonly at: AtModifier | null
}

export type AtModifier =
  | { readonly kind: 'timestamp'; readonly timestampMs: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }

/** A duration; anything but a plain number needs the duration expressions feature and is computed per query. */
export type DurationExpr =
  | {
      readonly kind: 'duration'
      readonly ms: number
      /** Written as a plain number of seconds (`300`): prints as one in arithmetic. */
      readonly unitless?: boolean
      readonly position: Position
    }
  | { readonly kind: 'duration-query'; readonly value: 'step' | 'range'; readonly position: Position }
  | {
      readonly kind: 'duration-unary'
      readonly op: '-' | '+'
      readonly operand: DurationExpr
      readonly position: Position
    }
  | {
      readonly kind: 'duration-binary'
      readonly op: '+' | '-' | '*' | '/' | '%' | '^'
      readonly left: DurationExpr
      readonly right: DurationExpr
      readonly position: Position
    }
  | {
      readonly kind: 'duration-call'
      readonly func: 'min' | 'max'
      readonly args: readonly [DurationExpr, DurationExpr]
      readonly position: Position
    }
  | { readonly kind: 'duration-paren'; readonly inner: DurationExpr; readonly position: Position }

export interface Call {
  readonly kind: 'call'
  readonly func: string
  readonly args: readonly Expr[]
  readonly position: Position
}

export type AggregationOp =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'count_values'
  | 'quantile'
  | 'limitk'
  | 'limit_ratio'

export interface Aggregation {
  readonly kind: 'aggregation'
  readonly op: AggregationOp
  readonly expr: Expr
  /** `k` of topk, the label of count_values, the quantile ... */
  readonly param: Expr | null
  readonly grouping: readonly string[]
  readonly without: boolean
  readonly position: Position
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2'
export type ComparisonOp = '==' | '!=' | '>' | '<' | '>=' | '<='
export type SetOp = 'and' | 'or' | 'unless'
/** Experimental: keep a histogram's observations below or above a value. */
export type TrimOp = '</' | '>/'
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp | TrimOp

export interface BinaryExpr {
  readonly kind: 'binary'
  readonly op: BinaryOp
  readonly left: Expr
  readonly right: Expr
  /** `bool` was written. */
  readonly returnBool: boolean
  /** Null unless both sides are vectors. */
  readonly matching: VectorMatching | null
  readonly position: Position
}

export type MatchCardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many'

export interface VectorMatching {
  readonly cardinality: MatchCardinality
  /** `on` (true) or `ignoring` (false, also when neither was written). */
  readonly on: boolean
  readonly labels: readonly string[]
  /** Labels of group_left / group_right. */
  readonly include: readonly string[]
  /** Experimental fill modifiers: the value that stands for a missing side. */
  readonly fill: { readonly left: number | null; readonly right: number | null }
}

export interface UnaryExpr {
  readonly kind: 'unary'
  readonly op: '+' | '-'
  readonly expr: Expr
  readonly position: Position
}

export interface ParenExpr {
  readonly kind: 'paren'
  readonly expr: Expr
  readonly position: Position
}

/** Made by the planner, never by the parser: a part whose value is the same at every step. */
export interface StepInvariant {
  readonly kind: 'step-invariant'
  readonly expr: Expr
  readonly position: Position
}
