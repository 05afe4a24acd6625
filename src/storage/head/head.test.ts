import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { Matcher } from '../../model/matcher.ts'
import { SampleBatchBuilder } from '../../model/sample.ts'
import type { Steps } from '../../util/steps.ts'
import { Head } from './head.ts'

const SERIES = 10_000
const EVERYTHING = { minMs: 0, maxMs: 1_000 }
const LATER = { minMs: 2_000, maxMs: 3_000 }
const ALL = [[new Matcher('__name__', '=', 'x')]]

function fullHead(): Head {
  const head = new Head({ windowMs: 1e9, maxSizeBytes: 1e9, graceMs: 0, minTimeMs: 0 })
  const batch = new SampleBatchBuilder()
  for (let i = 0; i < SERIES; i++) batch.add(Labels.from({ __name__: 'x', id: String(i) }), 500, i)
  head.append(batch.build())
  return head
}

function run<T>(steps: Steps<T>): { readonly turns: number; readonly result: T } {
  for (let turns = 0; ; turns++) {
    const step = steps.next()
    if (step.done === true) return { turns, result: step.value }
  }
}

describe('a head of ten thousand series lets others have a turn for each few thousand', () => {
  const head = fullHead()

  test('while it looks for series', () => {
    const { turns, result } = run(head.series(ALL, EVERYTHING))
    expect(turns).toBeGreaterThanOrEqual(5)
    expect(result).toHaveLength(SERIES)
  })

  test.each([[ALL], [[]]])('while it looks for the values of a label', (selectors) => {
    const { turns, result } = run(head.labelValues('id', selectors, EVERYTHING))
    expect(turns).toBeGreaterThanOrEqual(5)
    expect(result).toHaveLength(SERIES)
  })

  test('while it finds that no series has samples in the range', () => {
    expect(run(head.labelNames([], LATER))).toEqual({ turns: 5, result: [] })
    const blocks = [...head.select(ALL[0] ?? [], LATER)]
    expect(blocks.length).toBeGreaterThanOrEqual(4)
    expect(blocks.flat()).toEqual([])
  })
})

test('label sets that are equal share their texts once their samples are in the head', () => {
  const head = new Head({ windowMs: 1e9, maxSizeBytes: 1e9, graceMs: 0, minTimeMs: 0 })
  const [first, again] = [Labels.from({ __name__: 'x', id: '1' }), Labels.from({ __name__: 'x', id: '1' })]
  for (const labels of [first, again]) {
    const batch = new SampleBatchBuilder()
    batch.add(labels, 500, 1)
    head.append(batch.build())
  }
  expect(head.seriesCount).toBe(1)
  expect(again.pairs).toBe(first.pairs)
  expect(again.key).toBe(first.key)
})
