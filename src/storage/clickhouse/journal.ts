import { type FileHandle, mkdir, open, readdir, readFile, truncate, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../util/clock.ts'
import { ALL_TIMES, type TimeRange } from '../sample-store.ts'
import { StoreUnavailableError } from '../store.ts'

export interface JournalOptions {
  readonly directory: string
  /** For messages. */
  readonly table: string
  /** Appends the blocks of a file to the table, all or nothing. */
  readonly insertFile: (file: string) => Promise<void>
  /** What the journal may hold in all; who writes more waits. */
  readonly maxBytes: number
  readonly clock: Clock
  /** Called after each file with what came of it, and what the others hold. */
  readonly onSettled?: ((table: string, result: 'done' | 'failed', waitingBytes: number) => void) | undefined
}

/** A block in Native format, in pieces that stand one behind the other. */
export interface JournalBlock {
  readonly pieces: readonly Uint8Array[]
  /** Bytes of all pieces. */
  readonly length: number
  /** Of what times its rows are. */
  readonly range: TimeRange
}

/** About a million samples or ten thousand requests: the engine takes them for a third of what ten inserts and the merges of their parts cost. */
const FILE_BYTES = 25_000_000
/** The longest that rows stand in the journal only. */
const MAX_AGE_MS = 10_000
const DATA = '.native'
const MARKS = '.marks'
const MARK_BYTES = 8

interface JournalFile {
  /** Without its ending. */
  readonly path: string
  /** Undefined for one of an earlier process. */
  readonly handles: { readonly data: FileHandle; readonly marks: FileHandle } | undefined
  /** What was acknowledged of it. */
  sizeBytes: number
  minMs: number
  maxMs: number
  /** What is being appended. */
  writing: Promise<unknown>
}

/**
 * Rows that are committed and not in their table yet. They are appended to a file and acknowledged: from then on they survive a kill of the
 * process, as the engine's own files do, because the pages belong to the system. When the file is large or old enough the engine inserts it as
 * a whole, since few large inserts cost it far less than many small ones. Files that a killed process has left are inserted at the next start;
 * one that was inserted and not yet removed then is so a second time, which changes nothing in tables where equal keys replace each other.
 * `settle` is for readers of the table.
 */
export class Journal {
  readonly #options: JournalOptions
  #open: JournalFile | undefined
  /** Those that take no more, oldest first. They are inserted one after the other: of two rows of equal key the later one counts. */
  readonly #sealed: JournalFile[] = []
  #inserting: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #nextNumber = 0
  #isClosed = false

  private constructor(options: JournalOptions) {
    this.#options = options
  }

  /** Where its rows go. */
  get table(): string {
    return this.#options.table
  }

  /** Inserts what an earlier process has left. Rejects with `StoreUnavailableError` when the engine does not take it. */
  static async open(options: JournalOptions): Promise<Journal> {
    await mkdir(options.directory, { recursive: true })
    const journal = new Journal(options)
    const left = (await readdir(options.directory)).filter((name) => name.endsWith(DATA)).sort()
    for (const name of left)
      journal.#sealed.push(await fileLeft(path.join(options.directory, name.slice(0, -DATA.length))))
    await journal.settle()
    return journal
  }

  /** Resolves when the blocks are committed. One call at a time. */
  async append(blocks: readonly JournalBlock[]): Promise<void> {
    while (this.#sealed.length > 0 && this.#waitingBytes() > this.#options.maxBytes) await this.#insertOldest()
    const file = (this.#open ??= await this.#create())
    const sizeBytes = blocks.reduce((sum, { length }) => sum + length, 0)
    try {
      file.writing = writeAll(file, blocks, sizeBytes)
      await file.writing
    } catch (error) {
      // Behind half a block nothing more may stand.
      this.#seal(file)
      throw error
    }
    file.sizeBytes += sizeBytes
    for (const { range } of blocks) {
      file.minMs = Math.min(file.minMs, range.minMs)
      file.maxMs = Math.max(file.maxMs, range.maxMs)
    }
    if (file.sizeBytes >= FILE_BYTES) this.#seal(file)
  }

  /** Resolves when everything of the range that is acknowledged now is in the table. Rejects when the engine does not take it. */
  async settle({ minMs, maxMs }: TimeRange = ALL_TIMES): Promise<void> {
    const overlaps = (file: JournalFile): boolean => file.minMs <= maxMs && file.maxMs >= minMs
    if (this.#open !== undefined && overlaps(this.#open)) this.#seal(this.#open)
    await this.#settleUpTo(this.#sealed.findLast(overlaps))
  }

  /** Inserts everything if the engine takes it; if not, the next start does. Nothing may be appended afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.settle().catch(() => {})
  }

  #waitingBytes(): number {
    return this.#sealed.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.#open?.sizeBytes ?? 0)
  }

  async #create(): Promise<JournalFile> {
    const file = path.join(this.#options.directory, String(this.#nextNumber++).padStart(10, '0'))
    const handles = { data: await open(file + DATA, 'wx'), marks: await open(file + MARKS, 'w') }
    this.#schedule()
    return { path: file, handles, sizeBytes: 0, minMs: Infinity, maxMs: -Infinity, writing: Promise.resolve() }
  }

  #schedule(): void {
    this.#cancelTimer ??= this.#options.clock.after(MAX_AGE_MS, () => {
      this.#cancelTimer = undefined
      if (this.#open !== undefined) this.#seal(this.#open)
      else this.#settleInBackground()
    })
  }

  /** From here on the file takes no more. What is being appended to it still goes in. */
  #seal(file: JournalFile): void {
    if (this.#open !== file) return
    this.#open = undefined
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#sealed.push(file)
    this.#settleInBackground()
  }

  /** What fails is tried again later; until then the file is the only place of its rows, and readers are told so. */
  #settleInBackground(): void {
    this.#settleUpTo(this.#sealed.at(-1)).catch(() => {
      if (!this.#isClosed) this.#schedule()
    })
  }

  /** Not those that are sealed meanwhile: who reads while others write without pause would never have its turn. */
  async #settleUpTo(file: JournalFile | undefined): Promise<void> {
    if (file === undefined) return
    while (this.#sealed.includes(file)) await this.#insertOldest()
  }

  #insertOldest(): Promise<void> {
    const [file] = this.#sealed
    if (file === undefined) return Promise.resolve()
    this.#inserting ??= this.#insert(file).finally(() => {
      this.#inserting = undefined
    })
    return this.#inserting
  }

  async #insert(file: JournalFile): Promise<void> {
    const { insertFile, onSettled, table } = this.#options
    await Promise.allSettled([file.writing])
    try {
      await closeHandles(file)
      await truncate(file.path + DATA, file.sizeBytes)
      if (file.sizeBytes > 0) await insertFile(file.path + DATA)
      await unlink(file.path + DATA)
      await unlink(file.path + MARKS).catch(() => {})
    } catch (error) {
      onSettled?.(table, 'failed', this.#waitingBytes())
      const message = `the rows of ${table} in ${file.path}${DATA} could not be inserted: ${String(error)}`
      throw new StoreUnavailableError(message, { cause: error })
    }
    this.#sealed.shift()
    onSettled?.(table, 'done', this.#waitingBytes())
  }
}

/** A file of an earlier process; it may hold rows of any time. */
async function fileLeft(file: string): Promise<JournalFile> {
  const sizeBytes = await markedBytes(file + MARKS)
  return { path: file, handles: undefined, sizeBytes, ...ALL_TIMES, writing: Promise.resolve() }
}

/** After each block the size of its file is noted in a second one: behind the last whole note may stand a block that was cut off by a kill. */
async function markedBytes(file: string): Promise<number> {
  const marks = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    // A process that was killed before its first block; what cannot be read for another reason may well tell of rows.
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw new StoreUnavailableError(`the journal's ${file} cannot be read: ${error.message}`, { cause: error })
  })
  const count = Math.floor(marks.length / MARK_BYTES)
  return count === 0 ? 0 : marks.readDoubleLE((count - 1) * MARK_BYTES)
}

async function writeAll(file: JournalFile, blocks: readonly JournalBlock[], sizeBytes: number): Promise<void> {
  const written = await file.handles?.data.writev(blocks.flatMap(({ pieces }) => pieces))
  if (written?.bytesWritten !== sizeBytes)
    throw new Error(
      `${written?.bytesWritten ?? 0} of ${sizeBytes} bytes were written to the journal: is the disk full?`,
    )
  const mark = Buffer.alloc(MARK_BYTES)
  mark.writeDoubleLE(file.sizeBytes + sizeBytes)
  await file.handles?.marks.write(mark)
}

async function closeHandles({ handles }: JournalFile): Promise<void> {
  await Promise.all([handles?.data.close(), handles?.marks.close()])
}
