import { array, assert, asyncProperty, double } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../src/model/labels.ts'
import { Matcher, type MatchType } from '../../src/model/matcher.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import type { Series } from '../../src/model/series.ts'
import type { SampleStore, TimeRange } from '../../src/storage/sample-store.ts'
import { freshHour } from './stretch-of-time.ts'

const HINTS = { func: '', rangeMs: 0, stepMs: 0 }

/** A sample as a test writes it; undefined stands for a stale marker. */
type Point = readonly [timeMs: number, value: number | undefined]

export function sampleContract(samples: () => SampleStore): void {
  const write = async (labels: Labels, points: readonly Point[]): Promise<void> => {
    const batch = new SampleBatchBuilder()
    for (const [timeMs, value] of points) {
      if (value === undefined) batch.addStale(labels, timeMs)
      else batch.add(labels, timeMs, value)
    }
    await samples().write(batch.build())
  }
  const read = (metric: string, range: TimeRange): Promise<ReadonlyMap<string, readonly Point[]>> =>
    collect(samples(), [new Matcher('__name__', '=', metric)], range)
  const readOne = async (metric: string, range: TimeRange): Promise<readonly Point[]> =>
    [...(await read(metric, range)).values()].flat()

  describe('samples', () => {
    test('come back with the bits that were written', async () => {
      const { minMs, maxMs } = freshHour()
      const values = [
        0.1 + 0.2,
        -0,
        0,
        5e-324,
        -5e-324,
        2 ** -1022,
        Number.MAX_VALUE,
        1 / 3,
        1e23,
        NaN,
        Infinity,
        -Infinity,
      ]
      await write(
        Labels.from({ __name__: 'bits' }),
        values.map((value, i) => [minMs + i, value]),
      )
      const found = await readOne('bits', { minMs, maxMs })
      expect(found.map(([, value]) => value)).toEqual(values)
    })

    test('come back with their bits whatever they are', async () => {
      await assert(
        asyncProperty(array(double(), { minLength: 1, maxLength: 50 }), async (values) => {
          const { minMs, maxMs } = freshHour()
          await write(
            Labels.from({ __name__: 'any_bits' }),
            values.map((value, i) => [minMs + i, value]),
          )
          const found = await readOne('any_bits', { minMs, maxMs })
          expect(found.map(([, value]) => value)).toEqual(values)
        }),
        { numRuns: 5 },
      )
    })

    test('keep stale markers apart from NaN', async () => {
      const { minMs, maxMs } = freshHour()
      await write(Labels.from({ __name__: 'stale' }), [
        [minMs, 1],
        [minMs + 1, NaN],
        [minMs + 2, undefined],
        [minMs + 3, 2],
      ])
      expect(await readOne('stale', { minMs, maxMs })).toEqual([
        [minMs, 1],
        [minMs + 1, NaN],
        [minMs + 2, undefined],
        [minMs + 3, 2],
      ])
    })

    test('of a series without stale markers have none', async () => {
      const { minMs, maxMs } = freshHour()
      await write(Labels.from({ __name__: 'never_stale' }), [[minMs, NaN]])
      const blocks = samples().select([new Matcher('__name__', '=', 'never_stale')], { minMs, maxMs }, HINTS)
      for await (const block of blocks) expect(block.map(({ stale }) => stale)).toEqual([null])
    })

    test('are given in the order of time, whatever the order in which they came', async () => {
      const { minMs, maxMs } = freshHour()
      const labels = Labels.from({ __name__: 'disorder' })
      await write(labels, [
        [minMs + 3, 3],
        [minMs + 1, 1],
      ])
      await write(labels, [
        [minMs + 2, 2],
        [minMs, 0],
        [minMs + 4, 4],
      ])
      const found = await readOne('disorder', { minMs, maxMs })
      expect(found).toEqual([0, 1, 2, 3, 4].map((i) => [minMs + i, i]))
    })

    test('of one time are one sample: the last write wins', async () => {
      const { minMs, maxMs } = freshHour()
      const labels = Labels.from({ __name__: 'twice' })
      await write(labels, [
        [minMs, 1],
        [minMs + 1, 1],
      ])
      await write(labels, [
        [minMs, 2],
        [minMs + 1, undefined],
      ])
      expect(await readOne('twice', { minMs, maxMs })).toEqual([
        [minMs, 2],
        [minMs + 1, undefined],
      ])
    })

    test('of one time in one batch are one sample: the last one wins', async () => {
      const { minMs, maxMs } = freshHour()
      await write(Labels.from({ __name__: 'twice_at_once' }), [
        [minMs, 3],
        [minMs, 1],
        [minMs, 2],
      ])
      expect(await readOne('twice_at_once', { minMs, maxMs })).toEqual([[minMs, 2]])
    })

    test('of writes at the same time are all there, and the later write wins', async () => {
      const { minMs, maxMs } = freshHour()
      const writes = Array.from({ length: 50 }, (_, i) =>
        write(Labels.from({ __name__: 'together', n: String(i % 10) }), [
          [minMs, i],
          [minMs + 1 + i, i],
        ]),
      )
      await Promise.all(writes)
      const found = await read('together', { minMs, maxMs })
      expect(found.size).toBe(10)
      expect([...found.values()].map((points) => points.length)).toEqual(Array(10).fill(6))
      expect(found.get('together{n="3"}')?.[0]).toEqual([minMs, 43])
    })

    test('at both ends of the range belong to it, those beyond do not', async () => {
      const { minMs } = freshHour()
      const points: Point[] = [0, 1, 2, 3, 4].map((i) => [minMs + i, i])
      await write(Labels.from({ __name__: 'ends' }), points)
      expect(await readOne('ends', { minMs: minMs + 1, maxMs: minMs + 3 })).toEqual(points.slice(1, 4))
      expect(await readOne('ends', { minMs: minMs + 2, maxMs: minMs + 2 })).toEqual(points.slice(2, 3))
      expect(await readOne('ends', { minMs: minMs + 5, maxMs: minMs + 9 })).toEqual([])
    })

    test('reach over days', async () => {
      const { minMs } = freshHour()
      const points: Point[] = Array.from({ length: 10 }, (_, day) => [minMs - day * 86_400_000, day])
      await write(Labels.from({ __name__: 'days' }), points)
      expect(await readOne('days', { minMs: minMs - 9 * 86_400_000, maxMs: minMs })).toEqual(points.toReversed())
      expect(await readOne('days', { minMs: minMs - 9 * 86_400_000, maxMs: minMs - 86_400_000 })).toEqual(
        points.slice(1).toReversed(),
      )
    })

    test('from 1970 on are kept, and a range may reach beyond all that can be stored', async () => {
      await write(Labels.from({ __name__: 'epoch' }), [
        [0, 1],
        [60_000, 2],
      ])
      expect(await readOne('epoch', { minMs: -1, maxMs: 60_000 })).toEqual([
        [0, 1],
        [60_000, 2],
      ])
      const widest = { minMs: Number.MIN_SAFE_INTEGER, maxMs: Number.MAX_SAFE_INTEGER }
      expect(await readOne('epoch', widest)).toEqual([
        [0, 1],
        [60_000, 2],
      ])
    })

    test('of label sets with odd values come back under exactly those', async () => {
      const { minMs, maxMs } = freshHour()
      const values = [
        `it's`,
        'back\\slash',
        'tab\tnewline\n',
        '"quoted"',
        '模型',
        '😀',
        ' ',
        '{}',
        '%',
        'x'.repeat(5_000),
      ]
      for (const value of values) await write(Labels.from({ __name__: 'odd', value, 名字: value }), [[minMs, 1]])
      const found = await read('odd', { minMs, maxMs })
      expect([...found.keys()].sort()).toEqual(
        values.map((value) => Labels.from({ __name__: 'odd', value, 名字: value }).toString()).sort(),
      )
      for (const value of values) {
        const one = await collect(samples(), [new Matcher('value', '=', value)], { minMs, maxMs })
        expect(one.size).toBe(1)
      }
    })

    test('that are none change nothing', async () => {
      await samples().write(new SampleBatchBuilder().build())
    })
  })

  describe('matchers', () => {
    const hour = freshHour()
    const instances = ['a', 'b', 'ab', 'a.b', 'line\nbreak', '']
    const cases: ReadonlyArray<readonly [type: MatchType, value: string, matched: readonly string[]]> = [
      ['=', 'a', ['a']],
      ['=', '', ['']],
      ['!=', 'a', ['b', 'ab', 'a.b', 'line\nbreak', '']],
      ['!=', '', ['a', 'b', 'ab', 'a.b', 'line\nbreak']],
      ['=~', 'a', ['a']],
      ['=~', 'a|b', ['a', 'b']],
      ['=~', 'a.*', ['a', 'ab', 'a.b']],
      ['=~', 'a.b', ['a.b']],
      ['=~', 'a\\.b', ['a.b']],
      ['=~', '(?i)A', ['a']],
      ['=~', '[^a]', ['b']],
      ['=~', 'line.break', ['line\nbreak']],
      ['=~', '', ['']],
      ['=~', 'a?', ['a', '']],
      ['=~', '|b', ['b', '']],
      ['=~', '.*', ['a', 'b', 'ab', 'a.b', 'line\nbreak', '']],
      ['=~', '.+', ['a', 'b', 'ab', 'a.b', 'line\nbreak']],
      ['=~', '\\pL', ['a', 'b']],
      ['!~', 'a', ['b', 'ab', 'a.b', 'line\nbreak', '']],
      ['!~', 'a|b', ['ab', 'a.b', 'line\nbreak', '']],
      ['!~', 'a.*', ['b', 'line\nbreak', '']],
      ['!~', '', ['a', 'b', 'ab', 'a.b', 'line\nbreak']],
      ['!~', '.+', ['']],
      ['!~', '.*', []],
    ]

    test.each(cases)('instance%s%j finds %j', async (type, value, matched) => {
      // Written again for each case: the same samples, so nothing changes.
      const batch = new SampleBatchBuilder()
      for (const instance of instances) batch.add(Labels.from({ __name__: 'matched', instance }), hour.minMs, 1)
      await samples().write(batch.build())
      const matchers = [new Matcher('__name__', '=', 'matched'), new Matcher('instance', type, value)]
      const found = await labelValuesOf(samples(), 'instance', matchers, hour)
      expect(found).toEqual([...matched].sort())
    })

    test('must all match', async () => {
      const { minMs, maxMs } = freshHour()
      await write(Labels.from({ __name__: 'all_of', job: 'x', zone: '1' }), [[minMs, 1]])
      await write(Labels.from({ __name__: 'all_of', job: 'x', zone: '2' }), [[minMs, 2]])
      await write(Labels.from({ __name__: 'all_of', job: 'y', zone: '2' }), [[minMs, 3]])
      const matchers = [
        new Matcher('job', '=', 'x'),
        new Matcher('zone', '!=', '1'),
        new Matcher('__name__', '=~', 'all_.*'),
      ]
      const found = await collect(samples(), matchers, { minMs, maxMs })
      expect([...found.values()]).toEqual([[[minMs, 2]]])
    })

    test('on the same label must all match', async () => {
      const { minMs, maxMs } = freshHour()
      for (const zone of ['1', '2', '3']) await write(Labels.from({ __name__: 'same_label', zone }), [[minMs, 1]])
      const matchers = [
        new Matcher('__name__', '=', 'same_label'),
        new Matcher('zone', '!=', '1'),
        new Matcher('zone', '!=', '2'),
      ]
      expect(await labelValuesOf(samples(), 'zone', matchers, { minMs, maxMs })).toEqual(['3'])
    })
  })

  describe('a selection', () => {
    test('comes in blocks that bound what is held, each series once', async () => {
      const { minMs, maxMs } = freshHour()
      const batch = new SampleBatchBuilder()
      for (let i = 0; i < 2_500; i++) batch.add(Labels.from({ __name__: 'many', n: String(i) }), minMs, i)
      await samples().write(batch.build())
      const seen = new Set<string>()
      for await (const block of samples().select([new Matcher('__name__', '=', 'many')], { minMs, maxMs }, HINTS)) {
        expect(block.length).toBeGreaterThan(0)
        expect(block.length).toBeLessThanOrEqual(1_000)
        for (const { labels } of block) seen.add(labels.key)
      }
      expect(seen.size).toBe(2_500)
    })

    test('of long series comes in blocks of few series', async () => {
      const { minMs } = freshHour()
      const batch = new SampleBatchBuilder()
      const count = 40_000
      for (let s = 0; s < 10; s++) {
        const labels = Labels.from({ __name__: 'long', n: String(s) })
        for (let i = 0; i < count; i++) batch.add(labels, minMs + i, i)
      }
      await samples().write(batch.build())
      let series = 0
      for await (const block of samples().select(
        [new Matcher('__name__', '=', 'long')],
        { minMs, maxMs: minMs + count },
        HINTS,
      )) {
        const size = block.reduce((sum, { timestampsMs }) => sum + timestampsMs.length, 0)
        expect(size).toBeLessThanOrEqual(500_000)
        for (const one of block) expect([one.timestampsMs.length, one.values.at(-1)]).toEqual([count, count - 1])
        series += block.length
      }
      expect(series).toBe(10)
    })

    test('that its reader leaves early ends', async () => {
      const hour = freshHour()
      for (const n of ['1', '2']) await write(Labels.from({ __name__: 'left', n }), [[hour.minMs, 1]])
      for await (const block of samples().select([new Matcher('__name__', '=', 'left')], hour, HINTS)) {
        expect(block.length).toBeGreaterThan(0)
        break
      }
      expect((await read('left', hour)).size).toBe(2)
    })

    test('that is given up rejects with the reason', async () => {
      const hour = freshHour()
      await write(Labels.from({ __name__: 'aborted' }), [[hour.minMs, 1]])
      const reason = new Error('the client has gone away')
      const signal = AbortSignal.abort(reason)
      const givenUp = { signal, throwIfAborted: () => signal.throwIfAborted() }
      const blocks = samples().select([new Matcher('__name__', '=', 'aborted')], hour, HINTS, givenUp)
      await expect(blocks[Symbol.asyncIterator]().next()).rejects.toBe(reason)
    })

    test('of nothing gives no block', async () => {
      for await (const block of samples().select([new Matcher('__name__', '=', 'absent')], freshHour(), HINTS)) {
        expect(block).toBeUndefined()
      }
    })
  })
}

/** All samples of a selection, by the series' text. */
async function collect(
  store: SampleStore,
  matchers: readonly Matcher[],
  range: TimeRange,
): Promise<ReadonlyMap<string, readonly Point[]>> {
  const found = new Map<string, readonly Point[]>()
  for await (const block of store.select(matchers, range, HINTS)) {
    for (const series of block) {
      expect(found.has(series.labels.toString())).toBe(false)
      found.set(series.labels.toString(), pointsOf(series))
    }
  }
  return found
}

function pointsOf({ timestampsMs, values, stale }: Series): Point[] {
  return Array.from(timestampsMs, (timeMs, i) => [timeMs, stale?.[i] === 1 ? undefined : (values[i] ?? NaN)])
}

async function labelValuesOf(
  store: SampleStore,
  name: string,
  matchers: readonly Matcher[],
  range: TimeRange,
): Promise<string[]> {
  const values: string[] = []
  for await (const block of store.select(matchers, range, HINTS)) {
    for (const { labels } of block) values.push(labels.get(name))
  }
  return values.sort()
}
