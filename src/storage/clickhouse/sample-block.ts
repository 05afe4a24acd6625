import type { SampleBatch } from '../../model/sample.ts'
import { ByteWriter } from './byte-writer.ts'
import type { JournalBlock } from './journal.ts'

export const SAMPLE_COLUMNS = ['series', 'time', 'value', 'stale'] as const

const SAMPLE_BYTES = 8 + 8 + 8 + 1
const TWO_32 = 2 ** 32

/** Name and type of each column; its values follow. */
const [SERIES, TIME, VALUE, STALE] = [
  columnHeader(SAMPLE_COLUMNS[0], 'UInt64'),
  columnHeader(SAMPLE_COLUMNS[1], "DateTime64(3, 'UTC')"),
  columnHeader(SAMPLE_COLUMNS[2], 'Float64'),
  columnHeader(SAMPLE_COLUMNS[3], 'UInt8'),
]
const HEADER_BYTES = SERIES.length + TIME.length + VALUE.length + STALE.length

/**
 * Encodes the samples [start, end) of the batch as one block in Native format; `ids` holds the id of each of its series as two words, low and high. By hand instead of
 * through `Column`s, because a sample is four numbers and there are very many; values and flags are pieces of the batch itself.
 */
export function encodeSamples(batch: SampleBatch, ids: Uint32Array, start: number, end: number): JournalBlock {
  const count = end - start
  const series = new Uint32Array(2 * count)
  const times = new Uint32Array(2 * count)
  let [minMs, maxMs] = [Infinity, -Infinity]
  for (let i = 0; i < count; i++) {
    const index = batch.series[start + i] ?? 0
    const timestampMs = Math.floor(batch.timestampsMs[start + i] ?? 0)
    const high = Math.floor(timestampMs / TWO_32)
    series[2 * i] = ids[2 * index] ?? 0
    series[2 * i + 1] = ids[2 * index + 1] ?? 0
    times[2 * i] = timestampMs - high * TWO_32
    times[2 * i + 1] = high
    if (timestampMs < minMs) minMs = timestampMs
    if (timestampMs > maxMs) maxMs = timestampMs
  }
  const values = bytesOf(batch.values.subarray(start, end))
  const stale = batch.stale.subarray(start, end)
  const head = blockHead(count)
  return {
    pieces: [head, SERIES, bytesOf(series), TIME, bytesOf(times), VALUE, values, STALE, stale],
    length: head.length + HEADER_BYTES + count * SAMPLE_BYTES,
    range: { minMs, maxMs },
  }
}

/** A block begins with the number of its columns and that of its rows. */
function blockHead(count: number): Buffer {
  const out = new ByteWriter(16)
  out.varint(SAMPLE_COLUMNS.length)
  out.varint(count)
  return out.take()
}

function columnHeader(name: string, type: string): Buffer {
  const out = new ByteWriter(64)
  out.text(name)
  out.text(type)
  return out.take()
}

function bytesOf(numbers: Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}
