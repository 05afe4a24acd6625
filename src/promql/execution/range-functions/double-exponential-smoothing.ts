import { ExecutionError } from '../../errors.ts'
import type { Window, WindowFunction } from './window.ts'

/** Holt's double exponential smoothing with a smoothing factor and a trend factor, both strictly between 0 and 1. */
export function doubleExponentialSmoothing(smoothing: Float64Array, trend: Float64Array): WindowFunction {
  return (window) => {
    const smoothingFactor = smoothing[window.step]!
    const trendFactor = trend[window.step]!
    requireFactor('smoothing', 'sf', smoothingFactor)
    requireFactor('trend', 'tf', trendFactor)
    if (window.to - window.from < 2) return false
    window.result = smooth(window, smoothingFactor, trendFactor)
    return true
  }
}

function smooth(window: Window, smoothingFactor: number, trendFactor: number): number {
  const { values } = window.samples
  let before = 0
  let level = values[window.from]!
  let slope = values[window.from + 1]! - level
  for (let i = window.from + 1; i < window.to; i++) {
    const scaled = smoothingFactor * values[i]!
    if (i > window.from + 1) slope = trendFactor * (level - before) + (1 - trendFactor) * slope
    const rest = (1 - smoothingFactor) * (level + slope)
    before = level
    level = scaled + rest
  }
  return level
}

/** NaN passes, as in Prometheus. */
function requireFactor(name: string, symbol: string, factor: number): void {
  if (!(factor <= 0 || factor >= 1)) return
  throw new ExecutionError(`invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: ${fixed(factor)}`)
}

/** As Go's %f. */
function fixed(value: number): string {
  return Number.isFinite(value) ? value.toFixed(6) : value > 0 ? '+Inf' : '-Inf'
}
