import { compressSync, uncompressSync } from 'snappy'
import { Labels } from '../../model/labels.ts'
import type { SampleBatch } from '../../model/sample.ts'
import { ProtobufReader, ProtobufWriter } from '../../util/protobuf-wire.ts'

/**
 * A batch of samples for the spool, a protobuf message in a snappy block:
 * 1 label set (names and values, in order), 2 series of each sample, 3 time of each sample less that of the one before,
 * 4 values as raw doubles, 5 indexes of stale markers. Native histograms are left out.
 */
export function encodeBatch(batch: SampleBatch): Buffer {
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
  return compressSync(writer.finish())
}

/** The reverse of `encodeBatch`. Throws when the bytes are not one of its results. */
export function decodeBatch(bytes: Buffer): SampleBatch {
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
    else reader.skip()
  }
  const stale = new Uint8Array(values.length)
  for (const index of staleIndexes) stale[index] = 1
  let timestampMs = 0
  return {
    labels,
    series: Uint32Array.from(series),
    timestampsMs: Float64Array.from(steps, (step) => (timestampMs += step)),
    values,
    stale,
    histograms: new Map(),
  }
}

function readLabels(reader: ProtobufReader): Labels {
  const pairs: string[] = []
  while (reader.next()) pairs.push(reader.string())
  return Labels.fromSorted(pairs)
}
