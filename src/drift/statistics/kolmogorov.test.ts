import { describe, expect, test } from 'vitest'
import { chiSquareTail, logGamma, normalTail, studentTwoSided } from './distributions.ts'
import { kolmogorovTail } from './kolmogorov.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { pairedNumbers } from './paired-counts.ts'

describe('distributions at values that textbooks print', () => {
  test('Kolmogorov: the example of Marsaglia, Tsang and Wang', () => {
    expect(1 - kolmogorovTail(10, 0.274)).toBeCloseTo(0.6284796154565, 12)
  })

  test('Kolmogorov: the expansion for large samples goes on where the exact matrix ends', () => {
    const step = kolmogorovTail(140, 0.09) - kolmogorovTail(141, 0.09)
    const before = kolmogorovTail(139, 0.09) - kolmogorovTail(140, 0.09)
    expect(step).toBeCloseTo(before, 4)
  })

  test('Kolmogorov: the limit distribution at its 5 % point', () => {
    expect(kolmogorovTail(1_000_000, 1.3581 / 1_000)).toBeCloseTo(0.05, 3)
  })

  test('normal, chi-square, t and gamma', () => {
    expect(normalTail(1.959963984540054)).toBeCloseTo(0.025, 14)
    expect(normalTail(-1)).toBeCloseTo(0.8413447460685429, 14)
    expect(normalTail(30) / 4.906713927147908e-198).toBeCloseTo(1, 10)
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 13)
    expect(studentTwoSided(2.228138851986274, 10)).toBeCloseTo(0.05, 13)
    expect(studentTwoSided(0, 10)).toBe(1)
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14)
    expect(logGamma(101)).toBeCloseTo(363.7393755555635, 11)
  })
})

describe('two samples beyond the size of the exact test', () => {
  test('give the probability of one sample of the effective size', () => {
    const reference = Array.from({ length: 12_000 }, (_, i) => i)
    const current = Array.from({ length: 12_000 }, (_, i) => i + 200)
    const { statistic, pValue } = kolmogorovSmirnov(pairedNumbers(reference, current))
    expect(statistic).toBeCloseTo(200 / 12_000, 12)
    expect(pValue).toBe(kolmogorovTail(6_000, statistic))
    expect(pValue).toBeGreaterThan(0.06)
    expect(pValue).toBeLessThan(0.08)
  })
})
