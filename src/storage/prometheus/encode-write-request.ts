import { compressSync } from 'snappy'
import type { Labels } from '../../model/labels.ts'
import { type SampleBatch, STALE_BITS_HIGH, STALE_BITS_LOW } from '../../model/sample.ts'
import type { Exemplar, MetricMetadata, MetricType } from '../../model/series.ts'
import { ProtobufWriter } from '../../util/protobuf-wire.ts'

/** `MetricMetadata.MetricType` of prompb/types.proto. */
const METRIC_TYPES: Readonly<Record<MetricType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugehistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
}

/**
 * The body of a remote write 1.0 request (https://prometheus.io/docs/specs/prw/remote_write_spec/): a snappy block with a protobuf
 * `WriteRequest`. One timeseries per series of the batch, its samples in ascending time, as receivers want them; after them, because receivers
 * take exemplars only of series that they know, one for each exemplar.
 */
export function encodeWriteRequest(
  batch: SampleBatch,
  metadata: readonly MetricMetadata[] = [],
  exemplars: readonly Exemplar[] = [],
): Buffer {
  const writer = new ProtobufWriter(64 * 1024)
  for (const [series, samples] of samplesBySeries(batch).entries()) {
    const labels = batch.labels[series]
    if (labels === undefined || samples.length === 0) continue
    writer.message(1, () => writeSeries(writer, labels, batch, samples))
  }
  for (const exemplar of exemplars) writer.message(1, () => writeExemplar(writer, exemplar))
  for (const entry of metadata) writer.message(3, () => writeMetadata(writer, entry))
  return compressSync(writer.finish())
}

/** Indexes of the samples of each series, ascending in time. */
function samplesBySeries(batch: SampleBatch): number[][] {
  const samples: number[][] = batch.labels.map(() => [])
  for (let i = 0; i < batch.series.length; i++) samples[batch.series[i] ?? 0]?.push(i)
  for (const indexes of samples) {
    if (indexes.length > 1) indexes.sort((a, b) => (batch.timestampsMs[a] ?? 0) - (batch.timestampsMs[b] ?? 0))
  }
  return samples
}

function writeSeries(writer: ProtobufWriter, labels: Labels, batch: SampleBatch, samples: readonly number[]): void {
  writeLabels(writer, labels)
  for (const i of samples) {
    writer.message(2, () => {
      if (batch.stale[i] === 1) writer.fixed64Bits(1, STALE_BITS_HIGH, STALE_BITS_LOW)
      else writer.double(1, batch.values[i] ?? 0)
      writer.int64(2, batch.timestampsMs[i] ?? 0)
    })
  }
}

function writeExemplar(writer: ProtobufWriter, { seriesLabels, labels, value, timestampMs }: Exemplar): void {
  writeLabels(writer, seriesLabels)
  writer.message(3, () => {
    writeLabels(writer, labels)
    writer.double(2, value)
    writer.int64(3, timestampMs)
  })
}

/** Of series and exemplars alike, which both have them as their first field. */
function writeLabels(writer: ProtobufWriter, { pairs }: Labels): void {
  for (let i = 0; i < pairs.length; i += 2) {
    writer.message(1, () => {
      writer.string(1, pairs[i] ?? '')
      writer.string(2, pairs[i + 1] ?? '')
    })
  }
}

function writeMetadata(writer: ProtobufWriter, { name, type, help, unit }: MetricMetadata): void {
  writer.varint(1, METRIC_TYPES[type])
  writer.string(2, name)
  writer.string(4, help)
  writer.string(5, unit)
}
