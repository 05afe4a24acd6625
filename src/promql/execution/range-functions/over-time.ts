import { kahanAdd, type KahanSum } from '../../float-arithmetic.ts'
import type { Window } from './window.ts'

export function countOverTime(window: Window): boolean {
  window.result = window.to - window.from
  return true
}

export function presentOverTime(window: Window): boolean {
  window.result = 1
  return true
}

export function firstOverTime(window: Window): boolean {
  window.result = window.samples.values[window.from]!
  return true
}

export function lastOverTime(window: Window): boolean {
  window.result = window.samples.values[window.to - 1]!
  return true
}

export function tsOfFirstOverTime(window: Window): boolean {
  window.result = window.samples.timestampsMs[window.from]! / 1000
  return true
}

export function tsOfLastOverTime(window: Window): boolean {
  window.result = window.samples.timestampsMs[window.to - 1]! / 1000
  return true
}

export function sumOverTime(window: Window): boolean {
  const { values } = window.samples
  const total: KahanSum = { sum: 0, compensation: 0 }
  for (let i = window.from; i < window.to; i++) kahanAdd(total, values[i]!)
  window.result = Number.isFinite(total.sum) || Number.isNaN(total.sum) ? total.sum + total.compensation : total.sum
  return true
}

/** The mean from the sum, as long as that stays finite; from then on moved sample by sample. */
export function avgOverTime(window: Window): boolean {
  const { values } = window.samples
  const total: KahanSum = { sum: values[window.from]!, compensation: 0 }
  const count = window.to - window.from
  for (let i = 1; i < count; i++) {
    const { sum, compensation } = total
    kahanAdd(total, values[window.from + i]!)
    if (total.sum !== Infinity && total.sum !== -Infinity) continue
    window.result = movingMean(window, i, { sum: sum / i, compensation: compensation / i })
    return true
  }
  window.result = total.sum / count + total.compensation / count
  return true
}

/** Goes on with the mean of the first `done` samples of the window. */
function movingMean(window: Window, done: number, mean: KahanSum): number {
  const { values } = window.samples
  for (let i = done; i < window.to - window.from; i++) {
    const count = i + 1
    const kept = (count - 1) / count
    mean.sum *= kept
    mean.compensation *= kept
    kahanAdd(mean, values[window.from + i]! / count)
  }
  return mean.sum + mean.compensation
}

export function stdvarOverTime(window: Window): boolean {
  const { values } = window.samples
  const mean: KahanSum = { sum: 0, compensation: 0 }
  const squares: KahanSum = { sum: 0, compensation: 0 }
  let count = 0
  for (let i = window.from; i < window.to; i++) {
    count++
    const delta = values[i]! - (mean.sum + mean.compensation)
    kahanAdd(mean, delta / count)
    kahanAdd(squares, delta * (values[i]! - (mean.sum + mean.compensation)))
  }
  window.result = (squares.sum + squares.compensation) / count
  return true
}

export function stddevOverTime(window: Window): boolean {
  stdvarOverTime(window)
  window.result = Math.sqrt(window.result)
  return true
}
