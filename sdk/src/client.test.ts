import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTetrascope, type Tetrascope } from './client.ts'
import type { TetrascopeOptions } from './client-options.ts'

interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

let server: Server
let received: Received[]
let errors: string[]
/** What is answered next; 200 when it is used up. */
let answers: Answer[]

beforeEach(async () => {
  received = []
  errors = []
  answers = []
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const bytes = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
      received.push({ path: request.url ?? '', headers: request.headers, body: body.toString() })
      const { status, headers = {}, body: text = '{}' } = answers.shift() ?? { status: 200 }
      response.writeHead(status, headers).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function url(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function client(options: Partial<TetrascopeOptions> = {}): Tetrascope {
  return createTetrascope({
    url: url(),
    service: 'shop',
    // Only what a test flushes is sent.
    flushIntervalMs: 600_000,
    flushAtExit: false,
    onError: (message) => void errors.push(message),
    random: () => 0,
    ...options,
  })
}

function spansIn(body: string): { name: string }[] {
  const parsed = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[] }
  return parsed.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

describe('what is recorded', () => {
  test('goes out in one compressed batch with the token', async () => {
    const tetrascope = client({ token: 't-1' })
    for (let i = 0; i < 20; i++) tetrascope.recordRequest({ model: `m${i}`, prompt: 'Hi' })
    expect(await tetrascope.flush()).toBe(true)
    expect(received).toHaveLength(1)
    expect(received[0]?.path).toBe('/v1/traces')
    expect(received[0]?.headers).toMatchObject({ 'content-encoding': 'gzip', authorization: 'Bearer t-1' })
    expect(spansIn(received[0]?.body ?? '')).toHaveLength(20)
  })

  test('is sent again after 503 and 429, once', async () => {
    answers = [{ status: 503, headers: { 'retry-after': '0' } }, { status: 429 }]
    const tetrascope = client()
    tetrascope.recordRequest({ model: 'm' })
    expect(await tetrascope.flush()).toBe(true)
    expect(received).toHaveLength(3)
    expect(tetrascope.stats()).toMatchObject({ queued: 0, sent: 1 })
    expect(errors.join()).toContain('HTTP 503')
  })

  test('is counted when the server does not take it, or a part of it', async () => {
    answers = [
      { status: 200, body: '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no trace id"}}' },
      { status: 401 },
    ]
    const tetrascope = client({ batchSize: 2 })
    for (let i = 0; i < 4; i++) tetrascope.recordRequest({ model: 'm' })
    expect(await tetrascope.flush()).toBe(true)
    expect(tetrascope.stats()).toMatchObject({ sent: 1, dropped: { refused: 3 } })
    expect(errors.join()).toContain('no trace id')
  })

  test('is sent in smaller batches when one is too large', async () => {
    answers = [{ status: 413 }]
    const tetrascope = client()
    for (let i = 0; i < 4; i++) tetrascope.recordRequest({ model: 'm' })
    expect(await tetrascope.flush()).toBe(true)
    expect(received.map(({ body }) => spansIn(body).length)).toEqual([4, 2, 2])
  })

  test('keeps prompts and answers at home when told so', async () => {
    const tetrascope = client({ captureContent: false })
    tetrascope.recordRequest({ model: 'm', prompt: 'secret question', response: 'secret answer' })
    tetrascope.span('tool', { input: 'secret input' }, (span) => span.setOutput('secret output'))
    await tetrascope.flush()
    expect(received[0]?.body).not.toContain('secret')
  })

  test('travels without inline pictures', async () => {
    const tetrascope = client()
    const picture = `data:image/png;base64,${'QUJD'.repeat(10_000)}`
    tetrascope.recordRequest({
      model: 'm',
      prompt: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: picture } }] }],
    })
    await tetrascope.flush()
    expect(received[0]?.body).toContain('sha256:')
    expect(received[0]?.body.length).toBeLessThan(2_000)
  })
})

describe('the host', () => {
  test('never sees an error: not of a wrong address, a broken hook, or what cannot be written as JSON', () => {
    const broken = (): never => {
      throw new Error('hook')
    }
    const tetrascope = client({ url: 'localhost:4600', onError: broken })
    const cycle: unknown[] = []
    cycle.push(cycle)
    expect(tetrascope.recordRequest({ model: 'm' }).traceId).toHaveLength(32)
    tetrascope.recordRequest({ model: 'm', prompt: cycle })
    tetrascope.feedback({ requestId: 'r', value: 'up' })
    expect(tetrascope.stats().dropped.invalid).toBe(3)
  })

  test('gets from a span what its work gives or throws', async () => {
    const tetrascope = client()
    expect(tetrascope.span('sum', {}, () => 3)).toBe(3)
    await expect(tetrascope.span('late', {}, () => Promise.reject(new RangeError('far')))).rejects.toThrow('far')
    await tetrascope.flush()
    expect(received[0]?.body).toContain('"RangeError"')
  })

  test.each([
    ['its work is done', 'exit', { code: 0, signal: null }],
    ['SIGTERM', 'wait', { code: null, signal: 'SIGTERM' }],
  ])('ends as ever by %s, and what waited is sent', async (_name, mode, expected) => {
    const entry = path.join(import.meta.dirname, 'client.ts')
    const script = `import { createTetrascope } from ${JSON.stringify(entry)}
      createTetrascope({ url: ${JSON.stringify(url())}, service: 'x', flushIntervalMs: 600000 }).recordRequest({ model: 'last' })
      if (${JSON.stringify(mode)} === 'wait') { setInterval(() => {}, 1000); console.log('ready') }`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('data', () => child.kill('SIGTERM'))
    const ended = await new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
    expect(ended).toEqual(expected)
    expect(received.map(({ body }) => spansIn(body)[0]?.name)).toEqual(['chat last'])
  })
})
