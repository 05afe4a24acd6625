import * as fc from 'fast-check'
import protobuf from 'protobufjs'
import { compressSync } from 'snappy'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { LabelSetCache } from './label-set-cache.ts'
import { decodeWriteRequest, type WriteRequest } from './write-request.ts'

/** The part of prompb that remote write 1.0 uses, written down from its specification. */
const WriteRequestType = protobuf
  .parse(`
    syntax = "proto3";
    message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
    message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3; repeated bytes histograms = 4; }
    message Label { string name = 1; string value = 2; }
    message Sample { double value = 1; int64 timestamp = 2; }
    message Exemplar { repeated Label labels = 1; double value = 2; int64 timestamp = 3; }
    message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }`)
  .root.lookupType('WriteRequest')

interface SentSeries {
  readonly labels: ReadonlyArray<{ readonly name: string; readonly value: string }>
  readonly samples: ReadonlyArray<{ readonly value?: number; readonly timestamp?: number }>
  readonly exemplars?: readonly unknown[]
  readonly histograms?: readonly Uint8Array[]
}

const UP = [
  { name: '__name__', value: 'up' },
  { name: 'job', value: 'api' },
]

function bodyOf(timeseries: readonly SentSeries[], metadata: readonly unknown[] = []): Buffer {
  return compressSync(Buffer.from(WriteRequestType.encode(WriteRequestType.create({ timeseries, metadata })).finish()))
}

/** The samples of a request as text: `up{job="api"} 1 @ 5`. */
function samplesOf({ batch }: WriteRequest): string[] {
  return Array.from(batch.series, (series, i) => {
    const value = batch.stale[i] === 1 ? 'stale' : batch.values[i]
    return `${batch.labels[series]?.toString()} ${value} @ ${batch.timestampsMs[i]}`
  })
}

describe('a remote write request', () => {
  test('becomes a batch', () => {
    const request = decodeWriteRequest(
      bodyOf([
        { labels: UP, samples: [{ value: 1, timestamp: 5 }, { timestamp: 6 }] },
        { labels: [{ name: '__name__', value: 'temp' }], samples: [{ value: -1.5, timestamp: -7 }] },
      ]),
    )
    expect(samplesOf(request)).toEqual(['up{job="api"} 1 @ 5', 'up{job="api"} 0 @ 6', 'temp -1.5 @ -7'])
    expect(request.rejectedSeries).toBe(0)
  })

  test('keeps every series, time and value that protobufjs encodes', () => {
    const names = fc.stringMatching(/^[a-z_]{1,5}$/)
    const series = fc.record({
      labels: fc.dictionary(names, fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), { maxKeys: 5 }),
      samples: fc.array(fc.record({ value: fc.double(), timestamp: fc.maxSafeInteger() }), { maxLength: 5 }),
    })
    fc.assert(
      fc.property(fc.array(series, { maxLength: 10 }), (sent) => {
        const sets = sent.map(({ labels }) => Labels.from({ ...labels, __name__: 'm' }))
        const body = bodyOf(sent.map(({ samples }, i) => ({ labels: labelsOf(sets[i] ?? Labels.empty), samples })))
        const labelSets = new LabelSetCache(2)
        for (const request of [decodeWriteRequest(body, { labelSets }), decodeWriteRequest(body, { labelSets })]) {
          expect(samplesOf(request)).toEqual(
            sent.flatMap(({ samples }, i) => samples.map((s) => `${sets[i]?.toString()} ${s.value} @ ${s.timestamp}`)),
          )
        }
      }),
    )
  })

  test('marks the stale marker, and no other NaN, as stale', () => {
    const sample = (hex: string): Buffer => Buffer.from(`09${hex}1005`, 'hex')
    const series = Buffer.concat([
      Buffer.from('0a0e0a085f5f6e616d655f5f12027570', 'hex'),
      ...['020000000000f07f', '010000000000f87f', '010000000000f07f'].map((hex) =>
        Buffer.concat([Buffer.from([0x12, sample(hex).length]), sample(hex)]),
      ),
    ])
    const { batch } = decodeWriteRequest(compressSync(Buffer.concat([Buffer.from([0x0a, series.length]), series])))
    expect([...batch.stale]).toEqual([1, 0, 0])
    expect([...batch.values]).toEqual([NaN, NaN, NaN])
  })

  test('brings metadata and exemplars', () => {
    const { metadata, exemplars } = decodeWriteRequest(
      bodyOf(
        [
          {
            labels: UP,
            samples: [],
            exemplars: [{ labels: [{ name: 'trace_id', value: 'abc' }], value: 0.5, timestamp: 9 }],
          },
        ],
        [{ type: 1, metricFamilyName: 'x_total', help: 'All x.', unit: 'things' }],
      ),
    )
    expect(metadata).toEqual([{ name: 'x_total', type: 'counter', help: 'All x.', unit: 'things' }])
    expect(exemplars).toEqual([
      {
        seriesLabels: Labels.from({ __name__: 'up', job: 'api' }),
        labels: Labels.from({ trace_id: 'abc' }),
        value: 0.5,
        timestampMs: 9,
      },
    ])
  })

  test('gives the same label set as the same object, and sorts what was sent unsorted', () => {
    const labelSets = new LabelSetCache()
    const [first, second] = [UP, [...UP].reverse()].map((labels) =>
      bodyOf([{ labels, samples: [{ value: 1, timestamp: 1 }] }]),
    )
    const labels = [first, first, second].map(
      (body) => decodeWriteRequest(body ?? Buffer.alloc(0), { labelSets }).batch.labels[0],
    )
    expect(labels[1]).toBe(labels[0])
    expect(labels[2]?.key).toBe(labels[0]?.key)
  })

  test.each([
    ['no name', [{ name: 'job', value: 'api' }], 'timeseries 1: no __name__ label, found {job="api"}'],
    ['an unnamed label', [...UP, { name: '', value: 'x' }], 'timeseries 1: a label without a name, with value "x"'],
    [
      'a label twice',
      [...UP, { name: 'job', value: 'db' }],
      'timeseries 1: label "job" occurs twice in up{job="api", job="db"}',
    ],
  ])('with %s loses that series only, and says so', (_, labels, rejection) => {
    const samples = [{ value: 1, timestamp: 5 }]
    const request = decodeWriteRequest(
      bodyOf([
        { labels: UP, samples },
        { labels, samples },
        { labels: UP, samples },
      ]),
    )
    expect(samplesOf(request)).toHaveLength(2)
    expect(request).toMatchObject({ rejectedSeries: 1, rejection })
  })

  test('counts the native histograms that it leaves out', () => {
    const request = decodeWriteRequest(bodyOf([{ labels: UP, samples: [], histograms: [new Uint8Array(3)] }]))
    expect(request.skippedHistograms).toBe(1)
  })

  test('of anything else is refused, naming what is wrong', () => {
    expect(() => decodeWriteRequest(Buffer.from([]))).toThrow('no length in its first 0 bytes')
    expect(() => decodeWriteRequest(Buffer.from('{"json": true}'))).toThrow('the body is not a snappy block')
    expect(() => decodeWriteRequest(compressSync('plain text'))).toThrow('malformed protobuf at byte')
  })

  test('that would not fit in memory is refused before it is decompressed', () => {
    const bomb = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00])
    expect(() => decodeWriteRequest(bomb, { maxSizeBytes: 1000 })).toThrow(
      'says that it holds 4294967295 bytes, at most 1000 are accepted',
    )
  })

  test('of random bytes never fails in another way', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          decodeWriteRequest(compressSync(Buffer.from(bytes)))
        } catch (error) {
          expect((error as Error).name).toBe('RemoteWriteError')
        }
      }),
    )
  })
})

function labelsOf(labels: Labels): Array<{ name: string; value: string }> {
  return [...labels.entries()].map(([name, value]) => ({ name, value }))
}
