import { describe, expect, test } from 'vitest'
import { Labels } from '../../src/model/labels.ts'
import { Matcher } from '../../src/model/matcher.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import type { Exemplar } from '../../src/model/series.ts'
import type { SampleStore, TimeRange } from '../../src/storage/sample-store.ts'
import { freshHour } from './stretch-of-time.ts'

const HINTS = { func: '', rangeMs: 0, stepMs: 0 }

export function seriesContract(samples: () => SampleStore): void {
  const write = async (timeMs: number, ...series: readonly Readonly<Record<string, string>>[]): Promise<void> => {
    const batch = new SampleBatchBuilder()
    for (const labels of series) batch.add(Labels.from(labels), timeMs, 1)
    await samples().write(batch.build())
  }
  const seriesOf = async (matchers: readonly Matcher[], range: TimeRange): Promise<string[]> =>
    (await samples().series([matchers], range)).map(String).sort()

  describe('series', () => {
    test('are those with a sample in the range', async () => {
      const { minMs, maxMs } = freshHour()
      await write(minMs, { __name__: 'early' })
      await write(maxMs, { __name__: 'late' })
      expect((await samples().series([], { minMs, maxMs })).map(String).sort()).toEqual(['early', 'late'])
      expect((await samples().series([], { minMs, maxMs: minMs })).map(String)).toEqual(['early'])
      expect(await samples().series([], { minMs: minMs + 1, maxMs: maxMs - 1 })).toEqual([])
    })

    test('match at least one of the selectors', async () => {
      const hour = freshHour()
      await write(
        hour.minMs,
        { __name__: 'one', job: 'x' },
        { __name__: 'two', job: 'y' },
        { __name__: 'three', job: 'y' },
      )
      const selectors = [
        [new Matcher('__name__', '=', 'one')],
        [new Matcher('job', '=', 'y'), new Matcher('__name__', '!=', 'two')],
      ]
      const found = (await samples().series(selectors, hour)).map(String).sort()
      expect(found).toEqual(['one{job="x"}', 'three{job="y"}'])
    })

    test('give label names and values, sorted and each once', async () => {
      const hour = freshHour()
      await write(
        hour.minMs,
        { __name__: 'm', job: 'y', zone: '1' },
        { __name__: 'n', job: 'x' },
        { __name__: 'n', job: 'y' },
      )
      expect(await samples().labelNames([], hour)).toEqual(['__name__', 'job', 'zone'])
      expect(await samples().labelNames([[new Matcher('__name__', '=', 'n')]], hour)).toEqual(['__name__', 'job'])
      expect(await samples().labelValues('job', [], hour)).toEqual(['x', 'y'])
      expect(await samples().labelValues('zone', [], hour)).toEqual(['1'])
      expect(await samples().labelValues('job', [[new Matcher('zone', '=', '')]], hour)).toEqual(['x', 'y'])
      expect(await samples().labelValues('absent', [], hour)).toEqual([])
    })

    test('are counted', async () => {
      const hour = freshHour()
      const before = await samples().cardinality(1_000_000)
      const series = Array.from({ length: 5 }, (_, i) => ({
        __name__: 'counted',
        counted_by: String(i),
        fixed_for_count: 'f',
      }))
      await write(hour.minMs, ...series)
      const after = await samples().cardinality(1_000_000)
      expect(after.seriesCount - before.seriesCount).toBe(5)
      expect(new Map(after.seriesCountByMetricName).get('counted')).toBe(5)
      expect(new Map(after.labelValueCountByLabelName).get('counted_by')).toBe(5)
      expect(new Map(after.seriesCountByLabelPair).get('fixed_for_count=f')).toBe(5)
      const [first] = (await samples().cardinality(1)).seriesCountByLabelPair
      expect(first?.[1]).toBeGreaterThanOrEqual(5)
    })
  })

  describe('deleting', () => {
    test('removes the samples of matching series in the range, and nothing else', async () => {
      const { minMs, maxMs } = freshHour()
      for (const timeMs of [minMs, minMs + 1, minMs + 2]) {
        await write(timeMs, { __name__: 'del', n: '1' }, { __name__: 'del', n: '2' })
      }
      await samples().deleteSamples([[new Matcher('__name__', '=', 'del'), new Matcher('n', '=', '1')]], {
        minMs,
        maxMs: minMs + 1,
      })
      expect(await timesOf('del', { minMs, maxMs })).toEqual({ '1': [minMs + 2], '2': [minMs, minMs + 1, minMs + 2] })
    })

    test('makes a series without samples unknown until it comes back', async () => {
      const hour = freshHour()
      const matchers = [new Matcher('__name__', '=', 'gone')]
      await write(hour.minMs, { __name__: 'gone' })
      const before = (await samples().cardinality(1)).seriesCount
      await samples().deleteSamples([matchers], hour)
      expect(await seriesOf(matchers, hour)).toEqual([])
      expect((await samples().cardinality(1)).seriesCount).toBe(before - 1)
      await write(hour.minMs + 5, { __name__: 'gone' })
      expect(await seriesOf(matchers, hour)).toEqual(['gone'])
      expect(await timesOf('gone', hour)).toEqual({ '': [hour.minMs + 5] })
    })

    test('of a sample lets the same time be written again', async () => {
      const hour = freshHour()
      await write(hour.minMs, { __name__: 'again' })
      await samples().deleteSamples([[new Matcher('__name__', '=', 'again')]], hour)
      await write(hour.minMs, { __name__: 'again' })
      expect(await timesOf('again', hour)).toEqual({ '': [hour.minMs] })
    })
  })

  const timesOf = async (metric: string, range: TimeRange): Promise<Record<string, number[]>> => {
    const found: Record<string, number[]> = {}
    for await (const block of samples().select([new Matcher('__name__', '=', metric)], range, HINTS)) {
      for (const { labels, timestampsMs } of block) found[labels.get('n')] = [...timestampsMs]
    }
    return found
  }

  describe('metadata', () => {
    test('is the newest statement of each name', async () => {
      await samples().writeMetadata([
        { name: 'meta_a_total', type: 'counter', help: 'First.', unit: '' },
        { name: 'meta_b', type: 'gauge', help: `It's "b"\n\\`, unit: 'seconds' },
      ])
      await samples().writeMetadata([{ name: 'meta_a_total', type: 'counter', help: 'Second.', unit: '' }])
      await samples().writeMetadata([{ name: 'meta_a_total', type: 'counter', help: 'First.', unit: '' }])
      const found = (await samples().metadata()).filter(({ name }) => name.startsWith('meta_'))
      expect(found).toEqual([
        { name: 'meta_a_total', type: 'counter', help: 'First.', unit: '' },
        { name: 'meta_b', type: 'gauge', help: `It's "b"\n\\`, unit: 'seconds' },
      ])
    })
  })

  describe('exemplars', () => {
    test('are found by series and time, each once, by ascending time', async () => {
      const { minMs, maxMs } = freshHour()
      const exemplar = (n: string, timestampMs: number, value: number): Exemplar => ({
        seriesLabels: Labels.from({ __name__: 'ex_bucket', n }),
        labels: Labels.from({ trace_id: `t${value}` }),
        value,
        timestampMs,
      })
      await samples().writeExemplars([
        exemplar('1', minMs + 2, 0.1 + 0.2),
        exemplar('1', minMs, 1),
        exemplar('2', minMs, 2),
      ])
      await samples().writeExemplars([exemplar('1', minMs, 1), exemplar('1', maxMs + 1, 3)])
      const found = await samples().exemplars([[new Matcher('n', '=', '1')]], { minMs, maxMs })
      expect(found).toEqual([exemplar('1', minMs, 1), exemplar('1', minMs + 2, 0.1 + 0.2)])
      expect(await samples().exemplars([], { minMs, maxMs })).toHaveLength(3)
    })
  })
}
