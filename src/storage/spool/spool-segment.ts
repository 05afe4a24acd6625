import { crc32 } from 'node:zlib'

/**
 * A segment file is a row of records: length of the payload (4 bytes, little endian), CRC-32 of the payload (4 bytes), payload.
 * Nothing else: a process that is killed in the middle of a write leaves a record whose length or checksum does not fit, and that is the end.
 */
const FRAME_BYTES = 8

export function frameRecord(payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_BYTES + payload.length)
  frame.writeUInt32LE(payload.length, 0)
  frame.writeUInt32LE(crc32(payload), 4)
  payload.copy(frame, FRAME_BYTES)
  return frame
}

export interface SegmentRecords {
  readonly records: readonly Buffer[]
  /** Whether the file ends in something that is no whole record. */
  readonly torn: boolean
}

/** The whole records of a segment, in order of writing; views of `bytes`. */
export function readRecords(bytes: Buffer): SegmentRecords {
  const records: Buffer[] = []
  let at = 0
  while (at + FRAME_BYTES <= bytes.length) {
    const start = at + FRAME_BYTES
    const end = start + bytes.readUInt32LE(at)
    if (end > bytes.length || crc32(bytes.subarray(start, end)) !== bytes.readUInt32LE(at + 4)) break
    records.push(bytes.subarray(start, end))
    at = end
  }
  return { records, torn: at < bytes.length }
}
