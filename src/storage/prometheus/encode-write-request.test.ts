import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeWriteRequest } from '../../ingest/remote-write/write-request.ts'
import { Labels } from '../../model/labels.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import { encodeWriteRequest } from './encode-write-request.ts'

const sample = fc.record({
  job: fc.string({ unit: 'binary', maxLength: 3 }),
  timestampMs: fc.maxSafeInteger(),
  value: fc.double(),
  stale: fc.boolean(),
})

/** Samples by series, in order of time: the order that they are sent in. */
function samplesOf(batch: SampleBatch): Map<string, unknown[]> {
  const bySeries = new Map<string, Array<readonly [timestampMs: number, value: unknown]>>()
  batch.series.forEach((series, i) => {
    const key = batch.labels[series]?.key ?? ''
    const samples = bySeries.get(key) ?? []
    samples.push([batch.timestampsMs[i] ?? 0, batch.stale[i] === 1 ? 'stale' : batch.values[i]])
    bySeries.set(key, samples)
  })
  for (const samples of bySeries.values()) samples.sort(([a], [b]) => a - b)
  return bySeries
}

describe('an encoded write request', () => {
  test('is read by the receiver as the batch that it was', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 50 }), (samples) => {
        const builder = new SampleBatchBuilder()
        for (const { job, timestampMs, value, stale } of samples) {
          const labels = Labels.from({ __name__: 'm', job })
          if (stale) builder.addStale(labels, timestampMs)
          else builder.add(labels, timestampMs, value)
        }
        const { batch, rejectedSeries } = decodeWriteRequest(encodeWriteRequest(builder.build()))
        expect(rejectedSeries).toBe(0)
        expect(samplesOf(batch)).toEqual(samplesOf(builder.build()))
      }),
    )
  })

  test('carries metadata', () => {
    const metadata = [{ name: 'x_total', type: 'counter', help: 'All x.', unit: 'things' }] as const
    expect(decodeWriteRequest(encodeWriteRequest(new SampleBatchBuilder().build(), metadata)).metadata).toEqual(
      metadata,
    )
  })
})
