/** What an upstream says that is no answer in HTTP/1.1. The connection that it came on is of no more use. */
export class MalformedAnswerError extends Error {
  constructor(what: string) {
    super(`its answer is no HTTP/1.1: ${what}`)
    this.name = 'MalformedAnswerError'
  }
}

export interface AnswerHead {
  readonly status: number
  /** name, value, name, value ... as they came, bytes as latin1. */
  readonly rawHeaders: readonly string[]
  readonly framing: Framing
  /** How long the connection may wait for its next call after this answer; 0: it takes no other. */
  readonly keepAliveMs: number
}

/** Where the body ends (RFC 9112, section 6.3). */
export type Framing =
  | { readonly kind: 'sized'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' }

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const NOT_OF_A_VALUE = /[^\t\x20-\x7e\x80-\xff]/
/** Most servers close a connection that is idle for longer than they say, or for 5 s when they say nothing; a call must not meet that. */
const KEEP_ALIVE_MS = 4_000
const KEEP_ALIVE_MARGIN_MS = 1_000
const MAX_KEEP_ALIVE_MS = 600_000

/**
 * Reads status line and headers, without the empty line behind them. Strict: what two readers could take for different answers is refused.
 * Throws `MalformedAnswerError`.
 */
export function readAnswerHead(text: string, method: string): AnswerHead {
  const [first = '', ...lines] = text.split('\r\n')
  const [, minor, code] = STATUS_LINE.exec(first) ?? []
  if (code === undefined) throw new MalformedAnswerError(`status line ${JSON.stringify(first.slice(0, 100))}`)
  const status = Number(code)
  const rawHeaders = lines.flatMap(readField)
  const framing = framingOf(method, status, rawHeaders)
  const isLast = minor === '0' || framing.kind === 'until-close'
  return { status, rawHeaders, framing, keepAliveMs: isLast ? 0 : keepAliveMsOf(rawHeaders) }
}

/** Throws for continued lines and for spaces before the colon, which not everybody reads alike. */
export function readField(line: string): [name: string, value: string] {
  const colon = line.indexOf(':')
  const name = line.slice(0, Math.max(colon, 0))
  const value = withoutBlanks(line.slice(colon + 1))
  if (!TOKEN.test(name) || NOT_OF_A_VALUE.test(value))
    throw new MalformedAnswerError(`header line ${JSON.stringify(line.slice(0, 100))}`)
  return [name, value]
}

function framingOf(method: string, status: number, rawHeaders: readonly string[]): Framing {
  const codings = valuesOf(rawHeaders, 'transfer-encoding')
  const lengths = valuesOf(rawHeaders, 'content-length')
  const [coding, length] = [codings[0], lengths[0]]
  if (codings.length + lengths.length > 1) throw new MalformedAnswerError('its length is said more than once')
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new MalformedAnswerError(`content-length ${length}`)
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    throw new MalformedAnswerError(`transfer-encoding ${coding}`)
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { kind: 'sized', bytes: 0 }
  if (coding !== undefined) return { kind: 'chunked' }
  return length === undefined ? { kind: 'until-close' } : { kind: 'sized', bytes: Number(length) }
}

function keepAliveMsOf(rawHeaders: readonly string[]): number {
  const options = valuesOf(rawHeaders, 'connection').flatMap((value) => value.toLowerCase().split(','))
  if (options.some((option) => option.trim() === 'close')) return 0
  const seconds = /\btimeout=(\d{1,9})/i.exec(valuesOf(rawHeaders, 'keep-alive')[0] ?? '')?.[1]
  if (seconds === undefined) return KEEP_ALIVE_MS
  return Math.min(MAX_KEEP_ALIVE_MS, Math.max(0, Number(seconds) * 1000 - KEEP_ALIVE_MARGIN_MS))
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const found = rawHeaders[i] ?? ''
    if (found.length === name.length && found.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '')
  }
  return values
}

/** `trim` would also take what may be the last byte of a letter. */
function withoutBlanks(value: string): string {
  let [start, end] = [0, value.length]
  while (start < end && isBlank(value.charCodeAt(start))) start++
  while (end > start && isBlank(value.charCodeAt(end - 1))) end--
  return value.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
