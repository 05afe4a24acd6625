import { describe, expect, test } from 'vitest'
import { AnswerParser } from './answer-parser.ts'

interface Heard {
  readonly parser: AnswerParser
  status: number
  rawHeaders: readonly string[]
  body: string
  ended: boolean
}

function heard(method = 'POST'): Heard {
  const found: Heard = {
    parser: new AnswerParser(method, {
      onHead: (status, rawHeaders) => Object.assign(found, { status, rawHeaders }),
      onData: (bytes) => (found.body += bytes.toString('latin1')),
      onEnd: () => (found.ended = true),
      onError: () => {},
    }),
    status: 0,
    rawHeaders: [],
    body: '',
    ended: false,
  }
  return found
}

/** Fed in pieces of so many bytes. */
function read(answer: string, pieceBytes = answer.length, method = 'POST'): Heard {
  const found = heard(method)
  const bytes = Buffer.from(answer, 'latin1')
  for (let at = 0; at < bytes.length; at += pieceBytes) found.parser.feed(bytes.subarray(at, at + pieceBytes))
  return found
}

const OK = 'HTTP/1.1 200 OK\r\n'
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`

describe.each([1, 2, 3, 7, 1000])('an answer in pieces of %i bytes', (pieceBytes) => {
  test.each<[string, string, string]>([
    ['of a length', `${OK}Content-Length: 5\r\n\r\nhello`, 'hello'],
    ['of no length', `${OK}Content-Length: 0\r\n\r\n`, ''],
    ['without a reason', `HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx`, 'x'],
    ['in chunks', `${CHUNKED}5\r\nhello\r\n6 ; a="b"\r\n world\r\n0\r\n\r\n`, 'hello world'],
    ['in chunks with trailers', `${CHUNKED}A\r\n0123456789\r\n0\r\nx-sum: 1\r\ny: 2\r\n\r\n`, '0123456789'],
    ['of line breaks', `${CHUNKED}4\r\n\r\n\r\n\r\n0\r\n\r\n`, '\r\n\r\n'],
    [
      'after others',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n${OK}content-length: 2\r\n\r\nok`,
      'ok',
    ],
  ])('%s is read whole and ends there', (_what, answer, body) => {
    const found = read(answer, pieceBytes)
    expect(found).toMatchObject({ status: 200, body, ended: true })
    expect(found.parser.isOver).toBe(true)
    expect(found.parser.keepAliveMs).toBeGreaterThan(0)
    expect(() => found.parser.feed(Buffer.from('H'))).toThrow('bytes behind its end')
  })
})

test.each([
  ['HEAD', `${OK}Content-Length: 5\r\n\r\n`],
  ['HEAD', CHUNKED],
  ['GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
])('what never has a body ends with its head: %s %j', (method, answer) => {
  expect(read(answer, 1, method)).toMatchObject({ body: '', ended: true })
})

test('an answer without a length ends when its connection does, which takes no other call', () => {
  const found = read(`${OK}\r\nhello`, 3)
  expect(found).toMatchObject({ body: 'hello', ended: false })
  expect(found.parser.close()).toBe(true)
  expect(found.ended).toBe(true)
  expect(found.parser.keepAliveMs).toBe(0)
})

test.each(['', 'HTTP/1.1 200', `${OK}Content-Length: 5\r\n\r\nhell`, `${CHUNKED}5\r\nhello\r\n`, `${CHUNKED}0\r\n`])(
  'what is cut off is not over: %j',
  (answer) => {
    const found = read(answer)
    expect(found.parser.close()).toBe(false)
    expect(found.ended).toBe(false)
  },
)

test('headers are passed on as they came, in order, bytes as bytes', () => {
  const { rawHeaders } = read(
    `${OK}Content-Length:0\r\nSet-Cookie: a \r\nset-cookie:\tb\r\nX-Name: caf\xc3\xa0\r\nEmpty:\r\n\r\n`,
  )
  const expected = ['Content-Length', '0', 'Set-Cookie', 'a', 'set-cookie', 'b', 'X-Name', 'caf\xc3\xa0', 'Empty', '']
  expect(rawHeaders).toEqual(expected)
})

test.each([
  ['', 4_000],
  ['Keep-Alive: timeout=30, max=5\r\n', 29_000],
  ['Keep-Alive: timeout=1\r\n', 0],
  ['Connection: x, Close\r\n', 0],
])('a connection waits for its next call as long as the server does: %j', (header, keepAliveMs) => {
  expect(read(`${OK}${header}Content-Length: 0\r\n\r\n`).parser.keepAliveMs).toBe(keepAliveMs)
})

test('a server of HTTP/1.0 takes no second call', () => {
  expect(read('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n').parser.keepAliveMs).toBe(0)
})

test.each<[string, string]>([
  ['another protocol', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['announcements without end', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(17)],
  ['a length and chunks', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`],
  ['two lengths', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`],
  ['two lengths in one', `${OK}Content-Length: 5, 6\r\n\r\n`],
  ['a signed length', `${OK}Content-Length: +5\r\n\r\n`],
  ['a length in hex', `${OK}Content-Length: 0x5\r\n\r\n`],
  ['a length beyond counting', `${OK}Content-Length: 9999999999999999\r\n\r\n`],
  ['a coding that is none', `${OK}Transfer-Encoding: xchunked\r\n\r\n`],
  ['codings one over the other', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
  ['a space before the colon', `${OK}Content-Length : 5\r\n\r\n`],
  ['a continued line', `${OK}X: a\r\n Content-Length: 5\r\n\r\n`],
  ['no name', `${OK}: 5\r\n\r\n`],
  ['no colon', `${OK}Content-Length\r\n\r\n`],
  ['a bare line feed', `${OK}X: a\nContent-Length: 5\r\n\r\n`],
  ['a bare carriage return', `${OK}X: a\rContent-Length: 5\r\n\r\n`],
  ['a zero byte', `${OK}X: a\0\r\n\r\n`],
  ['a head without end', `${OK}X: ${'a'.repeat(70_000)}`],
  ['a chunk size that is none', `${CHUNKED}-5\r\n`],
  ['a chunk size in hex notation', `${CHUNKED}0x5\r\n`],
  ['a chunk size beyond counting', `${CHUNKED}fffffffffffff1\r\n`],
  ['a chunk size line with a bare line feed', `${CHUNKED}5\nhello\r\n`],
  ['a chunk size line without end', `${CHUNKED}5;${'a'.repeat(5_000)}`],
  ['a chunk that is longer than it says', `${CHUNKED}2\r\nhello\r\n`],
  ['trailers without end', `${CHUNKED}0\r\n${'x: aaaaaaaaaaaaaaaa\r\n'.repeat(4_000)}`],
  ['a trailer that is none', `${CHUNKED}0\r\nx y\r\n\r\n`],
  ['a second answer', `${OK}Content-Length: 0\r\n\r\n${OK}`],
])('%s is refused', (_what, answer) => {
  expect(() => read(answer)).toThrow('its answer is no HTTP/1.1')
  expect(() => read(answer, 11)).toThrow('its answer is no HTTP/1.1')
})
