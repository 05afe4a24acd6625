import { formatDuration } from '../../model/duration.ts'
import { compareText, METRIC_NAME } from '../../model/labels.ts'
import type { Matcher } from '../../model/matcher.ts'
import type {
  Aggregation,
  BinaryExpr,
  Call,
  DurationExpr,
  Expr,
  MatrixSelector,
  NumberLiteral,
  Subquery,
  TimeModifiers,
  VectorMatching,
  VectorSelector,
} from './ast.ts'
import { formatPlain, formatShort } from './number.ts'
import { quote } from './quote.ts'

/** Writes an expression on one line exactly as Prometheus does; what it writes parses to the same tree. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return printNumber(expr)
    case 'string':
      return quote(expr.value)
    case 'vector-selector':
      return printSelector(expr)
    case 'matrix-selector':
      return printMatrix(expr)
    case 'subquery':
      return printExpr(expr.expr) + subquerySuffix(expr)
    case 'call':
      return `${expr.func}(${expr.args.map(printExpr).join(', ')})`
    case 'aggregation':
      return printAggregation(expr)
    case 'binary':
      return `${printExpr(expr.left)} ${printOperator(expr)} ${printExpr(expr.right)}`
    case 'unary':
      return expr.op + printExpr(expr.expr)
    case 'paren':
      return `(${printExpr(expr.expr)})`
    case 'step-invariant':
      return printExpr(expr.expr)
  }
}

const MAX_LINE_BYTES = 100

/**
 * Writes an expression over several lines as Prometheus's `format_query` does: a part stays on one line when that line, without its
 * indentation, has at most 100 bytes.
 */
export function prettyPrint(expr: Expr, level = 0): string {
  const indent = '  '.repeat(level)
  const line = printExpr(expr)
  const isShort = Buffer.byteLength(line) <= MAX_LINE_BYTES
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'vector-selector':
    case 'matrix-selector':
      return indent + line
    case 'subquery':
      // Prometheus does not indent a short subquery.
      return isShort ? line : prettyPrint(expr.expr, level) + subquerySuffix(expr)
    case 'step-invariant':
      return prettyPrint(expr.expr, level)
    case 'unary':
      return indent + expr.op + prettyPrint(expr.expr, level).trim()
    case 'call':
      return isShort ? indent + line : prettyCall(expr, level)
    case 'aggregation':
      return isShort ? indent + line : prettyAggregation(expr, level)
    case 'binary':
      return isShort ? indent + line : prettyBinary(expr, level)
    case 'paren':
      return isShort ? indent + line : `${indent}(\n${prettyPrint(expr.expr, level + 1)}\n${indent})`
  }
}

function prettyCall({ func, args }: Call, level: number): string {
  const indent = '  '.repeat(level)
  return `${indent}${func}(\n${args.map((arg) => prettyPrint(arg, level + 1)).join(',\n')}\n${indent})`
}

function prettyAggregation(aggregation: Aggregation, level: number): string {
  const indent = '  '.repeat(level)
  const param = aggregation.param === null ? '' : `${prettyPrint(aggregation.param, level + 1)},\n`
  const inner = prettyPrint(aggregation.expr, level + 1)
  return `${indent}${aggregationHead(aggregation)}(\n${param}${inner}\n${indent})`
}

function prettyBinary(binary: BinaryExpr, level: number): string {
  const operator = '  '.repeat(level) + printOperator(binary)
  return `${prettyPrint(binary.left, level + 1)}\n${operator}\n${prettyPrint(binary.right, level + 1)}`
}

function printNumber({ value, duration }: NumberLiteral): string {
  return duration ? printDurationMs(value * 1000) : formatPlain(value)
}

function printDurationMs(ms: number): string {
  return ms < 0 ? `-${printDurationMs(-ms)}` : formatDuration(Math.trunc(ms))
}

function printSelector(selector: VectorSelector): string {
  const at = printAt(selector)
  return `${printSeries(selector)}${at}${printExtension(selector)}${printOffset(selector)}`
}

function printMatrix({ vector, range }: MatrixSelector): string {
  const suffix = printExtension(vector) + printAt(vector) + printOffset(vector)
  return `${printSeries(vector)}[${printRange(range)}]${suffix}`
}

/** Name and matchers; the matchers sorted, and that of a name written outside the braces left out. */
function printSeries({ name, matchers }: VectorSelector): string {
  const inBraces = matchers.filter((matcher) => !saysName(matcher, name)).map(printMatcher)
  return inBraces.length === 0 ? name || '' : `${name}{${inBraces.sort(compareText).join(',')}}`
}

function saysName(matcher: Matcher, name: string): boolean {
  return name !== '' && matcher.name === METRIC_NAME && matcher.type === '=' && matcher.value === name
}

/** A matcher as PromQL writes it: `job=~"a|b"`, with quotes around names that are not plain words. */
export function printMatcher({ name, type, value }: Matcher): string {
  return printLabel(name) + type + quote(value)
}

const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

function printLabel(name: string): string {
  return PLAIN_LABEL.test(name) ? name : quote(name)
}

function printLabels(names: readonly string[]): string {
  return names.map(printLabel).join(', ')
}

function printAt({ at }: TimeModifiers): string {
  if (at === null) return ''
  return at.kind === 'timestamp' ? ` @ ${(at.timestampMs / 1000).toFixed(3)}` : ` @ ${at.kind}()`
}

function printOffset({ offset }: TimeModifiers): string {
  return offset === null ? '' : ` offset ${printRange(offset)}`
}

function printExtension({ extension }: VectorSelector): string {
  return extension === 'none' ? '' : ` ${extension}`
}

function subquerySuffix({ range, step, ...modifiers }: Subquery): string {
  const printedStep = step === null ? '' : printRange(step)
  return `[${printRange(range)}:${printedStep}]${printAt(modifiers)}${printOffset(modifiers)}`
}

/** A range, step or offset: a plain number of seconds prints as a duration there. */
function printRange(duration: DurationExpr): string {
  return duration.kind === 'duration' ? printDurationMs(duration.ms) : printDuration(duration)
}

/** A duration inside arithmetic. */
function printDuration(duration: DurationExpr): string {
  switch (duration.kind) {
    case 'duration':
      return duration.unitless === true ? formatPlain(duration.ms / 1000) : printDurationMs(duration.ms)
    case 'duration-query':
      return `${duration.value}()`
    case 'duration-unary':
      return `${duration.op === '-' ? '-' : ''}${printDuration(duration.operand)}`
    case 'duration-binary':
      return `${printDuration(duration.left)} ${duration.op} ${printDuration(duration.right)}`
    case 'duration-call':
      return `${duration.func}_of(${duration.args.map(printDuration).join(', ')})`
    case 'duration-paren':
      return `(${printDuration(duration.inner)})`
  }
}

function printAggregation(aggregation: Aggregation): string {
  const param = aggregation.param === null ? '' : `${printExpr(aggregation.param)}, `
  return `${aggregationHead(aggregation)}(${param}${printExpr(aggregation.expr)})`
}

function aggregationHead({ op, grouping, without }: Aggregation): string {
  if (without) return `${op} without (${printLabels(grouping)}) `
  return grouping.length === 0 ? op : `${op} by (${printLabels(grouping)}) `
}

function printOperator({ op, returnBool, matching }: BinaryExpr): string {
  return `${op}${returnBool ? ' bool' : ''}${matching === null ? '' : printMatching(matching)}`
}

function printMatching({ cardinality, on, labels, include, fill }: VectorMatching): string {
  const grouped = cardinality === 'many-to-one' || cardinality === 'one-to-many'
  let text = ''
  if (labels.length > 0 || on || grouped) text += ` ${on ? 'on' : 'ignoring'} (${printLabels(labels)})`
  if (grouped) text += ` group_${cardinality === 'many-to-one' ? 'left' : 'right'} (${printLabels(include)})`
  return text + printFill(fill)
}

function printFill({ left, right }: VectorMatching['fill']): string {
  if (left !== null && left === right) return ` fill (${formatShort(left)})`
  const leftText = left === null ? '' : ` fill_left (${formatShort(left)})`
  return right === null ? leftText : `${leftText} fill_right (${formatShort(right)})`
}
