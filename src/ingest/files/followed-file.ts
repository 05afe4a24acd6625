import { open, type FileHandle } from 'node:fs/promises'
import { type FilePosition, FINGERPRINT_BYTES, fingerprintOf, firstPosition } from './file-position.ts'

/** Read at once, when the lines are not longer. */
const READ_BYTES = 4 * 1024 * 1024
export const MAX_LINE_BYTES = 16 * 1024 * 1024
const NEWLINE = 10

/** A line and where it begins; without a text it was longer than a line may be. */
export interface FileLine {
  readonly offset: number
  readonly text: string | undefined
}

/** Whole lines that follow a position, and the position behind them. */
export interface LinesRead {
  readonly lines: readonly FileLine[]
  readonly offset: number
  readonly fingerprint: string
  /** The last line is longer than a line may be, and goes on. */
  readonly endsInLongLine: boolean
}

/** One open file and how far it was read. Stays with its file when that is renamed or removed. */
export class FollowedFile {
  readonly #handle: FileHandle
  #position: FilePosition
  #sizeBytes = 0
  #modifiedMs = -1
  /** Behind the beginning of a line that is too long: what is left of it is passed over. */
  #isInLongLine = false

  private constructor(handle: FileHandle, position: FilePosition) {
    this.#handle = handle
    this.#position = position
  }

  /** Rejects as `open` of the file system does. */
  static async open(position: FilePosition): Promise<FollowedFile> {
    return new FollowedFile(await open(position.path, 'r'), position)
  }

  get position(): FilePosition {
    return this.#position
  }

  /** As of the last look. */
  get unreadBytes(): number {
    return Math.max(0, this.#sizeBytes - this.#position.offset)
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  renamed(path: string): void {
    if (path !== this.#position.path) this.#position = { ...this.#position, path }
  }

  /** It is a copy of a file that was read up to there. */
  continueFrom({ key, generation, offset, fingerprint }: FilePosition): void {
    this.#position = { ...this.#position, key, generation, offset, fingerprint }
  }

  /** Sees how long the file is now, and whether it still holds what was read of it. */
  async look(): Promise<'continues' | 'begins anew'> {
    const { size, mtimeMs } = await this.#handle.stat()
    if (size === this.#sizeBytes && mtimeMs === this.#modifiedMs) return 'continues'
    this.#sizeBytes = size
    this.#modifiedMs = mtimeMs
    return (await this.holds(this.#position)) ? 'continues' : 'begins anew'
  }

  /** Whether this file has what a position says before its offset. */
  async holds({ offset, fingerprint }: FilePosition): Promise<boolean> {
    const before = await this.#read(Math.max(0, offset - FINGERPRINT_BYTES), Math.min(offset, FINGERPRINT_BYTES))
    return before.length === Math.min(offset, FINGERPRINT_BYTES) && fingerprintOf(before) === fingerprint
  }

  /** It was truncated: from now on it is another file in the same place. */
  beginAnew(): void {
    this.#position = { ...firstPosition(this.#position), generation: this.#position.generation + 1 }
    this.#isInLongLine = false
  }

  /**
   * Whole lines behind the position, as far as the last look saw; undefined when there are none. `isOver`: nothing more will come, so
   * that what has no line end is a line too. Does not move the position.
   */
  async read(isOver: boolean): Promise<LinesRead | undefined> {
    const { offset } = this.#position
    const prefixBytes = Math.min(offset, FINGERPRINT_BYTES)
    for (const limit of [READ_BYTES, MAX_LINE_BYTES]) {
      const bytes = await this.#read(offset - prefixBytes, prefixBytes + Math.min(this.unreadBytes, limit))
      const isAll = bytes.length - prefixBytes >= this.unreadBytes
      const lastEnd = bytes.lastIndexOf(NEWLINE) + 1
      const end = isOver && isAll ? bytes.length : lastEnd
      if (end > prefixBytes) return this.#linesOf(bytes, prefixBytes, end)
      if (bytes.length - prefixBytes >= MAX_LINE_BYTES) return this.#longLine(bytes)
      if (isAll) return undefined
    }
    return undefined
  }

  /** What was read is committed. */
  advance({ offset, fingerprint, endsInLongLine }: LinesRead): void {
    this.#position = { ...this.#position, offset, fingerprint }
    this.#isInLongLine = endsInLongLine
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  #linesOf(bytes: Buffer, begin: number, end: number): LinesRead {
    const lines: FileLine[] = []
    const base = this.#position.offset - begin
    let start = begin
    if (this.#isInLongLine) start = lineEnd(bytes, start, end)
    while (start < end) {
      const next = lineEnd(bytes, start, end)
      lines.push({ offset: base + start, text: bytes.toString('utf8', start, next).trimEnd() })
      start = next
    }
    return { lines, offset: base + end, fingerprint: fingerprintOf(bytes.subarray(0, end)), endsInLongLine: false }
  }

  #longLine(bytes: Buffer): LinesRead {
    const { offset } = this.#position
    return {
      lines: this.#isInLongLine ? [] : [{ offset, text: undefined }],
      offset: offset + bytes.length - Math.min(offset, FINGERPRINT_BYTES),
      fingerprint: fingerprintOf(bytes),
      endsInLongLine: true,
    }
  }

  async #read(from: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, from + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  }
}

/** Behind the line end that follows, or the end. */
function lineEnd(bytes: Buffer, start: number, end: number): number {
  const found = bytes.indexOf(NEWLINE, start)
  return found === -1 || found >= end ? end : found + 1
}
