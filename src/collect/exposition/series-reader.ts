import { hashOfBytes } from '../../util/byte-keys.ts'
import type { ByteCursor } from './bytes.ts'
import { LineError } from './exposition-error.ts'
import type { LineCache } from './line-cache.ts'
import { PlainSeriesReader } from './plain-series.ts'
import { seriesEnd } from './series-end.ts'
import { parseSeriesText, type SeriesStyle } from './series-text.ts'

/** Reads the series at the beginning of lines; each is parsed when the cache does not know it. */
export class SeriesReader {
  readonly #cursor: ByteCursor
  readonly #cache: LineCache
  readonly #style: SeriesStyle
  readonly #plain: PlainSeriesReader

  constructor(cursor: ByteCursor, cache: LineCache, style: SeriesStyle) {
    this.#cursor = cursor
    this.#cache = cache
    this.#style = style
    this.#plain = new PlainSeriesReader(cursor.body)
  }

  /** The slot of the series at the cursor, which is left behind it. Throws `LineError`. */
  read(): number {
    const { body, view, pos: start } = this.#cursor
    const plainEnd = this.#plain.scan(start)
    const end = plainEnd === -1 ? seriesEnd(body, start, this.#style === 'loose') : plainEnd
    if (end === -1) throw new LineError('expected a closing brace or quote')
    this.#cursor.pos = end
    const hash = hashOfBytes(view, start, end)
    const known = this.#cache.find(hash, view, start, end)
    if (known !== -1) return known
    const plain = plainEnd === -1 ? undefined : this.#plain.labels()
    const labels = plain ?? parseSeriesText(body.toString('latin1', start, end), this.#style)
    return this.#cache.addSeries(hash, this.#cursor, start, labels)
  }
}
