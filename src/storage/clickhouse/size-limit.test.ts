import { describe, expect, test } from 'vitest'
import { partitionsToDrop, type DayPartition } from './size-limit.ts'

const TODAY = '2026-02-01'

function partition(table: string, day: string, sizeBytes: number): DayPartition {
  return { table, day, sizeBytes }
}

describe('a store above its size', () => {
  const spans = partition('spans', '2026-01-29', 40)
  const samples = [30, 31].map((day) => partition('samples', `2026-01-${day}`, 30))
  const series = [30, 31].map((day) => partition('series', `2026-01-${day}`, 10))
  const today = partition('samples', TODAY, 50)
  const all = [today, ...series, spans, ...samples]
  const dropped = (maxBytes: number): string[] =>
    partitionsToDrop(all, maxBytes, TODAY).map(({ table, day }) => `${table} ${day}`)

  test('forgets nothing while it fits', () => {
    expect(dropped(170)).toEqual([])
  })

  test('forgets its oldest days, each as a whole, until the rest fits', () => {
    expect(dropped(169)).toEqual(['spans 2026-01-29'])
    expect(dropped(130)).toEqual(['spans 2026-01-29'])
    expect(dropped(129)).toEqual(['series 2026-01-30', 'spans 2026-01-29', 'samples 2026-01-30'])
  })

  test('never forgets today', () => {
    expect(dropped(0)).not.toContain(`samples ${TODAY}`)
    expect(dropped(0)).toHaveLength(5)
  })
})
