import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { httpConfig, httpConfigIn, keysWithoutEffect } from '../http/config.ts'
import { HttpSender, judge, unreachable } from './http-sender.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A server that answers each request as `answer` says, and the requests that it got. */
async function serve(answer: (request: IncomingMessage) => { status?: number; body?: string; location?: string }) {
  const got: IncomingMessage[] = []
  const server = createServer((request, response) => {
    got.push(request)
    request.resume().on('end', () => {
      const { status = 200, body = '', location } = answer(request)
      response.writeHead(status, location === undefined ? {} : { location }).end(body)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { got, url: typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '' }
}

function post(config: object, url: string) {
  const sender = new HttpSender(httpConfigIn(httpConfig.parse(config), '/'))
  return sender.post({ url, body: '{}', headers: {} }, AbortSignal.timeout(5_000))
}

test('identities of all kinds, also from files that are read each time', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'secret-'))
  const file = path.join(folder, 'token')
  writeFileSync(file, 'first\n')
  const { got, url } = await serve(() => ({}))
  await post({ basic_auth: { username: 'u', password: 'p' } }, url)
  await post({ authorization: { type: 'Token', credentials: 'x' } }, url)
  await post({ bearer_token: 'y' }, url)
  await post({ authorization: { credentials_file: file } }, url)
  writeFileSync(file, 'second\n')
  await post({ authorization: { credentials_file: file } }, url)
  rmSync(folder, { recursive: true })
  expect(got.map(({ headers }) => headers.authorization)).toEqual([
    `Basic ${Buffer.from('u:p').toString('base64')}`,
    'Token x',
    'Bearer y',
    'Bearer first',
    'Bearer second',
  ])
  expect(got[0]?.headers['user-agent']).toBe('Tetrascope')
})

test('oauth2: one token serves until it ends', async () => {
  const token = await serve(() => ({ body: JSON.stringify({ access_token: 'T', expires_in: 3600 }) }))
  const target = await serve(() => ({}))
  const sender = new HttpSender(
    httpConfig.parse({ oauth2: { client_id: 'i', client_secret: 's', token_url: token.url } }),
  )
  for (let i = 0; i < 2; i++) {
    await sender.post({ url: target.url, body: '', headers: {} }, AbortSignal.timeout(5_000))
  }
  expect(token.got).toHaveLength(1)
  expect(target.got.map(({ headers }) => headers.authorization)).toEqual(['Bearer T', 'Bearer T'])
})

test('what is under way comes to its end when the sender is let go', async () => {
  let waiting: ServerResponse | undefined
  const server = createServer((request, response) => request.resume().on('end', () => (waiting = response)))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sender = new HttpSender(httpConfig.parse({}))
  const sent = sender.post({ url, body: '', headers: {} }, AbortSignal.timeout(20_000))
  await expect.poll(() => waiting, { timeout: 20_000 }).toBeDefined()
  const closed = sender.close()
  waiting?.end('late')
  expect((await sent).body).toBe('late')
  await closed
})

test('redirects are followed unless that is not wanted', async () => {
  const target = await serve(() => ({ body: 'there' }))
  const { url } = await serve(() => ({ status: 307, location: target.url }))
  expect((await post({}, url)).body).toBe('there')
  expect((await post({ follow_redirects: false }, url)).status).toBe(307)
})

test('an answer is sent, worth another try, or not', () => {
  expect(judge({ status: 204, body: '' })).toBe('sent')
  expect(judge({ status: 503, body: 'busy' })).toEqual({ retry: true, reason: 'unexpected status code 503: busy' })
  expect(judge({ status: 400, body: ' no ' })).toEqual({ retry: false, reason: 'unexpected status code 400: no' })
  expect(judge({ status: 429, body: '' }, [429])).toEqual({ retry: true, reason: 'unexpected status code 429' })
})

test('no answer is worth another try, and the address stays secret', async () => {
  const failure = await post({}, 'http://127.0.0.1:1/secret').catch((error: unknown) => unreachable(error))
  expect(failure).toMatchObject({ retry: true })
  expect(JSON.stringify(unreachable(new Error('cannot reach https://hooks.x/T/secret now')))).not.toContain('secret')
})

test('keys that have no effect are named', () => {
  expect(keysWithoutEffect(httpConfig.parse({ no_proxy: 'x', proxy_from_environment: true }))).toEqual([
    'no_proxy',
    'proxy_from_environment',
  ])
})
