import { studentTwoSided } from './distributions.ts'
import { momentsOf, type Moments, type PairedCounts } from './paired-counts.ts'
import type { TestResult } from './test-result.ts'

/** Two-sided t test of equal means without assuming equal variances (Welch 1947). NaN when neither side varies or one has fewer than two values. */
export function welch(reference: Moments, current: Moments): TestResult {
  const a = reference.squares / (reference.count - 1) / reference.count
  const b = current.squares / (current.count - 1) / current.count
  const degrees = (a + b) ** 2 / (a ** 2 / (reference.count - 1) + b ** 2 / (current.count - 1))
  return tOf(reference.mean - current.mean, Math.sqrt(a + b), degrees)
}

/** Two-sided t test of equal means with a pooled variance (Student 1908). */
export function student(reference: Moments, current: Moments): TestResult {
  const degrees = reference.count + current.count - 2
  const variance = (reference.squares + current.squares) / degrees
  const error = Math.sqrt(variance * (1 / reference.count + 1 / current.count))
  return tOf(reference.mean - current.mean, error, degrees)
}

/** Welch's test of two samples. */
export function welchOf({ values, reference, current }: PairedCounts): TestResult {
  return welch(momentsOf(values, reference), momentsOf(values, current))
}

function tOf(difference: number, error: number, degrees: number): TestResult {
  const statistic = difference / error
  return { statistic, pValue: studentTwoSided(statistic, degrees) }
}
