import type { DurationExpr, Position } from '../parser/ast.ts'
import { ParseError } from '../errors.ts'
import { goPow } from '../float-arithmetic.ts'
import { assertNever } from '../../util/assert-never.ts'

/** The times of the query that `step()` and `range()` in a duration refer to. */
export interface QueryTimes {
  readonly startMs: number
  readonly endMs: number
  /** 0 for an instant query. */
  readonly stepMs: number
}

/** The largest number of seconds that fits Prometheus's nanosecond durations. */
const MAX_SECONDS = 2 ** 63 / 1e9

/** Computes an offset, which may be negative, in milliseconds. Throws `ParseError` in Prometheus's words. */
export function resolveOffset(duration: DurationExpr | null, times: QueryTimes): number {
  return duration === null ? 0 : resolve(duration, times)
}

/** Computes a range or a step, which must be positive, in milliseconds. Throws `ParseError` in Prometheus's words. */
export function resolvePositive(duration: DurationExpr, times: QueryTimes): number {
  return resolve(duration, times, false)
}

function resolve(duration: DurationExpr, times: QueryTimes, allowNegative = true): number {
  if (duration.kind === 'duration') return duration.ms
  const seconds = secondsOf(duration, times)
  if (!Number.isFinite(seconds)) throw invalid('duration is NaN or infinite', duration.position)
  if (seconds <= 0 && !allowNegative) throw invalid('duration must be greater than 0', duration.position)
  if (Math.abs(seconds) > MAX_SECONDS) throw invalid('duration is out of range', duration.position)
  return Math.trunc(seconds * 1000)
}

function secondsOf(duration: DurationExpr, times: QueryTimes): number {
  switch (duration.kind) {
    case 'duration':
      return duration.ms / 1000
    case 'duration-query':
      return (duration.value === 'step' ? times.stepMs : times.endMs - times.startMs) / 1000
    case 'duration-unary':
      return duration.op === '-' ? -secondsOf(duration.operand, times) : secondsOf(duration.operand, times)
    case 'duration-paren':
      return secondsOf(duration.inner, times)
    case 'duration-call': {
      const [a, b] = duration.args.map((argument) => secondsOf(argument, times))
      return duration.func === 'min' ? Math.min(a ?? NaN, b ?? NaN) : Math.max(a ?? NaN, b ?? NaN)
    }
    case 'duration-binary':
      return binarySeconds(duration, times)
    default:
      return assertNever(duration)
  }
}

function binarySeconds(duration: DurationExpr & { kind: 'duration-binary' }, times: QueryTimes): number {
  const left = secondsOf(duration.left, times)
  const right = secondsOf(duration.right, times)
  switch (duration.op) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      if (right === 0) throw invalid('division by zero', duration.position)
      return left / right
    case '%':
      if (right === 0) throw invalid('modulo by zero', duration.position)
      return left % right
    case '^':
      return goPow(left, right)
  }
}

function invalid(reason: string, position: Position): ParseError {
  return new ParseError(`${position.start}:${position.end}: ${reason}`, position)
}
