import type { Matcher } from '../../model/matcher.ts'
import type { DurationExpr, Expr, TimeModifiers, VectorMatching, VectorSelector } from './ast.ts'
import { functionSignature } from './function-signatures.ts'
import { formatPlain } from './number.ts'

/** A JSON object of `/api/v1/parse_query`. */
export interface ExprJson {
  readonly [key: string]: ExprJsonValue
}

type ExprJsonValue = string | number | boolean | null | ExprJson | readonly ExprJsonValue[]

/** The tree in the shape of Prometheus's `/api/v1/parse_query`, which the tree view of its UI and other tools read. */
export function exprToJson(expr: Expr): ExprJson {
  switch (expr.kind) {
    case 'number':
      return { type: 'numberLiteral', val: formatPlain(expr.value) }
    case 'string':
      return { type: 'stringLiteral', val: expr.value }
    case 'vector-selector':
      return { type: 'vectorSelector', ...selectorJson(expr) }
    case 'matrix-selector':
      return { type: 'matrixSelector', ...selectorJson(expr.vector), ...durationJson('range', expr.range) }
    case 'subquery':
      return {
        type: 'subquery',
        expr: exprToJson(expr.expr),
        ...durationJson('range', expr.range),
        ...durationJson('step', expr.step),
        ...modifiersJson(expr),
      }
    case 'call':
      return { type: 'call', func: functionJson(expr.func), args: expr.args.map(exprToJson) }
    case 'aggregation':
      return {
        type: 'aggregation',
        op: expr.op,
        expr: exprToJson(expr.expr),
        param: expr.param && exprToJson(expr.param),
        grouping: expr.grouping,
        without: expr.without,
      }
    case 'binary':
      return {
        type: 'binaryExpr',
        op: expr.op,
        lhs: exprToJson(expr.left),
        rhs: exprToJson(expr.right),
        matching: expr.matching && matchingJson(expr.matching),
        bool: expr.returnBool,
      }
    case 'unary':
      return { type: 'unaryExpr', op: expr.op, expr: exprToJson(expr.expr) }
    case 'paren':
      return { type: 'parenExpr', expr: exprToJson(expr.expr) }
    case 'step-invariant':
      return exprToJson(expr.expr)
  }
}

function selectorJson(selector: VectorSelector): ExprJson {
  return {
    name: selector.name,
    matchers: matchersJson(selector),
    ...modifiersJson(selector),
    anchored: selector.extension === 'anchored',
    smoothed: selector.extension === 'smoothed',
  }
}

/** Prometheus has the matcher of a name written outside the braces last. */
function matchersJson({ name, matchers }: VectorSelector): ExprJson[] {
  const ordered = name === '' ? matchers : [...matchers.slice(1), ...matchers.slice(0, 1)]
  return ordered.map(({ name, type, value }: Matcher) => ({ name, type, value }))
}

function modifiersJson({ offset, at }: TimeModifiers): ExprJson {
  return {
    ...durationJson('offset', offset),
    timestamp: at?.kind === 'timestamp' ? at.timestampMs : null,
    startOrEnd: at === null || at.kind === 'timestamp' ? null : at.kind,
  }
}

/** A plain duration counts as milliseconds under its name; one that is computed stands under `<name>Expr`. */
function durationJson(name: 'range' | 'step' | 'offset', duration: DurationExpr | null): ExprJson {
  if (duration === null) return { [name]: 0, [`${name}Expr`]: null }
  if (duration.kind === 'duration') return { [name]: duration.ms, [`${name}Expr`]: null }
  return { [name]: 0, [`${name}Expr`]: durationExprJson(duration) }
}

function durationExprJson(duration: DurationExpr, wrapped = false): ExprJson {
  const node = (op: string, lhs: ExprJson | null, rhs: ExprJson | null): ExprJson => {
    return { type: 'durationExpr', op, lhs, rhs, wrapped }
  }
  switch (duration.kind) {
    case 'duration': {
      const literal = {
        type: 'numberLiteral',
        val: formatPlain(duration.ms / 1000),
        duration: duration.unitless !== true,
      }
      return wrapped ? node('+', null, literal) : literal
    }
    case 'duration-query':
      return node(duration.value, null, null)
    case 'duration-unary':
      return node(duration.op, null, durationExprJson(duration.operand))
    case 'duration-binary':
      return node(duration.op, durationExprJson(duration.left), durationExprJson(duration.right))
    case 'duration-call':
      return node(`${duration.func}_of`, durationExprJson(duration.args[0]), durationExprJson(duration.args[1]))
    case 'duration-paren':
      return durationExprJson(duration.inner, true)
  }
}

function functionJson(name: string): ExprJson {
  const signature = functionSignature(name)
  return {
    name,
    argTypes: signature?.args ?? [],
    variadic: signature?.variadic ?? 0,
    returnType: signature?.returns ?? 'vector',
  }
}

function matchingJson({ cardinality, labels, on, include, fill }: VectorMatching): ExprJson {
  return { card: cardinality, labels, on, include, fillValues: { lhs: fill.left, rhs: fill.right } }
}
