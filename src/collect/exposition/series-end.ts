import { BACKSLASH, CLOSE_BRACE, isBlank, isNameByte, NEWLINE, OPEN_BRACE, QUOTE } from './bytes.ts'

/**
 * Where the series that begins at `at` ends: behind its name or its closing brace. -1 when its brace is never closed.
 * `blanksBeforeBrace`: the text format allows `name {label="value"}`.
 */
export function seriesEnd(body: Buffer, at: number, blanksBeforeBrace: boolean): number {
  let end = at
  while (isNameByte(body[end] ?? 0)) end++
  let brace = end
  if (blanksBeforeBrace) while (isBlank(body[brace] ?? 0)) brace++
  return body[brace] === OPEN_BRACE ? closingBrace(body, brace + 1) : end
}

/** Behind the brace that closes the one before `at`, over quoted values; -1 when there is none. */
export function closingBrace(body: Buffer, at: number): number {
  let quoted = false
  for (let i = at; i < body.length; i++) {
    const byte = body[i]
    if (quoted && byte === BACKSLASH) i++
    else if (byte === QUOTE) quoted = !quoted
    else if (!quoted && byte === CLOSE_BRACE) return i + 1
    else if (!quoted && byte === NEWLINE) return -1
  }
  return -1
}
