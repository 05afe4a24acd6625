import { compareText, Labels, METRIC_NAME } from '../../model/labels.ts'
import { utf8FromLatin1 } from './bytes.ts'
import { LineError } from './exposition-error.ts'

/**
 * How a series may be written. `loose`: blanks between tokens, missing and trailing commas, as Prometheus's parser of the text format has
 * it. `exact`: trailing commas and quoted names, as its parser of OpenMetrics. `strict`: as the specification of OpenMetrics 1.0.
 */
export type SeriesStyle = 'loose' | 'exact' | 'strict'

/**
 * Parses a series as it stands before its value, `name{label="value"}` or `{"quoted.name",label="value"}`, bytes as characters.
 * Throws `LineError`.
 */
export function parseSeriesText(text: string, style: SeriesStyle): Labels {
  return new SeriesTextParser(text, style).series()
}

/** Parses `{label="value"}` alone, as exemplars have it. Throws `LineError`. */
export function parseLabelSet(text: string, style: SeriesStyle): Labels {
  return new SeriesTextParser(text, style).labelSet()
}

const METRIC_NAME_PATTERN = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const LABEL_NAME_PATTERN = /[a-zA-Z_][a-zA-Z0-9_]*/y
const LOOSE_QUOTED = /"((?:\\[^]|[^\\"])*)"/y
const STRICT_QUOTED = /"((?:\\[^\n]|[^\\"\n])*)"/y
const BLANKS = /[ \t]*/y

class SeriesTextParser {
  readonly #text: string
  readonly #style: SeriesStyle
  #pos = 0
  readonly #pairs: Array<readonly [name: string, value: string]> = []

  constructor(text: string, style: SeriesStyle) {
    this.#text = text
    this.#style = style
  }

  series(): Labels {
    const name = this.#take(METRIC_NAME_PATTERN)
    if (name !== undefined) this.#pairs.push([METRIC_NAME, name])
    this.#skipBlanks()
    if (this.#pos < this.#text.length) this.#readBraces()
    const labels = labelsOf(this.#pairs)
    if (labels.metricName === '') throw new LineError('missing metric name')
    return labels
  }

  labelSet(): Labels {
    this.#readBraces()
    return labelsOf(this.#pairs)
  }

  #readBraces(): void {
    this.#expect('{', 'expected value after metric')
    while (!this.#accept('}')) {
      this.#readPair()
      this.#readComma()
    }
    if (this.#pos < this.#text.length) throw this.#unexpected('expected value after metric')
  }

  #readComma(): void {
    const hasComma = this.#accept(',')
    const isClosing = this.#text[this.#pos] === '}'
    if (!hasComma && !isClosing && this.#style !== 'loose') {
      throw this.#unexpected('expected comma or closing brace after label value')
    }
    if (hasComma && isClosing && this.#style === 'strict')
      throw new LineError('a comma stands before the closing brace')
  }

  #readPair(): void {
    this.#skipBlanks()
    const quoted = this.#style === 'strict' ? undefined : this.#takeQuoted()
    const name = quoted ?? this.#take(LABEL_NAME_PATTERN)
    if (name === undefined || name === '') throw this.#unexpected('expected label name')
    this.#skipBlanks()
    // A quoted text that no value follows is the metric's name, for names beyond the old alphabet.
    if (quoted !== undefined && /[,}]/.test(this.#text[this.#pos] ?? '')) {
      this.#pairs.push([METRIC_NAME, quoted])
      return
    }
    this.#expect('=', 'expected equal')
    this.#skipBlanks()
    const value = this.#takeQuoted()
    if (value === undefined) throw this.#unexpected('expected label value')
    this.#pairs.push([name, value])
  }

  #takeQuoted(): string | undefined {
    const raw = this.#take(this.#style === 'loose' ? LOOSE_QUOTED : STRICT_QUOTED)
    if (raw === undefined) return undefined
    const text = utf8FromLatin1(raw)
    if (text === undefined) throw new LineError(`invalid UTF-8 label value: ${JSON.stringify(raw)}`)
    return unescape(text)
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#pos
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#pos += match[0].length
    return match[1] ?? match[0]
  }

  #accept(token: string): boolean {
    this.#skipBlanks()
    if (this.#text[this.#pos] !== token) return false
    this.#pos++
    return true
  }

  #expect(token: string, reason: string): void {
    if (!this.#accept(token)) throw this.#unexpected(reason)
  }

  #skipBlanks(): void {
    if (this.#style === 'loose') this.#take(BLANKS)
  }

  #unexpected(reason: string): LineError {
    const found = this.#text[this.#pos]
    return new LineError(`${reason}, got ${found === undefined ? 'end of line' : JSON.stringify(found)}`)
  }
}

/** `\n`, `\"` and `\\`; any other escaped character stays as it was written, with its backslash. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\([n"\\])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}

function labelsOf(pairs: ReadonlyArray<readonly [name: string, value: string]>): Labels {
  const sorted = pairs.length === 1 ? pairs : [...pairs].sort(([a], [b]) => compareText(a, b))
  const flat: string[] = []
  let previous: string | undefined
  for (const [name, value] of sorted) {
    if (name === previous) throw new LineError(`label name ${JSON.stringify(name)} is not unique`)
    previous = name
    if (value !== '') flat.push(name, value)
  }
  return Labels.fromSorted(flat)
}
