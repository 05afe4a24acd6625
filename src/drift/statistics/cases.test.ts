import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { categoricalConventions, numericConventions } from '../conventions.ts'
import { countsAround, quantileEdges } from './bins.ts'
import { weighted } from './paired-counts.ts'
import { sharesOf } from './shares.ts'

const shared = path.resolve(import.meta.dirname, '../../../../shared/data')
const file = path.join(shared, 'drift/cases.dev.json')

interface Case {
  readonly name: string
  readonly type: 'numeric' | 'categorical'
  readonly source: string
  readonly reference?: ReadonlyArray<number | string>
  readonly current?: ReadonlyArray<number | string>
  readonly expected: Readonly<Record<string, unknown>> & {
    readonly reference_counts?: readonly number[]
    readonly current_counts?: readonly number[]
  }
}

interface Sides {
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

/** Arrays that the case does not carry are a column of a file beside it; others cannot be had without the generator that made them. */
function sidesOf({ reference, current, source }: Case): Sides | undefined {
  if (reference !== undefined && current !== undefined)
    return { reference: reference.map(Number), current: current.map(Number) }
  const column = /\/([\w.]+\.csv) column (\w+), rows \[0,(\d+)\)/.exec(source)
  const found = path.join(shared, 'traffic', column?.[1] ?? '')
  if (column === null || !existsSync(found)) return undefined
  const [header = '', ...lines] = readFileSync(found, 'utf8').trim().split('\n')
  const index = header
    .trim()
    .split(',')
    .indexOf(column[2] ?? '')
  const numbers = lines.map((line) => Number(line.split(',')[index]))
  return { reference: numbers.slice(0, Number(column[3])), current: numbers.slice(Number(column[3])) }
}

function numericFindings({ reference, current }: Sides): Record<string, unknown> {
  const [before, now] = [weighted(reference), weighted(current)]
  const inner = quantileEdges(before)
  const conventions = numericConventions(before, now)
  const deciles = {
    ...conventions['psi_10_reference_deciles_eps_1e-4'],
    edges_inner: inner,
    reference_share: sharesOf(countsAround(inner, before), 'none'),
    current_share: sharesOf(countsAround(inner, now), 'none'),
  }
  return { ...conventions, 'psi_10_reference_deciles_eps_1e-4': deciles }
}

const NOT_GIVEN = new Set(['bins', 'keys', 'reference_counts', 'current_counts'])

/** Numbers of both by their path; tiny p-values agree in their size, everything else in a billionth. */
function expectClose(found: unknown, expected: unknown, at: string): void {
  if (typeof expected === 'number') {
    const tolerance = 1e-9 * Math.max(1, Math.abs(expected))
    expect(Math.abs(Number(found) - expected), `${at}: found ${String(found)}, expected ${expected}`).toBeLessThan(
      tolerance,
    )
    if (expected > 0 && !at.includes('cramervonmises'))
      expect(
        Math.abs(Number(found) / expected - 1),
        `${at}: found ${String(found)}, expected ${expected}`,
      ).toBeLessThan(1e-6)
    return
  }
  if (typeof expected !== 'object' || expected === null) return
  for (const [key, value] of Object.entries(expected)) {
    // Bins are checked by what is computed from them.
    if (!NOT_GIVEN.has(key)) expectClose(Reflect.get(Object(found), key), value, `${at} ${key}`)
  }
}

describe.skipIf(!existsSync(file))('statistics agree with scipy and Evidently (../shared/data/drift)', () => {
  const { cases } = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] })
    : { cases: [] }
  for (const one of cases) {
    const { reference_counts: before, current_counts: now } = one.expected
    if (one.type === 'categorical') {
      test(one.name, () => expectClose(categoricalConventions(before ?? [], now ?? []), one.expected, one.name))
      continue
    }
    const sides = sidesOf(one)
    test.skipIf(sides === undefined)(one.name, () => {
      if (sides !== undefined) expectClose(numericFindings(sides), one.expected, one.name)
    })
  }
})
