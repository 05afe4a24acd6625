import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { atOnce } from '../../util/steps.ts'
import { MemorySampleStore } from '../memory/memory-sample-store.ts'
import { SeriesLimitError } from '../store.ts'
import { Head } from './head.ts'
import { createHeadSampleStore } from './head-sample-store.ts'
import { admitting, type Admission, type SeriesLimits } from './series-limits.ts'

const NOW_MS = 1_700_000_000_000

function batchOf(...series: ReadonlyArray<readonly [metric: string, id: number]>): SampleBatch {
  const builder = new SampleBatchBuilder()
  for (const [metric, id] of series) builder.add(Labels.from({ __name__: metric, id: String(id) }), NOW_MS, id)
  return builder.build()
}

function headWith(batch: SampleBatch): Head {
  const head = new Head({ windowMs: 3_600_000, maxSizeBytes: 1e9, graceMs: 0, minTimeMs: NOW_MS - 1 })
  head.append(batch)
  return head
}

function admit(batch: SampleBatch, head: Head, limits: SeriesLimits): Admission {
  return atOnce(admitting(batch, head, limits))
}

describe('limits of series', () => {
  test('within them the batch passes as it is', () => {
    const batch = batchOf(['a', 1], ['a', 2])
    expect(admit(batch, headWith(batchOf()), { series: 2, seriesPerMetric: 2 }).batch).toBe(batch)
  })

  test('a metric with too many new series keeps its known ones', () => {
    const head = headWith(batchOf(['a', 1], ['a', 2]))
    const { batch, refused, reason } = admit(batchOf(['a', 1], ['a', 3], ['b', 1], ['a', 4]), head, {
      series: 0,
      seriesPerMetric: 2,
    })
    expect(batch.labels.map(String)).toEqual(['a{id="1"}', 'b{id="1"}'])
    expect([...batch.values]).toEqual([1, 1])
    expect(refused).toEqual({ series: 0, series_per_metric: 2 })
    expect(reason).toMatch(
      /^new series .*id="3".* and 1 more refused: a has 2 series already \(limits.series_per_metric\)/,
    )
  })

  test('a full head takes no new series of any metric', () => {
    const { refused } = admit(batchOf(['b', 1]), headWith(batchOf(['a', 1])), { series: 1, seriesPerMetric: 0 })
    expect(refused).toEqual({ series: 1, series_per_metric: 0 })
  })

  test('the store commits what is within them, counts and refuses the rest', async () => {
    const backing = new MemorySampleStore()
    const instruments = new InstrumentRegistry()
    const limits = { series: 0, seriesPerMetric: 1 }
    const store = createHeadSampleStore({ backing, clock: new ManualClock(NOW_MS), instruments, limits })
    await expect(store.write(batchOf(['a', 1], ['a', 2]))).rejects.toThrow(SeriesLimitError)
    expect((await backing.cardinality(1)).seriesCount).toBe(1)
    const refused = instruments.snapshot().find(({ metadata }) => metadata.name === 'tetrascope_series_refused_total')
    const counts = refused?.samples.map(({ labels, value }) => [labels.get('limit'), value])
    expect(counts).toContainEqual(['series_per_metric', 1])
  })

  test('change while the store runs', async () => {
    const limits = { series: 1, seriesPerMetric: 0 }
    const options = { backing: new MemorySampleStore(), clock: new ManualClock(NOW_MS) }
    const store = createHeadSampleStore({ ...options, instruments: new InstrumentRegistry(), limits })
    await store.write(batchOf(['a', 1]))
    await expect(store.write(batchOf(['a', 2]))).rejects.toThrow('there are 1 series already')
    store.limit({ series: 2, seriesPerMetric: 0 })
    await store.write(batchOf(['a', 2]))
    store.limit({ series: 1, seriesPerMetric: 0 })
    await store.write(batchOf(['a', 1], ['a', 2]))
    await expect(store.write(batchOf(['a', 3]))).rejects.toThrow('there are 1 series already')
  })
})
