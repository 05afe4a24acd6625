import { setMaxListeners } from 'node:events'
import { mkdir, open, readdir, readFile, stat, unlink, writeFile, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { backoffDelays } from '../../util/backoff.ts'
import { type Clock, sleep } from '../../util/clock.ts'
import type { SpoolInstruments, SpoolResult } from './spool-instruments.ts'
import { frameRecord, readRecords } from './spool-segment.ts'

/**
 * Takes a record that was spooled, perhaps by a process before this one. Rejects to be asked again later; `unusable` when asking again is no use.
 * The same record may come twice (after a kill), so taking one must be idempotent.
 */
export type SpoolSink = (record: Buffer) => Promise<'taken' | 'unusable'>

export interface SpoolOptions {
  /** Label of its metrics. */
  readonly name: string
  /** Made when it is missing; belongs to this spool alone. */
  readonly directory: string
  /** Bound on disk. When it is reached the oldest segment is dropped, because the newest data is worth most. */
  readonly maxSizeBytes: number
  readonly segmentSizeBytes?: number
  /** `always`: a record survives the loss of power; `never`: only the death of the process, at less cost. */
  readonly fsync?: 'always' | 'never'
  /** How many records the sink may have at once; they are handed over in order all the same. One when absent. */
  readonly concurrency?: number
  readonly sink: SpoolSink
  readonly clock: Clock
  /** In [0, 1); spreads the retries of many spools. */
  readonly random: () => number
  readonly instruments: SpoolInstruments
}

interface Segment {
  readonly number: number
  sizeBytes: number
  /** Records from its beginning that the sink has taken. */
  drained: number
}

interface Pending {
  readonly frame: Buffer
  readonly settle: (spooled: boolean) => void
}

const DEFAULT_SEGMENT_SIZE_BYTES = 4 * 1024 * 1024
/** Left by an orderly stop, used up by the next start: how many records of the oldest segment are done. */
const CURSOR_NAME = 'cursor'
const SEGMENT_NAME = /^(\d{12})\.spool$/
const RETRY = { initialMs: 1_000, maxMs: 60_000, jitter: 0.2 }

/**
 * A queue of records on disk, for what nobody can send again: append-only segments, drained oldest first into a sink.
 * `open`, `start` to drain, `stop`. Delivery is once, or after a kill at least once: a segment is deleted when the sink has taken all of it.
 */
export class Spool {
  readonly #options: SpoolOptions
  readonly #segmentSizeBytes: number
  /** Oldest first; the last one is being written while `#file` is set. */
  readonly #segments: Segment[]
  #file: FileHandle | undefined
  #pending: Pending[] = []
  #pendingBytes = 0
  #writing: Promise<void> | undefined
  #draining: Promise<void> | undefined
  #wakeDrain: () => void = () => {}
  readonly #stopped = new AbortController()

  private constructor(options: SpoolOptions, segments: Segment[]) {
    this.#options = options
    this.#segmentSizeBytes = options.segmentSizeBytes ?? DEFAULT_SEGMENT_SIZE_BYTES
    this.#segments = segments
    // Each delivery may be pausing; more would be a leak.
    setMaxListeners((options.concurrency ?? 1) + 1, this.#stopped.signal)
    this.#showSize()
  }

  /** Finds what earlier processes left. Rejects when the directory cannot be made or read. */
  static async open(options: SpoolOptions): Promise<Spool> {
    await mkdir(options.directory, { recursive: true })
    const segments: Segment[] = []
    for (const name of (await readdir(options.directory)).sort()) {
      const number = SEGMENT_NAME.exec(name)?.[1]
      if (number === undefined) continue
      const { size } = await stat(path.join(options.directory, name))
      segments.push({ number: Number(number), sizeBytes: size, drained: 0 })
    }
    const [oldest] = segments
    const cursor = await takeCursor(path.join(options.directory, CURSOR_NAME))
    if (oldest !== undefined && cursor?.segment === oldest.number) oldest.drained = cursor.drained
    return new Spool(options, segments)
  }

  get sizeBytes(): number {
    return this.#segments.reduce((total, { sizeBytes }) => total + sizeBytes, 0)
  }

  /**
   * Resolves with true when the record is on disk, with false when it could not be written or is larger than the spool may be
   * (counted). Never rejects: the caller has no other place for it.
   */
  append(payload: Buffer): Promise<boolean> {
    const frame = frameRecord(payload)
    if (this.#pendingBytes + frame.length > this.#options.maxSizeBytes) {
      this.#count('dropped', 1)
      return Promise.resolve(false)
    }
    return new Promise((settle) => {
      this.#pending.push({ frame, settle })
      this.#pendingBytes += frame.length
      this.#writing ??= this.#writePending()
    })
  }

  /** Begins to drain: what is there now, then what comes. */
  start(): void {
    this.#draining ??= this.#drainUntilStopped()
  }

  /** Lets the write and the delivery under way finish, then closes. What is left is drained by the next process. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#wakeDrain()
    await this.#draining
    await this.#writing
    await this.#closeFile()
    await this.#leaveCursor()
  }

  /** One write and one sync for all records that came while the one before was under way. */
  async #writePending(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending
      this.#pending = []
      this.#pendingBytes = 0
      const bytes = Buffer.concat(batch.map(({ frame }) => frame))
      const spooled = await this.#write(bytes)
      this.#count(spooled ? 'spooled' : 'unwritable', batch.length)
      for (const { settle } of batch) settle(spooled)
    }
    this.#writing = undefined
    this.#showSize()
    this.#wakeDrain()
  }

  async #write(bytes: Buffer): Promise<boolean> {
    try {
      await this.#dropUntilFits(bytes.length)
      const file = (this.#file ??= await this.#newSegment())
      await file.appendFile(bytes)
      if (this.#options.fsync !== 'never') await file.datasync()
      const current = this.#segments.at(-1)
      if (current !== undefined) current.sizeBytes += bytes.length
      if ((current?.sizeBytes ?? 0) >= this.#segmentSizeBytes) await this.#closeFile()
      return true
    } catch {
      // Half a record may be in the file: a new segment keeps it from hiding the next ones.
      await this.#closeFile()
      return false
    }
  }

  async #newSegment(): Promise<FileHandle> {
    const number = (this.#segments.at(-1)?.number ?? 0) + 1
    const file = await open(this.#pathOf(number), 'wx')
    this.#segments.push({ number, sizeBytes: 0, drained: 0 })
    return file
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close().catch(() => {})
  }

  async #dropUntilFits(neededBytes: number): Promise<void> {
    while (this.#segments.length > 0 && this.sizeBytes + neededBytes > this.#options.maxSizeBytes) {
      if (this.#segments.length === 1) await this.#closeFile()
      const oldest = this.#segments[0]
      if (oldest === undefined) return
      const { records } = await this.#read(oldest)
      // The drain may have finished with it meanwhile.
      if (this.#segments[0] !== oldest) continue
      await this.#remove(oldest)
      this.#count('dropped', Math.max(0, records.length - oldest.drained))
    }
  }

  async #drainUntilStopped(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const [oldest] = this.#segments
      if (oldest === undefined) await new Promise<void>((resolve) => (this.#wakeDrain = resolve))
      else if (oldest.number === this.#segments.at(-1)?.number && this.#file !== undefined) await this.#sealCurrent()
      else await this.#drain(oldest)
    }
  }

  /** The drain has caught up with the writer: it takes this segment over and the writer begins another. */
  async #sealCurrent(): Promise<void> {
    if (this.#writing === undefined) await this.#closeFile()
    else await this.#writing
  }

  async #drain(segment: Segment): Promise<void> {
    const { records, torn } = await this.#read(segment)
    if (torn) this.#count('torn', 1)
    const underWay: Array<Promise<boolean>> = []
    let unbroken = true
    // The oldest delivery is waited for first, so that what counts as drained is always a run from the beginning.
    const finishOldest = async (): Promise<void> => {
      unbroken = (await underWay.shift()) === true && unbroken
      if (unbroken) segment.drained++
    }
    for (const record of records.slice(segment.drained)) {
      underWay.push(this.#deliver(record, segment))
      if (underWay.length >= (this.#options.concurrency ?? 1)) await finishOldest()
      if (!unbroken) break
    }
    while (underWay.length > 0) await finishOldest()
    if (unbroken && this.#segments.includes(segment)) await this.#remove(segment)
    this.#showSize()
  }

  /** False when the spool was stopped, or the segment dropped, before the record was taken. */
  async #deliver(record: Buffer, segment: Segment): Promise<boolean> {
    for (const delayMs of backoffDelays({ ...RETRY, random: this.#options.random })) {
      if (this.#stopped.signal.aborted || !this.#segments.includes(segment)) return false
      const result = await this.#options.sink(record).catch(() => 'later' as const)
      if (result !== 'later') {
        this.#count(result === 'taken' ? 'drained' : 'unusable', 1)
        return true
      }
      await sleep(this.#options.clock, delayMs, this.#stopped.signal)
    }
    return false
  }

  async #read(segment: Segment): Promise<ReturnType<typeof readRecords>> {
    // A file that cannot be read any more is lost as a whole.
    const bytes = await readFile(this.#pathOf(segment.number)).catch(() => undefined)
    return bytes === undefined ? { records: [], torn: true } : readRecords(bytes)
  }

  async #remove(segment: Segment): Promise<void> {
    this.#segments.splice(this.#segments.indexOf(segment), 1)
    await unlink(this.#pathOf(segment.number)).catch(() => {})
  }

  async #leaveCursor(): Promise<void> {
    const [oldest] = this.#segments
    if (oldest === undefined || oldest.drained === 0) return
    const file = path.join(this.#options.directory, CURSOR_NAME)
    // Without it records come twice, which the sink bears.
    await writeFile(file, `${oldest.number} ${oldest.drained}`).catch(() => {})
  }

  #pathOf(number: number): string {
    return path.join(this.#options.directory, `${String(number).padStart(12, '0')}.spool`)
  }

  #count(result: SpoolResult, count: number): void {
    this.#options.instruments.records.add({ spool: this.#options.name, result }, count)
  }

  #showSize(): void {
    this.#options.instruments.sizeBytes.set({ spool: this.#options.name }, this.sizeBytes)
  }
}

/** Reads the cursor and removes it: it must not be believed again after this process has gone on. */
async function takeCursor(file: string): Promise<{ segment: number; drained: number } | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const match = /^(\d+) (\d+)$/.exec(text)
  if (match === null) return undefined
  await unlink(file)
  return { segment: Number(match[1]), drained: Number(match[2]) }
}
