import { compressSync, uncompressSync } from 'snappy'
import { Labels } from '../../model/labels.ts'
import type { SampleBatch } from '../../model/sample.ts'
import type { Exemplar } from '../../model/series.ts'
import { ProtobufReader, ProtobufWriter } from '../../util/protobuf-wire.ts'

/**
 * A batch of samples for the spool, a protobuf message in a snappy block:
 * 1 label set (names and values, in order), 2 series of each sample, 3 time of each sample less that of the one before,
 * 4 values as raw doubles, 5 indexes of stale markers, 6 exemplars. Native histograms are left out.
 */
export function encodeBatch(batch: SampleBatch, exemplars: readonly Exemplar[] = []): Buffer {
  const writer = new ProtobufWriter(64 + batch.values.length * 16)
  for (const { pairs } of batch.labels) {
    writer.message(1, () => {
      for (const text of pairs) writer.string(1, text)
    })
  }
  let lastMs = 0
  for (let i = 0; i < batch.series.length; i++) {
    const timestampMs = Math.floor(batch.timestampsMs[i] ?? 0)
    writer.varint(2, batch.series[i] ?? 0)
    writer.sint64(3, timestampMs - lastMs)
    lastMs = timestampMs
  }
  const { buffer, byteOffset, byteLength } = batch.values
  writer.bytes(4, new Uint8Array(buffer, byteOffset, byteLength))
  batch.stale.forEach((stale, i) => stale === 1 && writer.varint(5, i))
  for (const exemplar of exemplars) writer.message(6, () => writeExemplar(writer, exemplar))
  return compressSync(writer.finish())
}

/** The samples of what `encodeBatch` gave. Throws when the bytes are not one of its results. */
export function decodeBatch(bytes: Buffer): SampleBatch {
  return decodeRecord(bytes).batch
}

/** The reverse of `encodeBatch`. Throws when the bytes are not one of its results. */
export function decodeRecord(bytes: Buffer): { readonly batch: SampleBatch; readonly exemplars: readonly Exemplar[] } {
  const exemplars: Exemplar[] = []
  const reader = new ProtobufReader(Buffer.from(uncompressSync(bytes, { asBuffer: true })))
  const labels: Labels[] = []
  const series: number[] = []
  const steps: number[] = []
  const staleIndexes: number[] = []
  let values = new Float64Array()
  while (reader.next()) {
    if (reader.field === 1) labels.push(readLabels(reader.message()))
    else if (reader.field === 2) reader.repeatedVarint(series)
    else if (reader.field === 3) reader.repeatedSint64(steps)
    else if (reader.field === 4) values = new Float64Array(new Uint8Array(reader.bytes()).buffer)
    else if (reader.field === 5) reader.repeatedVarint(staleIndexes)
    else if (reader.field === 6) exemplars.push(readExemplar(reader.message()))
    else reader.skip()
  }
  const stale = new Uint8Array(values.length)
  for (const index of staleIndexes) stale[index] = 1
  let timestampMs = 0
  const timestampsMs = Float64Array.from(steps, (step) => (timestampMs += step))
  const batch = { labels, series: Uint32Array.from(series), timestampsMs, values, stale, histograms: new Map() }
  return { batch, exemplars }
}

/** 1 labels of the series and 2 its own, as in a batch; 3 value, 4 time. */
function writeExemplar(writer: ProtobufWriter, { seriesLabels, labels, value, timestampMs }: Exemplar): void {
  for (const [field, { pairs }] of [
    [1, seriesLabels],
    [2, labels],
  ] as const) {
    writer.message(field, () => {
      for (const text of pairs) writer.string(1, text)
    })
  }
  writer.double(3, value)
  writer.int64(4, Math.floor(timestampMs))
}

function readExemplar(reader: ProtobufReader): Exemplar {
  let [seriesLabels, labels] = [Labels.empty, Labels.empty]
  let [value, timestampMs] = [0, 0]
  while (reader.next()) {
    if (reader.field === 1) seriesLabels = readLabels(reader.message())
    else if (reader.field === 2) labels = readLabels(reader.message())
    else if (reader.field === 3) value = reader.double()
    else if (reader.field === 4) timestampMs = reader.int64()
    else reader.skip()
  }
  return { seriesLabels, labels, value, timestampMs }
}

function readLabels(reader: ProtobufReader): Labels {
  const pairs: string[] = []
  while (reader.next()) pairs.push(reader.string())
  return Labels.fromSorted(pairs)
}
