import type { FileHandle } from 'node:fs/promises'
import type { SampleBatch } from '../../model/sample.ts'
import type { TimeRange } from '../sample-store.ts'
import { ByteWriter } from './byte-writer.ts'

export const SAMPLE_COLUMNS = ['series', 'time', 'value', 'stale'] as const

/** Samples as one block in Native format, in pieces that stand one behind the other. */
export interface SampleBlock {
  readonly pieces: readonly Uint8Array[]
  /** Bytes of all pieces. */
  readonly length: number
  readonly range: TimeRange
}

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
 * Encodes the samples [start, end) of the batch; `ids` holds the id of each of its series as two words, low and high. By hand instead of
 * through `Column`s, because a sample is four numbers and there are very many; values and flags are pieces of the batch itself.
 */
export function encodeSamples(batch: SampleBatch, ids: Uint32Array, start: number, end: number): SampleBlock {
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

/** How many bytes at the beginning of the file are whole blocks; behind them may stand one that was cut off when its writer was killed. */
export async function wholeBlockBytes(file: FileHandle): Promise<number> {
  const { size } = await file.stat()
  const head = Buffer.alloc(blockHead(2 ** 31).length)
  let at = 0
  for (;;) {
    const { bytesRead } = await file.read(head, 0, head.length, at)
    const count = readCount(head.subarray(0, bytesRead))
    if (count === undefined) return at
    const end = at + blockHead(count).length + HEADER_BYTES + count * SAMPLE_BYTES
    if (end > size) return at
    at = end
  }
}

/** A block begins with the number of its columns and that of its rows. */
function blockHead(count: number): Buffer {
  const out = new ByteWriter(16)
  out.varint(SAMPLE_COLUMNS.length)
  out.varint(count)
  return out.take()
}

function readCount(head: Buffer): number | undefined {
  if (head[0] !== SAMPLE_COLUMNS.length) return undefined
  let count = 0
  for (const [i, byte] of head.subarray(1).entries()) {
    count += (byte & 0x7f) * 128 ** i
    if (byte < 0x80) return count
  }
  return undefined
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
