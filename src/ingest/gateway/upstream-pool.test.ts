import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { UpstreamCall } from './upstream-call.ts'
import { UpstreamPool, type UpstreamPoolOptions } from './upstream-pool.ts'

const stops: (() => unknown)[] = []

afterEach(() => {
  for (const stop of stops.splice(0).toReversed()) stop()
})

async function listen(server: Server, sockets = new Set<Socket>()): Promise<number> {
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})))
  stops.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A real server, and how many connections it has had. */
async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const sockets = new Set<Socket>()
  const port = await listen(createHttpServer(handler), sockets)
  return { url: `http://127.0.0.1:${port}`, connections: () => sockets.size }
}

/** A server that says what it is told to each time it has heard something, whatever that was; how often it has, and how many connections have closed. */
async function serveRaw(...answers: readonly ((socket: Socket) => void)[]) {
  let [calls, closed] = [0, 0]
  const server = createServer((socket) => {
    socket.on('data', () => answers[calls++]?.(socket)).on('close', () => closed++)
  })
  return { url: `http://127.0.0.1:${await listen(server)}`, calls: () => calls, closed: () => closed }
}

function poolTo(url: string, options: Partial<UpstreamPoolOptions> = {}): UpstreamPool {
  const pool = new UpstreamPool({ url: new URL(url), connectTimeoutMs: 10_000, idleTimeoutMs: 0, ...options })
  stops.push(() => pool.close())
  return pool
}

interface Answer {
  readonly status: number
  readonly body: Buffer
  /** '' when it ended well. */
  readonly error: string
}

interface Sending {
  readonly method?: string
  readonly rawHeaders?: readonly string[]
  readonly body?: Buffer
  readonly onCall?: (call: UpstreamCall) => void
  readonly onData?: (call: UpstreamCall) => void
}

function send(pool: UpstreamPool, sending: Sending = {}): Promise<Answer> {
  const { method = 'POST', rawHeaders = [], body = Buffer.from('{}') } = sending
  return new Promise((resolve) => {
    let status = 0
    const pieces: Buffer[] = []
    const over = (error: string): void => resolve({ status, body: Buffer.concat(pieces), error })
    const call: UpstreamCall = pool.send(
      { method, path: '/v1', rawHeaders, body },
      {
        onHead: (found) => (status = found),
        onData: (bytes) => {
          pieces.push(bytes)
          sending.onData?.(call)
        },
        onEnd: () => over(''),
        onError: (error) => over(error.message),
      },
    )
    sending.onCall?.(call)
  })
}

function echo(request: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = []
  request.on('data', (bytes: Buffer) => pieces.push(bytes))
  request.on('end', () => {
    const { method, rawHeaders } = request
    response.setHeader('x-heard', JSON.stringify([method, ...rawHeaders])).end(Buffer.concat(pieces))
  })
}

test('calls one after the other go over one connection, side by side over several, and bodies of all sizes arrive as they are', async () => {
  const server = await serve(echo)
  const pool = poolTo(server.url)
  for (const size of [0, 1, 16_384, 16_385, 3_000_000]) {
    const body = Buffer.alloc(size, 'ab\r\n')
    const answer = await send(pool, { body })
    expect([size, answer.status, answer.error, answer.body.equals(body)]).toEqual([size, 200, '', true])
  }
  expect(server.connections()).toBe(1)
  await Promise.all(Array.from({ length: 5 }, () => send(pool)))
  expect(server.connections()).toBe(5)
})

test('beyond the greatest number of connections calls wait, and those that are given up meanwhile are never made', async () => {
  let calls = 0
  const server = await serve((request, response) => {
    calls++
    echo(request, response)
  })
  const pool = poolTo(server.url, { maxConnections: 2 })
  const kept = Array.from({ length: 6 }, () => send(pool))
  void send(pool, { onCall: (call) => call.abort() })
  const last = send(pool)
  expect((await Promise.all([...kept, last])).map(({ status }) => status)).toEqual(Array(7).fill(200))
  expect([server.connections(), calls]).toEqual([2, 7])
})

test('the length of a body is said once, whatever the caller said', async () => {
  let heard = ''
  const port = await listen(
    createServer((socket) =>
      socket.on('data', (bytes) => {
        heard += bytes.toString('latin1')
        socket.end('HTTP/1.1 204 No Content\r\n\r\n')
      }),
    ),
  )
  await send(poolTo(`http://127.0.0.1:${port}`), { rawHeaders: ['Content-Length', '2', 'X-A', 'caf\xe9'] })
  expect(heard).toBe(
    `POST /v1 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\nX-A: caf\xe9\r\ncontent-length: 2\r\n\r\n{}`,
  )
})

test.each([
  ['a header', { rawHeaders: ['x', 'a\r\ny: b'] }],
  ['a method', { method: 'GET / HTTP/1.1\r\nx:' }],
])('%s that would begin a call of its own is not sent', async (_what, sending) => {
  const server = await serveRaw()
  const pool = poolTo(server.url)
  expect((await send(pool, sending)).error).not.toBe('')
  expect(server.calls()).toBe(0)
})

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

test.each<[string, string, string]>([
  ['no HTTP at all', 'hello\r\n\r\n', 'its answer is no HTTP/1.1'],
  [
    'half an answer',
    'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok',
    'closed the connection before its answer was complete',
  ],
  ['nothing', '', 'closed the connection before its answer was complete'],
])('a server that says %s fails the call, which is not made again', async (_what, said, message) => {
  const server = await serveRaw((socket) => socket.end(said))
  expect((await send(poolTo(server.url))).error).toContain(message)
  expect(server.calls()).toBe(1)
})

test('an answer that nobody asked for reaches no call', async () => {
  const stolen = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen'
  const server = await serveRaw(
    (socket) => socket.write(OK + stolen),
    (socket) => socket.write(OK, () => setImmediate(() => socket.write(stolen))),
    (socket) => socket.write(OK),
  )
  const pool = poolTo(server.url)
  for (const closed of [1, 2, 2]) {
    expect((await send(pool)).body.toString()).toBe('ok')
    await expect.poll(server.closed).toBe(closed)
  }
})

test('a connection that the server has closed is not used again', async () => {
  const server = await serveRaw(
    (socket) => socket.end(OK),
    (socket) => socket.write(OK),
  )
  const pool = poolTo(server.url)
  expect(await send(pool)).toMatchObject({ status: 200, error: '' })
  await expect.poll(server.closed).toBe(1)
  expect(await send(pool)).toMatchObject({ status: 200, error: '' })
})

test('an upstream that answers before it has read the call keeps no connection', async () => {
  const sockets = new Set<Socket>()
  const port = await listen(
    createServer((socket) => {
      socket.once('data', () => socket.pause().write(OK))
    }),
    sockets,
  )
  const pool = poolTo(`http://127.0.0.1:${port}`)
  expect(await send(pool, { body: Buffer.alloc(50_000_000) })).toMatchObject({ status: 200, error: '' })
  expect(await send(pool)).toMatchObject({ status: 200, error: '' })
  expect(sockets.size).toBe(2)
})

test('a call that is aborted closes its connection, and its receiver hears no more', async () => {
  let closed = false
  const server = await serve((_request, response) => {
    response.on('close', () => (closed = true)).write('first')
  })
  let pieces = 0
  void send(poolTo(server.url), {
    onData: (call) => {
      pieces++
      call.abort()
    },
  })
  await expect.poll(() => closed).toBe(true)
  expect(pieces).toBe(1)
})

test('an upstream waits while its reader does', async () => {
  const body = Buffer.alloc(30_000_000, 'x')
  let held: UpstreamCall | undefined
  let written = false
  const server = await serve((_request, response) => {
    response.end(body, () => (written = true))
  })
  const answer = send(poolTo(server.url), {
    onData: (call) => {
      if (held !== undefined) return
      held = call
      call.pause()
    },
  })
  await expect.poll(() => held).toBeDefined()
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(written).toBe(false)
  held?.resume()
  expect((await answer).body.equals(body)).toBe(true)
})

test('silence longer than is allowed fails the call', async () => {
  const server = await serveRaw((socket) => socket.write('HTTP/1.1 200 OK\r\n'))
  expect((await send(poolTo(server.url, { idleTimeoutMs: 20 }))).error).toBe('it was silent for 20 ms')
})

test('a port where nobody listens is said', async () => {
  expect((await send(poolTo('http://127.0.0.1:1'))).error).toContain('ECONNREFUSED')
})

test('an upstream over TLS is believed by its certificate only', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-gateway-'))
  stops.push(() => rmSync(folder, { recursive: true }))
  const [keyFile, certificateFile] = [path.join(folder, 'key'), path.join(folder, 'certificate')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const what = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', ...names]
  execFileSync('openssl', ['req', '-x509', ...what, '-keyout', keyFile, '-out', certificateFile], { stdio: 'ignore' })
  const certificate = readFileSync(certificateFile)
  const port = await listen(createTlsServer({ key: readFileSync(keyFile), cert: certificate }, echo))
  expect((await send(poolTo(`https://localhost:${port}`))).error).toContain('self-signed certificate')
  expect((await send(poolTo(`https://127.0.0.1:${port}`, { tls: { ca: certificate } }))).error).toContain("cert's")
  const pool = poolTo(`https://localhost:${port}`, { tls: { ca: certificate } })
  const body = Buffer.alloc(300_000, 'ab')
  for (let i = 0; i < 2; i++) expect((await send(pool, { body })).body.equals(body)).toBe(true)
})
