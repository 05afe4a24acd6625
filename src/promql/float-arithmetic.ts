/**
 * Arithmetic of 64-bit floats where JavaScript and Go (whose results Prometheus's users know) differ.
 * `+ - * / %`, comparison, floor and sqrt are the same in both.
 */

/** `x ** y` as Go's math.Pow: 1 to any power is 1, also to NaN, and (-1) to an infinite power is 1. */
export function goPow(x: number, y: number): number {
  if (x === 1) return 1
  if (x === -1 && (y === Infinity || y === -Infinity)) return 1
  return x ** y
}

/** The running sum of a Kahan-Neumaier summation: `sum + compensation` is the total. */
export interface KahanSum {
  sum: number
  compensation: number
}

/** Adds with Neumaier's improvement; an infinite sum loses its compensation, because Inf - Inf would make it NaN. */
export function kahanAdd(into: KahanSum, value: number): void {
  const sum = into.sum
  const total = sum + value
  if (total === Infinity || total === -Infinity) into.compensation = 0
  else if (Math.abs(sum) >= Math.abs(value)) into.compensation += sum - total + value
  else into.compensation += value - total + sum
  into.sum = total
}

/** As Go's math.Max: +Inf wins over NaN, else NaN wins. */
export function goMax(x: number, y: number): number {
  return x === Infinity || y === Infinity ? Infinity : Math.max(x, y)
}

/** As Go's math.Min: -Inf wins over NaN, else NaN wins. */
export function goMin(x: number, y: number): number {
  return x === -Infinity || y === -Infinity ? -Infinity : Math.min(x, y)
}
