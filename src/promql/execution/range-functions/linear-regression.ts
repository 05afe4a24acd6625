import { kahanAdd, type KahanSum } from '../../float-arithmetic.ts'
import type { Window, WindowFunction } from './window.ts'

interface Line {
  readonly slope: number
  /** The value at the origin of time that was given. */
  readonly intercept: number
}

/** `deriv`: the slope per second of the least-squares line. */
export function deriv(window: Window): boolean {
  if (window.to - window.from < 2) return false
  // An origin near the samples keeps the squares small.
  window.result = fitLine(window, window.samples.timestampsMs[window.from]!).slope
  return true
}

/** `predict_linear`: the line's value `ahead` seconds after the step. */
export function predictLinear(ahead: Float64Array): WindowFunction {
  return (window) => {
    if (window.to - window.from < 2) return false
    const { slope, intercept } = fitLine(window, window.timeMs)
    window.result = slope * ahead[window.step]! + intercept
    return true
  }
}

function zero(): KahanSum {
  return { sum: 0, compensation: 0 }
}

function total(sum: KahanSum): number {
  return sum.sum + sum.compensation
}

function fitLine(window: Window, originMs: number): Line {
  const { timestampsMs, values } = window.samples
  const first = values[window.from]!
  const [x, y, xy, xx] = [zero(), zero(), zero(), zero()]
  let constant = true
  for (let i = window.from; i < window.to; i++) {
    const value = values[i]!
    const seconds = (timestampsMs[i]! - originMs) / 1e3
    if (i > window.from && value !== first) constant = false
    kahanAdd(x, seconds)
    kahanAdd(y, value)
    kahanAdd(xy, seconds * value)
    kahanAdd(xx, seconds * seconds)
  }
  if (constant) return Number.isFinite(first) || Number.isNaN(first) ? { slope: 0, intercept: first } : NO_LINE
  const n = window.to - window.from
  const covariance = total(xy) - (total(x) * total(y)) / n
  const variance = total(xx) - (total(x) * total(x)) / n
  const slope = covariance / variance
  return { slope, intercept: total(y) / n - (slope * total(x)) / n }
}

const NO_LINE: Line = { slope: NaN, intercept: NaN }
