import { describe, expect, test } from 'vitest'
import { normal, seededRandom } from '../util/random.ts'
import { compareCategories, compareNumbers, DEFAULT_COMPARISON, type ComparisonOptions } from './comparison.ts'
import { Sketch } from './sketch.ts'
import { weighted } from './statistics/paired-counts.ts'

const LIVE: ComparisonOptions = { bins: 'quantile', exactUpTo: 200, zeros: 'half', minPerBin: 20 }
const ROUNDS = 200

function logNormal(random: () => number, count: number, mean: number): number[] {
  return Array.from({ length: count }, () => Math.round(Math.exp(normal(random, mean, 0.7))))
}

/** Shares of comparisons by level, of so many values on each side. */
function levels(count: number, shift: number, options: ComparisonOptions): Record<string, number> {
  const random = seededRandom(count)
  const shares: Record<string, number> = { none: 0, slight: 0, severe: 0 }
  for (let i = 0; i < ROUNDS; i++) {
    const [reference, current] = [logNormal(random, count, 6), logNormal(random, count, 6 + shift)]
    const { level } = compareNumbers(weighted(reference), weighted(current), options)
    shares[level] = (shares[level] ?? 0) + 1 / ROUNDS
  }
  return shares
}

describe('few requests', () => {
  test.each([40, 100, 400])('%i of one distribution seldom look like severe drift', (count) => {
    expect(levels(count, 0, LIVE)['severe']).toBeLessThan(count < 100 ? 0.15 : 0.05)
  })

  test.each([40, 100, 400])('%i of twice the size nearly always do', (count) => {
    expect(levels(count, Math.LN2, LIVE)['severe']).toBeGreaterThan(0.95)
  })

  test('rare categories count as one', () => {
    const names = (offset: number): Map<string, number> =>
      new Map([['a', 50], ...Array.from({ length: 10 }, (_, i) => [`id-${offset + i}`, 1] as const)])
    expect(compareCategories(names(0), names(100), LIVE)).toMatchObject({ level: 'none', effects: { psi: 0 } })
    expect(compareCategories(names(0), names(100)).level).toBe('severe')
  })
})

describe('many requests', () => {
  test('of one distribution differ by next to nothing, however small p may get', () => {
    const random = seededRandom(7)
    const found = compareNumbers(
      weighted(logNormal(random, 20_000, 6)),
      weighted(logNormal(random, 20_000, 6.03)),
      LIVE,
    )
    expect(found.level).toBe('none')
    expect(found.effects.psi).toBeLessThan(0.01)
    expect(found.tests.welch?.pValue).toBeLessThan(0.01)
  })
})

describe('sketches', () => {
  test('that were merged say what one over everything says, within their one per cent', () => {
    const random = seededRandom(5)
    const [reference, current] = [logNormal(random, 3_000, 6), logNormal(random, 2_000, 6.2)]
    const parts = [new Sketch(), new Sketch(), new Sketch()]
    current.forEach((value, i) => parts[i % 3]?.add(value))
    const merged = new Sketch()
    for (const part of parts) merged.merge(Sketch.fromDocument(part.toDocument()))
    const whole = new Sketch()
    for (const value of reference) whole.add(value)
    const exact = compareNumbers(weighted(reference), weighted(current))
    const sketched = compareNumbers(whole.values(), merged.values())
    expect(sketched.effects.wasserstein).toBeCloseTo(exact.effects.wasserstein ?? NaN, -1)
    expect(Math.abs((sketched.effects.ks ?? 0) - (exact.effects.ks ?? 0))).toBeLessThan(0.015)
    expect(Math.abs((sketched.effects.psi ?? 0) - (exact.effects.psi ?? 0))).toBeLessThan(0.015)
  })

  test('keep zero, negative numbers and their order', () => {
    const sketch = new Sketch()
    for (const value of [-5, 0, 3, NaN, Infinity]) sketch.add(value)
    const { values, counts } = sketch.values()
    expect(counts).toEqual([1, 1, 1])
    expect(values[0]).toBeCloseTo(-5, 1)
    expect(values[1]).toBe(0)
    expect(values[2]).toBeCloseTo(3, 1)
  })

  test('hold no more than two hundred categories', () => {
    const sketch = new Sketch()
    for (let i = 0; i < 1_000; i++) sketch.add(`id-${i}`)
    expect(sketch.categories.size).toBe(201)
    expect(sketch.categories.get('(other)')).toBe(800)
  })
})

describe('a reference of few different values', () => {
  test('gives each its bin, and new values their own', () => {
    const found = compareNumbers(weighted([1, 1, 2, 2, 2]), weighted([1, 2, 2, 9, 9]), DEFAULT_COMPARISON)
    expect(found.bins.map(({ label, reference, current }) => [label, reference, current])).toEqual([
      ['< 1', 0, 0],
      ['1 – 1.5', 2, 1],
      ['1.5 – 2', 3, 2],
      ['≥ 2', 0, 2],
    ])
  })
})
