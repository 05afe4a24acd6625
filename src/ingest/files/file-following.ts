import type { StateStore } from '../../storage/state-store.ts'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import { type Clock, sleep } from '../../util/clock.ts'
import type { FilesConfig } from './config.ts'
import { type FilePosition, firstPosition, readPosition } from './file-position.ts'
import { findFiles, findSiblings, type FoundFile, isNamedLike } from './find-files.ts'
import { createFollowingInstruments, type FollowingInstruments } from './following-instruments.ts'
import { FollowedFile, type LinesRead } from './followed-file.ts'
import type { ImportedLine } from './imported-line.ts'
import { type LineSource, sourcesOf } from './line-source.ts'
import { type LineSink, takeLines } from './take-lines.ts'

const POLL_MS = 500
/** Files that are open at the same time. */
const MAX_FILES = 1_000
/** Read and not yet committed, all files together. */
const READ_AHEAD_BYTES = 8 * 1024 * 1024
/** A writer goes on with a rotated file until it is told to open the new one. */
const ROTATED_GRACE_MS = 60_000
const STATE_KIND = 'file_position'

export interface FileFollowingOptions {
  readonly sink: LineSink
  readonly state: StateStore
  readonly clock: Clock
  /** A text that was never given before. */
  readonly newKey: () => string
  readonly logger: Logger
  readonly instruments: InstrumentRegistry
}

/** How far a file was read. */
export interface FollowedFileStatus {
  readonly path: string
  readonly pattern: string
  /** No pattern names it any more: it is read to its end and left. */
  readonly isRotated: boolean
  readonly sizeBytes: number
  readonly unreadBytes: number
  /** Since this process follows it. */
  readonly lines: number
  readonly rejected: number
  /** The newest line that was not taken; null when all were. */
  readonly problem: { readonly offset: number; readonly error: string } | null
}

interface Followed {
  readonly file: FollowedFile
  readonly source: LineSource
  isRotated: boolean
  /** When something was last read from it. */
  readMs: number
  lines: number
  rejected: number
  problem: FollowedFileStatus['problem']
}

interface Piece {
  readonly followed: Followed
  readonly read: LinesRead
  readonly lines: readonly ImportedLine[]
}

/**
 * Follows files of JSON lines as they grow, through rotation by rename and by copy. A position moves when the lines before it are committed,
 * and is remembered after that: a process that was killed reads the last lines again. Calls and events are then the same ones, because
 * their ids come from the line or its place; log records that have no identity may stand twice.
 */
export class FileFollowing {
  readonly #options: FileFollowingOptions
  readonly #instruments: FollowingInstruments
  readonly #followed = new Map<string, Followed>()
  /** As they are in the state store. */
  readonly #saved = new Map<string, FilePosition>()
  #sources: ReadonlyMap<string, LineSource> = new Map()
  #isFirst = true
  #polling: Promise<void> | undefined
  #running: Promise<void> | undefined
  /** What was already logged, so that a lasting trouble is one line. */
  readonly #logged = new Set<string>()
  readonly #stopped = new AbortController()

  constructor(options: FileFollowingOptions) {
    this.#options = options
    this.#instruments = createFollowingInstruments(options.instruments)
  }

  /** What is to be followed from the next poll on; patterns from `folder`. Files of patterns that are no longer there are closed, their positions kept. */
  apply(config: FilesConfig, folder: string): void {
    this.#sources = sourcesOf(config, folder, this.#sources)
  }

  /** Reads the remembered positions and begins to look every half second. */
  async start(): Promise<void> {
    for (const [place, document] of await this.#options.state.documents(STATE_KIND)) {
      const position = readPosition(document)
      if (position !== undefined) this.#saved.set(place, position)
    }
    this.#running = this.#run()
  }

  /** One look at all files: resolves when everything that they held when it began is committed, or could not be. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => (this.#polling = undefined))
    return this.#polling
  }

  /** Waits for the commit under way and closes the files. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
    await this.#polling
    for (const followed of this.#followed.values()) await this.#close(followed)
  }

  status(): FollowedFileStatus[] {
    return [...this.#followed.values()].map(({ file, source, isRotated, lines, rejected, problem }) => ({
      path: file.position.path,
      pattern: source.pattern,
      isRotated,
      sizeBytes: file.sizeBytes,
      unreadBytes: file.unreadBytes,
      lines,
      rejected,
      problem,
    }))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await sleep(this.#options.clock, POLL_MS, signal)
      if (!signal.aborted) await this.poll()
    }
  }

  async #poll(): Promise<void> {
    try {
      await this.#closeUnwanted()
      await this.#discover()
      for (const followed of this.#followed.values()) await this.#look(followed)
      this.#show()
      await this.#readAll()
      await this.#leaveRotated()
      this.#show()
    } catch (error) {
      this.#trouble('unreadable', '', error)
    }
  }

  async #closeUnwanted(): Promise<void> {
    for (const followed of this.#followed.values()) {
      if (this.#sources.get(followed.source.pattern) !== followed.source) await this.#close(followed)
    }
  }

  async #discover(): Promise<void> {
    const found = new Set<string>()
    for (const source of this.#sources.values()) {
      for (const file of await findFiles(source.pattern)) {
        if (found.has(file.place)) continue
        found.add(file.place)
        const known = this.#followed.get(file.place)
        if (known === undefined) await this.#follow(file, source)
        else known.file.renamed(file.path)
      }
    }
    for (const [place, followed] of this.#followed) followed.isRotated = !found.has(place)
    if (this.#isFirst) await this.#findMoved(found)
    this.#isFirst = false
  }

  async #follow(found: FoundFile, source: LineSource): Promise<void> {
    const fresh = firstPosition({ ...found, pattern: source.pattern, key: this.#options.newKey() })
    const saved = this.#saved.get(found.place)
    const file = await this.#open(saved === undefined ? fresh : { ...saved, path: found.path, pattern: source.pattern })
    if (file === undefined) return
    const original = saved === undefined ? await this.#originalOf(file) : undefined
    if (original !== undefined) file.continueFrom(original)
    this.#add(file, source, false)
  }

  /** A file with the content of another one up to where that was read is its copy, made to truncate the other one. */
  async #originalOf(copy: FollowedFile): Promise<FilePosition | undefined> {
    const open = [...this.#followed.values()].map(({ file }) => file.position)
    for (const position of [...open, ...this.#saved.values()]) {
      const isLike = position.offset > 0 && isNamedLike(copy.position.path, position.path)
      if (isLike && (await copy.holds(position))) return position
    }
    return undefined
  }

  /** What was rotated away while no process looked is read to its end too. */
  async #findMoved(found: ReadonlySet<string>): Promise<void> {
    for (const [place, position] of this.#saved) {
      const source = this.#sources.get(position.pattern)
      if (source === undefined || found.has(place)) continue
      await this.#followRest(position, source)
      if (!this.#followed.has(place)) await this.#remember(new Map([[place, undefined]]))
    }
  }

  /** Looks beside a file that is no longer there, or no longer the same, for what was in it. */
  async #followRest(position: FilePosition, source: LineSource): Promise<void> {
    for (const sibling of await findSiblings(position.path)) {
      if (this.#followed.has(sibling.place)) continue
      const file = await this.#open({ ...position, ...sibling })
      if (file === undefined) continue
      if (await file.holds(position)) {
        this.#add(file, source, true)
        await file.look()
        return
      }
      await file.close()
    }
  }

  async #look(followed: Followed): Promise<void> {
    const { file, source } = followed
    if ((await file.look()) === 'continues') return
    const before = file.position
    if (before.offset > 0) await this.#followRest(before, source)
    file.beginAnew()
    await file.look()
    const { path } = file.position
    this.#options.logger.info({ file: path }, 'a followed file was truncated and is read from its beginning')
  }

  /** A round reads from every file that has more, as much as may be read ahead, and commits it together. */
  async #readAll(): Promise<void> {
    let behind = [...this.#followed.values()]
    while (behind.length > 0 && !this.#stopped.signal.aborted) {
      const pieces = await this.#readAhead(behind)
      if (pieces.length === 0 || !(await this.#commit(pieces))) return
      behind = behind.filter(({ file }) => file.unreadBytes > 0)
    }
  }

  async #readAhead(behind: readonly Followed[]): Promise<Piece[]> {
    const pieces: Piece[] = []
    let bytes = 0
    for (const followed of behind) {
      if (bytes >= READ_AHEAD_BYTES) break
      const { file, source } = followed
      const read = await file.read(this.#isOver(followed))
      if (read === undefined) continue
      bytes += read.offset - file.position.offset
      const nowMs = this.#options.clock.now()
      pieces.push({ followed, read, lines: read.lines.map((line) => source.read(line, file.position, nowMs)) })
    }
    return pieces
  }

  /** False when it could not be: the next poll reads the same lines again. */
  async #commit(pieces: readonly Piece[]): Promise<boolean> {
    try {
      await takeLines(
        pieces.flatMap(({ lines }) => lines),
        this.#options.sink,
      )
    } catch (error) {
      this.#trouble('not_committed', '', error)
      return false
    }
    for (const piece of pieces) this.#count(piece)
    await this.#remember(new Map(pieces.map(({ followed: { file } }) => [file.position.place, file.position] as const)))
    this.#logged.delete('not_committed')
    return true
  }

  #count({ followed, read, lines }: Piece): void {
    const { pattern } = followed.source
    followed.file.advance(read)
    followed.readMs = this.#options.clock.now()
    followed.lines += lines.length
    this.#instruments.lines.add({ pattern }, lines.length)
    lines.forEach(({ problem }, i) => {
      const line = read.lines[i]
      if (problem === '' || line === undefined) return
      followed.rejected++
      followed.problem = { offset: line.offset, error: problem }
      this.#instruments.rejected.add({ pattern, reason: reasonOf(problem, line.text) })
    })
  }

  async #remember(positions: ReadonlyMap<string, FilePosition | undefined>): Promise<void> {
    try {
      await this.#options.state.putDocuments(STATE_KIND, positions)
      for (const [place, position] of positions) {
        if (position === undefined) this.#saved.delete(place)
        else this.#saved.set(place, position)
      }
      this.#logged.delete('not_remembered')
    } catch (error) {
      this.#trouble('not_remembered', '', error)
    }
  }

  /** Nobody has written to it for a while, and no pattern names it: what is left of it is all that will come. */
  #isOver({ isRotated, readMs }: Followed): boolean {
    return isRotated && this.#options.clock.now() - readMs >= ROTATED_GRACE_MS
  }

  async #leaveRotated(): Promise<void> {
    for (const followed of this.#followed.values()) {
      if (!this.#isOver(followed) || followed.file.unreadBytes > 0) continue
      await this.#close(followed)
      await this.#remember(new Map([[followed.file.position.place, undefined]]))
    }
  }

  async #open(position: FilePosition): Promise<FollowedFile | undefined> {
    if (this.#followed.size >= MAX_FILES) {
      this.#trouble('too_many', position.path, `${MAX_FILES} files are followed already`)
      return undefined
    }
    try {
      return await FollowedFile.open(position)
    } catch (error) {
      this.#trouble('unreadable', position.path, error)
      return undefined
    }
  }

  #add(file: FollowedFile, source: LineSource, isRotated: boolean): void {
    const readMs = this.#options.clock.now()
    this.#logged.delete(`unreadable${file.position.path}`)
    this.#followed.set(file.position.place, {
      file,
      source,
      isRotated,
      readMs,
      lines: 0,
      rejected: 0,
      problem: null,
    })
  }

  async #close({ file }: Followed): Promise<void> {
    this.#followed.delete(file.position.place)
    await file.close().catch(() => undefined)
  }

  #show(): void {
    this.#instruments.files.clear()
    this.#instruments.lagBytes.clear()
    for (const pattern of this.#sources.keys()) this.#instruments.files.set({ pattern }, 0)
    for (const pattern of this.#sources.keys()) this.#instruments.lagBytes.set({ pattern }, 0)
    for (const { file, source } of this.#followed.values()) {
      const { pattern } = source
      this.#instruments.files.add({ pattern }, 1)
      this.#instruments.lagBytes.add({ pattern }, file.unreadBytes)
    }
  }

  #trouble(reason: 'unreadable' | 'too_many' | 'not_committed' | 'not_remembered', file: string, error: unknown): void {
    this.#instruments.errors.add({ reason })
    if (this.#logged.has(reason + file)) return
    if (this.#logged.size >= MAX_FILES) this.#logged.clear()
    this.#logged.add(reason + file)
    const message = error instanceof Error ? error.message : String(error)
    this.#options.logger.warn({ reason, file, error: message }, 'following files is held up and tried again')
  }
}

function reasonOf(problem: string, text: string | undefined): 'not_json' | 'not_understood' | 'too_long' {
  if (text === undefined) return 'too_long'
  return problem.startsWith('not JSON') ? 'not_json' : 'not_understood'
}
