import { type FileHandle, mkdir, open, readdir, truncate, unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../util/clock.ts'
import type { TimeRange } from '../sample-store.ts'
import { StoreUnavailableError } from '../store.ts'
import { type SampleBlock, wholeBlockBytes } from './sample-block.ts'

export interface SampleJournalOptions {
  readonly directory: string
  /** Appends the blocks of a file to the table, all or nothing. */
  readonly insertFile: (file: string) => Promise<void>
  readonly clock: Clock
  /** Called after each file with what came of it, and what the others hold. */
  readonly onSettled?: (result: 'done' | 'failed', waitingBytes: number) => void
}

/** About a million samples: the engine takes them for a third of what ten inserts and the merges of their parts cost. */
const FILE_BYTES = 25_000_000
/** The longest that samples stand in the journal only. */
const MAX_AGE_MS = 10_000
/** What the journal may hold in all; who writes more waits. */
const MAX_BYTES = 256 * 1024 * 1024

interface JournalFile {
  readonly path: string
  /** Undefined for one of an earlier process. */
  readonly handle: FileHandle | undefined
  /** What was acknowledged of it. */
  sizeBytes: number
  minMs: number
  maxMs: number
  /** What is being appended. */
  writing: Promise<unknown>
}

/**
 * Samples that are committed and not in the table yet. They are appended to a file and acknowledged: from then on they survive a kill of the
 * process, as the engine's own files do, because the pages belong to the system. When the file is large or old enough the engine inserts it as
 * a whole, since few large inserts cost it far less than many small ones. Files that a killed process has left are inserted at the next start;
 * one that was inserted and not yet removed then is so a second time, which changes nothing, because equal keys replace each other.
 * `settle` is for readers of the table.
 */
export class SampleJournal {
  readonly #options: SampleJournalOptions
  #open: JournalFile | undefined
  /** Those that take no more, oldest first. They are inserted one after the other: of two samples of equal key the later one counts. */
  #sealed: JournalFile[] = []
  #settling: Promise<void> | undefined
  #cancelTimer: (() => void) | undefined
  #nextNumber = 0
  #isClosed = false

  private constructor(options: SampleJournalOptions) {
    this.#options = options
  }

  /** Inserts what an earlier process has left. Rejects with `StoreUnavailableError` when the engine does not take it. */
  static async open(options: SampleJournalOptions): Promise<SampleJournal> {
    await mkdir(options.directory, { recursive: true })
    const journal = new SampleJournal(options)
    const names = (await readdir(options.directory)).filter((name) => name.endsWith('.native')).sort()
    for (const name of names) journal.#sealed.push(await fileLeft(path.join(options.directory, name)))
    await journal.#settleSealed()
    return journal
  }

  /** Resolves when the blocks are committed. One call at a time. */
  async append(blocks: readonly SampleBlock[]): Promise<void> {
    if (this.#waitingBytes() > MAX_BYTES) await this.#settleSealed()
    const file = (this.#open ??= await this.#create())
    const pieces = blocks.flatMap((block) => block.pieces)
    const sizeBytes = blocks.reduce((sum, { length }) => sum + length, 0)
    try {
      file.writing = writeAll(file.handle, pieces, sizeBytes)
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

  /** Resolves when every acknowledged sample of the range is in the table. Rejects when the engine does not take them now. */
  async settle({ minMs, maxMs }: TimeRange): Promise<void> {
    const overlaps = (file: JournalFile): boolean => file.minMs <= maxMs && file.maxMs >= minMs
    if (this.#open !== undefined && overlaps(this.#open)) this.#seal(this.#open)
    else if (!this.#sealed.some(overlaps)) return
    await this.#settleSealed()
  }

  /** Inserts everything if the engine takes it; if not, the next start does. Nothing may be appended afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.settle({ minMs: -Infinity, maxMs: Infinity }).catch(() => {})
  }

  #waitingBytes(): number {
    return this.#sealed.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.#open?.sizeBytes ?? 0)
  }

  async #create(): Promise<JournalFile> {
    const name = `${String(this.#nextNumber++).padStart(10, '0')}.native`
    const file = path.join(this.#options.directory, name)
    const handle = await open(file, 'wx')
    this.#schedule()
    return { path: file, handle, sizeBytes: 0, minMs: Infinity, maxMs: -Infinity, writing: Promise.resolve() }
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

  /** What fails is tried again later; until then the file is the only place of its samples, and readers are told so. */
  #settleInBackground(): void {
    this.#settleSealed().catch(() => {
      if (!this.#isClosed) this.#schedule()
    })
  }

  #settleSealed(): Promise<void> {
    if (this.#sealed.length === 0) return Promise.resolve()
    this.#settling ??= this.#insertSealed()
    return this.#settling
  }

  async #insertSealed(): Promise<void> {
    try {
      for (let file = this.#sealed[0]; file !== undefined; file = this.#sealed[0]) {
        await this.#insert(file)
        this.#sealed.shift()
        this.#options.onSettled?.('done', this.#waitingBytes())
      }
    } catch (error) {
      this.#options.onSettled?.('failed', this.#waitingBytes())
      throw error
    } finally {
      this.#settling = undefined
    }
  }

  async #insert(file: JournalFile): Promise<void> {
    await Promise.allSettled([file.writing])
    try {
      await file.handle?.close()
      await truncate(file.path, file.sizeBytes)
      if (file.sizeBytes > 0) await this.#options.insertFile(file.path)
      await unlink(file.path)
    } catch (error) {
      const message = `the samples in ${file.path} could not be inserted: ${String(error)}`
      throw new StoreUnavailableError(message, { cause: error })
    }
  }
}

/** A file of an earlier process; it may hold samples of any time. */
async function fileLeft(file: string): Promise<JournalFile> {
  const handle = await open(file, 'r')
  try {
    const sizeBytes = await wholeBlockBytes(handle)
    return {
      path: file,
      handle: undefined,
      sizeBytes,
      minMs: -Infinity,
      maxMs: Infinity,
      writing: Promise.resolve(),
    }
  } finally {
    await handle.close()
  }
}

async function writeAll(handle: FileHandle | undefined, pieces: Uint8Array[], sizeBytes: number): Promise<void> {
  const written = await handle?.writev(pieces)
  if (written?.bytesWritten === sizeBytes) return
  throw new Error(`${written?.bytesWritten ?? 0} of ${sizeBytes} bytes were written to the journal: is the disk full?`)
}
