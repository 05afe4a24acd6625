import { createHash } from 'node:crypto'

/** How far a file was read, kept so that a restart goes on there. */
export interface FilePosition {
  readonly path: string
  /** What it was found by, absolute. */
  readonly pattern: string
  /** Where the file system keeps it, `device:inode`: survives a rename. */
  readonly place: string
  /** Whatever is in the same file for the first time gets its ids from this; a copy of the file has the same. */
  readonly key: string
  /** How often the file began anew in its place. */
  readonly generation: number
  /** Bytes from its beginning that are committed. */
  readonly offset: number
  /** `fingerprintOf` the bytes before the offset: tells this file from another one in the same place. */
  readonly fingerprint: string
}

/** So many bytes before an offset are enough to know a file again: lines have times and ids. */
export const FINGERPRINT_BYTES = 256

/** Of the bytes that end at an offset: all of them, or the last `FINGERPRINT_BYTES`. */
export function fingerprintOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes.subarray(-FINGERPRINT_BYTES)).digest('hex').slice(0, 32)
}

/** What was written by a version of this program that has other fields is no position: the file is then read anew. */
export function readPosition(value: unknown): FilePosition | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { path, pattern, place, key, generation, offset, fingerprint } = value as Partial<
    Record<keyof FilePosition, unknown>
  >
  const isText = [path, pattern, place, key, fingerprint].every((field) => typeof field === 'string')
  const isCount = [generation, offset].every((field) => typeof field === 'number')
  return isText && isCount ? (value as FilePosition) : undefined
}

/** Of a file that is new to us. */
export function firstPosition({
  path,
  pattern,
  place,
  key,
}: Pick<FilePosition, 'path' | 'pattern' | 'place' | 'key'>): FilePosition {
  return { path, pattern, place, key, generation: 0, offset: 0, fingerprint: fingerprintOf(Buffer.alloc(0)) }
}
