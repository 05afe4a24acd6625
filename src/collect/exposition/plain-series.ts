import { Labels, METRIC_NAME } from '../../model/labels.ts'

const OPEN = 0x7b
const CLOSE = 0x7d
const EQUAL = 0x3d
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a

/**
 * Reads a series that is written the usual way, `name{label="value",...}` in ASCII with labels in ascending order, without blanks and
 * escapes, many times faster than `parseSeriesText`. Undefined for anything else, right or wrong: that parser then decides.
 */
export function parsePlainSeries(text: string): Labels | undefined {
  const nameEnd = metricNameEnd(text)
  if (nameEnd === 0) return undefined
  const pairs = [METRIC_NAME, text.slice(0, nameEnd)]
  if (nameEnd === text.length) return Labels.fromSorted(pairs)
  if (text.charCodeAt(nameEnd) !== OPEN) return undefined
  let previous = METRIC_NAME
  for (let at = nameEnd + 1; ; at++) {
    const labelEnd = wordEnd(text, at)
    const label = text.slice(at, labelEnd)
    if (label <= previous || text.charCodeAt(labelEnd) !== EQUAL || text.charCodeAt(labelEnd + 1) !== QUOTE)
      return undefined
    at = plainValueEnd(text, labelEnd + 2)
    if (at === -1) return undefined
    if (at > labelEnd + 2) pairs.push(label, text.slice(labelEnd + 2, at))
    previous = label
    const next = text.charCodeAt(++at)
    if (next === CLOSE) return at === text.length - 1 ? Labels.fromSorted(pairs) : undefined
    if (next !== COMMA) return undefined
  }
}

function metricNameEnd(text: string): number {
  let end = wordEnd(text, 0)
  while (end > 0 && (text.charCodeAt(end) === COLON || isWordCode(text.charCodeAt(end)))) end++
  return end
}

/** Behind the letters, digits and `_` that begin at `at`; equal to `at` when they do not make a word. */
function wordEnd(text: string, at: number): number {
  let end = at
  for (let code = text.charCodeAt(end); isWordCode(code) && !(end === at && code < 0x41); code = text.charCodeAt(end))
    end++
  return end
}

function isWordCode(code: number): boolean {
  const lower = code | 0x20
  return (lower >= 0x61 && lower <= 0x7a) || code === 0x5f || (code >= 0x30 && code <= 0x39)
}

/** The quote that ends a value of plain characters; -1 when there is an escape, a newline, or something beyond ASCII in it. */
function plainValueEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === 0x5c || code < 0x20 || code > 0x7e) return -1
  }
  return -1
}
