import type { RangeFunctionName } from '../../plan/function-names.ts'
import type { Position } from '../../parser/ast.ts'
import { formatShort } from '../../parser/number.ts'
import { ExecutionError } from '../../errors.ts'
import type { Annotations } from '../annotations.ts'
import { doubleExponentialSmoothing } from './double-exponential-smoothing.ts'
import { extendedRate } from './extended-rate.ts'
import { ExtrapolatedRate } from './extrapolated-rate.ts'
import { extremeOverTime, tsOfExtremeOverTime } from './extreme-over-time.ts'
import { instantDelta, instantRate } from './instant-rate.ts'
import { deriv, predictLinear } from './linear-regression.ts'
import {
  avgOverTime,
  countOverTime,
  firstOverTime,
  lastOverTime,
  presentOverTime,
  stddevOverTime,
  stdvarOverTime,
  sumOverTime,
  tsOfFirstOverTime,
  tsOfLastOverTime,
} from './over-time.ts'
import { madOverTime, quantileOverTime } from './quantile-over-time.ts'
import { countChanges, countResets } from './reset-count.ts'
import { SlidingWindows, type RangeFunction, type WindowFunction, type Windows } from './window.ts'

/** What a range function is made of. */
export interface RangeCall {
  readonly func: RangeFunctionName
  readonly windows: Windows
  readonly extension: 'none' | 'anchored' | 'smoothed'
  /** Scalar arguments, one value a step each. */
  readonly args: readonly Float64Array[]
  readonly annotations: Annotations
  /** Of the first argument as written, for messages. */
  readonly firstArgument: Position
}

const ANCHORED_FUNCTIONS = ['changes', 'delta', 'increase', 'rate', 'resets']
const SMOOTHED_FUNCTIONS = ['delta', 'increase', 'rate']

/** The function over windows by its name. Throws `ExecutionError` where an `anchored` or `smoothed` range does not fit it. */
export function rangeFunction(call: RangeCall): RangeFunction {
  requireExtension(call)
  switch (call.func) {
    case 'rate':
    case 'increase':
    case 'delta':
      return call.extension === 'none' ? extrapolated(call) : new SlidingWindows(call.windows, extended(call))
    default:
      return new SlidingWindows(call.windows, windowFunction({ ...call, func: call.func }))
  }
}

function extrapolated(call: RangeCall): RangeFunction {
  return new ExtrapolatedRate(call.windows, {
    counter: call.func !== 'delta',
    perSecond: call.func === 'rate',
    onStartOverlap: (samples) => call.annotations.startTimeOverlap(samples.labels.metricName, call.firstArgument),
  })
}

function extended(call: RangeCall): WindowFunction {
  return extendedRate({
    counter: call.func !== 'delta',
    perSeconds: call.func === 'rate' ? call.windows.rangeMs / 1000 : undefined,
    smoothed: call.extension === 'smoothed',
  })
}

type WindowCall = RangeCall & { readonly func: Exclude<RangeFunctionName, 'rate' | 'increase' | 'delta'> }

function windowFunction(call: WindowCall): WindowFunction {
  const anchored = call.extension === 'anchored'
  switch (call.func) {
    case 'avg_over_time':
      return avgOverTime
    case 'changes':
      return countChanges(anchored)
    case 'count_over_time':
      return countOverTime
    case 'deriv':
      return deriv
    case 'double_exponential_smoothing':
      return doubleExponentialSmoothing(argument(call, 0), argument(call, 1))
    case 'first_over_time':
      return firstOverTime
    case 'idelta':
      return instantDelta
    case 'irate':
      return instantRate
    case 'last_over_time':
      return lastOverTime
    case 'mad_over_time':
      return madOverTime()
    case 'max_over_time':
      return extremeOverTime('max')
    case 'min_over_time':
      return extremeOverTime('min')
    case 'predict_linear':
      return predictLinear(argument(call, 0))
    case 'present_over_time':
      return presentOverTime
    case 'quantile_over_time':
      return quantileOverTime(argument(call, 0), (q) => warnOfQuantile(call.annotations, q, call.firstArgument))
    case 'resets':
      return countResets(anchored)
    case 'stddev_over_time':
      return stddevOverTime
    case 'stdvar_over_time':
      return stdvarOverTime
    case 'sum_over_time':
      return sumOverTime
    case 'ts_of_first_over_time':
      return tsOfFirstOverTime
    case 'ts_of_last_over_time':
      return tsOfLastOverTime
    case 'ts_of_max_over_time':
      return tsOfExtremeOverTime('max')
    case 'ts_of_min_over_time':
      return tsOfExtremeOverTime('min')
  }
}

export function warnOfQuantile(annotations: Annotations, q: number, position: Position): void {
  annotations.warn(`quantile value should be between 0 and 1, got ${formatShort(q)}`, position)
}

function requireExtension(call: RangeCall): void {
  if (call.extension === 'none') return
  const allowed = call.extension === 'anchored' ? ANCHORED_FUNCTIONS : SMOOTHED_FUNCTIONS
  if (allowed.includes(call.func)) return
  throw new ExecutionError(
    `${call.extension} modifier can only be used with: ${allowed.join(', ')} - not with ${call.func}`,
  )
}

function argument(call: RangeCall, index: number): Float64Array {
  const arg = call.args[index]
  if (arg === undefined) throw new Error(`${call.func} has no argument ${index + 1}`)
  return arg
}
