import type { MetricMetadata } from '../../model/series.ts'
import type { Steps } from '../../util/steps.ts'
import { ByteCursor, HASH, isBlank, isDigit, isNameStart, MINUS, NEWLINE, OPEN_BRACE, utf8FromLatin1 } from './bytes.ts'
import { Columns } from './columns.ts'
import { ExpositionError, LineError, lineAt } from './exposition-error.ts'
import type { ParsedExposition } from './exposition.ts'
import type { LineCache, MetadataStatement } from './line-cache.ts'
import { metadataOf } from './metadata.ts'
import { scanNumber } from './number.ts'
import { SeriesReader } from './series-reader.ts'
import { LINES_PER_STEP } from './step.ts'

const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])

/**
 * Reads Prometheus's text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats) with the tolerances of Prometheus's own
 * parser: blanks between tokens, missing commas, a missing last newline.
 */
export class TextReader {
  readonly #cursor: ByteCursor
  readonly #cache: LineCache
  readonly #columns: Columns
  readonly #series: SeriesReader
  readonly #statements: MetadataStatement[] = []
  #hasNewStatements = false
  #previous = -1
  #linesRead = 0

  /** The cache must be this target's own and not in use by another reader. */
  constructor(body: Buffer, cache: LineCache) {
    this.#cursor = new ByteCursor(body)
    this.#cache = cache
    this.#columns = new Columns(Math.max(64, cache.size))
    this.#series = new SeriesReader(this.#cursor, cache, 'loose')
  }

  *read(): Steps<ParsedExposition> {
    let start = 0
    try {
      for (let lines = 1; !this.#cursor.atEnd; start = this.#cursor.pos, lines++) {
        this.#readLine(start)
        if (lines % LINES_PER_STEP === 0) yield
      }
    } catch (error) {
      if (!(error instanceof LineError)) throw error
      throw new ExpositionError(
        { ...lineAt(this.#cursor.body, start), samplesBefore: this.#columns.size },
        error.message,
      )
    }
    this.#cache.finishBody(this.#linesRead)
    return this.#result()
  }

  #result(): ParsedExposition {
    const { labels } = this.#cache
    const statements = this.#statements
    const hasNewMetadata = this.#hasNewStatements
    const metadata = (): MetricMetadata[] => metadataOf(statements)
    return { labels, ...this.#columns.finish(), metadata, hasNewMetadata, exemplars: [] }
  }

  #readLine(start: number): void {
    const slot = this.#cache.expected(this.#previous, this.#cursor.view, start)
    if (slot !== -1 && this.#readExpected(slot, start)) return
    this.#cursor.pos = start
    this.#cursor.skipBlanks()
    const byte = this.#cursor.byte
    if (byte === NEWLINE) this.#cursor.pos++
    else if (byte === HASH) this.#readComment()
    else this.#readSeries(byte)
  }

  /** Reads on behind a text that the cache foretold. False when the text only happens to begin this line. */
  #readExpected(slot: number, start: number): boolean {
    const cursor = this.#cursor
    cursor.pos = start + this.#cache.lengthOf(slot)
    const byte = cursor.byte
    if (this.#cache.labels[slot]?.pairs.length === 0) {
      if (byte !== NEWLINE) return false
      cursor.pos++
      this.#acceptComment(slot)
      return true
    }
    if (!isBlank(byte)) return false
    cursor.skipBlanks()
    if (cursor.byte === OPEN_BRACE) return false
    this.#readValue(slot)
    return true
  }

  #readSeries(first: number): void {
    const cursor = this.#cursor
    if (!isNameStart(first) && first !== OPEN_BRACE)
      throw new LineError('expected a metric name at the start of the line')
    const slot = this.#series.read()
    cursor.skipBlanks()
    this.#readValue(slot)
  }

  #readValue(slot: number): void {
    const cursor = this.#cursor
    if (cursor.byte === NEWLINE) throw new LineError('expected value after metric, got end of line')
    const value = scanNumber(cursor)
    if (value === undefined) throw new LineError('the value is not a number')
    let timestampMs = NaN
    if (cursor.byte !== NEWLINE) {
      cursor.skipBlanks()
      if (cursor.byte !== NEWLINE) timestampMs = this.#readTimestamp()
    }
    cursor.pos++
    this.#columns.push(slot, value, timestampMs)
    this.#accept(slot)
  }

  /** Milliseconds as an integer. */
  #readTimestamp(): number {
    const cursor = this.#cursor
    const start = cursor.pos
    if (cursor.byte === MINUS) cursor.pos++
    while (isDigit(cursor.byte)) cursor.pos++
    const timestampMs = Number(cursor.latin1From(start))
    const found = cursor.byte
    cursor.skipBlanks()
    if (start === cursor.pos || !Number.isSafeInteger(timestampMs) || (!isBlank(found) && found !== NEWLINE)) {
      throw new LineError('expected timestamp or new record')
    }
    if (cursor.byte !== NEWLINE) throw new LineError('expected next entry after timestamp')
    return timestampMs
  }

  #readComment(): void {
    const cursor = this.#cursor
    const start = cursor.pos
    cursor.skipLine()
    const { slot, isNew } = this.#cache.slotOfComment(cursor, start, cursor.pos - 1, parseComment)
    this.#hasNewStatements ||= isNew
    this.#acceptComment(slot)
  }

  #acceptComment(slot: number): void {
    const statement = this.#cache.statements[slot]
    if (statement !== undefined) this.#statements.push(statement)
    this.#accept(slot)
  }

  #accept(slot: number): void {
    this.#cache.follow(this.#previous, slot)
    this.#previous = slot
    this.#linesRead++
  }
}

const COMMENT = /^#[ \t]+(HELP|TYPE)[ \t]+(?:"((?:\\.|[^\\"])*)"|([a-zA-Z_:][a-zA-Z0-9_:]*))?(.*)$/s

/** Undefined for a comment without meaning. */
function parseComment(text: string): MetadataStatement | undefined {
  const match = COMMENT.exec(text)
  if (match === null) return undefined
  const [, keyword, quotedName, plainName, rest = ''] = match
  const name = quotedName ?? plainName
  if (name === undefined) throw new LineError(`expected metric name after ${keyword}`)
  const argument = rest.slice(1)
  if (keyword === 'TYPE') {
    if (!TYPES.has(argument)) throw new LineError(`invalid metric type ${JSON.stringify(argument)}`)
    return { kind: 'type', name, text: argument }
  }
  const help = utf8FromLatin1(argument)
  if (help === undefined) throw new LineError('the help text is not valid UTF-8')
  return { kind: 'help', name, text: unescapeHelp(help) }
}

function unescapeHelp(text: string): string {
  return text.replace(/\\([\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}
