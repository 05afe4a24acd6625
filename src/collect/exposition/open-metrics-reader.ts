import type { MetricMetadata } from '../../model/series.ts'
import type { Steps } from '../../util/steps.ts'
import { ByteCursor, HASH, isNameStart, NEWLINE, OPEN_BRACE, SPACE, utf8FromLatin1 } from './bytes.ts'
import { Columns } from './columns.ts'
import { ExpositionError, LineError, lineAt } from './exposition-error.ts'
import type { ParsedExemplar, ParsedExposition } from './exposition.ts'
import type { LineCache, MetadataStatement } from './line-cache.ts'
import { metadataOf, metricTypeOf } from './metadata.ts'
import { scanNumber } from './number.ts'
import { closingBrace } from './series-end.ts'
import { SeriesReader } from './series-reader.ts'
import { parseLabelSet } from './series-text.ts'
import { LINES_PER_STEP } from './step.ts'

const END = '# EOF'

/** Reads OpenMetrics 1.0 line by line, as far as Prometheus's own parser looks: syntax and `# EOF`, not the rules between lines. */
export class OpenMetricsReader {
  readonly #cursor: ByteCursor
  readonly #cache: LineCache
  readonly #columns: Columns
  readonly #series: SeriesReader
  readonly #statements: MetadataStatement[] = []
  #hasNewStatements = false
  readonly #exemplars: ParsedExemplar[] = []
  #previous = -1
  #linesRead = 0
  #ended = false

  /** The cache must be this target's own and not in use by another reader. */
  constructor(body: Buffer, cache: LineCache) {
    this.#cursor = new ByteCursor(body)
    this.#cache = cache
    this.#columns = new Columns(Math.max(64, cache.size))
    this.#series = new SeriesReader(this.#cursor, cache, 'exact')
  }

  *read(): Steps<ParsedExposition> {
    let start = 0
    try {
      for (let lines = 1; !this.#cursor.atEnd; start = this.#cursor.pos, lines++) {
        this.#readLine(start)
        if (lines % LINES_PER_STEP === 0) yield
      }
      if (!this.#ended) throw new LineError('data does not end with # EOF')
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
    return { labels, ...this.#columns.finish(), metadata, hasNewMetadata, exemplars: this.#exemplars }
  }

  #readLine(start: number): void {
    if (this.#ended) throw new LineError('unexpected data after # EOF')
    const slot = this.#cache.expected(this.#previous, this.#cursor.view, start)
    if (slot !== -1 && this.#readExpected(slot, start)) return
    this.#cursor.pos = start
    const byte = this.#cursor.byte
    if (byte === HASH) this.#readComment()
    else this.#readSeries(byte)
  }

  /** Reads on behind a text that the cache foretold. False when the text only happens to begin this line. */
  #readExpected(slot: number, start: number): boolean {
    const cursor = this.#cursor
    cursor.pos = start + this.#cache.lengthOf(slot)
    if (this.#cache.labels[slot]?.pairs.length !== 0) {
      if (cursor.byte !== SPACE) return false
      this.#readValue(slot)
      return true
    }
    if (cursor.byte !== NEWLINE) return false
    cursor.pos++
    this.#acceptComment(slot)
    return true
  }

  #readSeries(first: number): void {
    if (!isNameStart(first) && first !== OPEN_BRACE)
      throw new LineError('expected a metric name at the start of the line')
    this.#readValue(this.#series.read())
  }

  /** What follows a series: ` value`, optionally ` timestamp` and ` # {exemplar labels} value timestamp`. */
  #readValue(slot: number): void {
    const cursor = this.#cursor
    const value = this.#readNumber('value after metric')
    let timestampMs = NaN
    if (cursor.byte === SPACE && cursor.body[cursor.pos + 1] !== HASH) timestampMs = this.#readTimestamp()
    this.#columns.push(slot, value, timestampMs)
    if (cursor.byte === SPACE) this.#readExemplar(slot)
    this.#endLine('after sample')
    this.#accept(slot)
  }

  #readExemplar(slot: number): void {
    const cursor = this.#cursor
    const start = cursor.pos + 3
    const end =
      cursor.body.toString('latin1', cursor.pos, start + 1) === ' # {' ? closingBrace(cursor.body, start + 1) : -1
    if (end === -1) throw new LineError('expected an exemplar, # {label="value"} value, behind the sample')
    const labels = parseLabelSet(cursor.body.toString('latin1', start, end), 'exact')
    cursor.pos = end
    const value = this.#readNumber('value after exemplar labels')
    const timestampMs = cursor.byte === SPACE ? this.#readTimestamp() : undefined
    this.#exemplars.push({ series: slot, labels, value, timestampMs })
  }

  /** Seconds as a float, given back in milliseconds. */
  #readTimestamp(): number {
    const seconds = this.#readNumber('timestamp')
    if (!Number.isFinite(seconds)) throw new LineError(`invalid timestamp ${seconds}`)
    return Math.trunc(seconds * 1_000)
  }

  #readNumber(what: string): number {
    const cursor = this.#cursor
    if (cursor.byte !== SPACE) throw new LineError(`expected ${what}`)
    cursor.pos++
    const value = scanNumber(cursor)
    if (value === undefined) throw new LineError(`the ${what} is not a number`)
    return value
  }

  #endLine(where: string): void {
    if (this.#cursor.byte !== NEWLINE) throw new LineError(`expected end of line ${where}`)
    this.#cursor.pos++
  }

  #readComment(): void {
    const cursor = this.#cursor
    const start = cursor.pos
    cursor.skipLine()
    const end = cursor.pos - 1
    if (end - start === END.length && cursor.body.toString('latin1', start, end) === END) {
      this.#ended = true
      return
    }
    const { slot, isNew } = this.#cache.slotOfComment(cursor, start, end, parseMetadata)
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

const METADATA = /^# (HELP|TYPE|UNIT) (?:"((?:\\.|[^\\"])*)"|([a-zA-Z_:][a-zA-Z0-9_:]*)) (.*)$/s

function parseMetadata(text: string): MetadataStatement {
  const match = METADATA.exec(text)
  if (match === null) throw new LineError('expected # HELP, # TYPE, # UNIT or # EOF with a metric name and a text')
  const [, keyword = '', quotedName, plainName, raw = ''] = match
  const name = quotedName ?? plainName ?? ''
  const argument = utf8FromLatin1(raw)
  if (argument === undefined) throw new LineError(`the text of # ${keyword} is not valid UTF-8`)
  switch (keyword) {
    case 'TYPE':
      if (argument === 'untyped' || metricTypeOf(argument) === undefined) {
        throw new LineError(`invalid metric type ${JSON.stringify(argument)}`)
      }
      return { kind: 'type', name, text: argument }
    case 'UNIT':
      if (argument !== '' && !name.endsWith(`_${argument}`)) {
        throw new LineError(`unit ${JSON.stringify(argument)} is not a suffix of metric ${JSON.stringify(name)}`)
      }
      return { kind: 'unit', name, text: argument }
    default:
      return { kind: 'help', name, text: unescapeHelp(argument) }
  }
}

function unescapeHelp(text: string): string {
  return text.replace(/\\([\\n"])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}
