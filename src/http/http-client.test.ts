import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { hasProgram } from '../../test/support/peer.ts'
import { httpFields } from './config.ts'
import { HttpClient } from './http-client.ts'

const schema = z.strictObject(httpFields)
const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-http-'))
afterAll(() => rmSync(folder, { recursive: true }))

let cleanUps: Array<() => Promise<unknown> | void> = []
afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp()
  cleanUps = []
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUps.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

/** The body, or the error's text. */
async function get(config: z.input<typeof schema>, url: string): Promise<string> {
  const client = clientOf(config)
  return read(client, url)
}

function clientOf(config: z.input<typeof schema>): HttpClient {
  const client = new HttpClient(schema.parse(config))
  cleanUps.push(() => client.close())
  return client
}

async function read(client: HttpClient, url: string): Promise<string> {
  try {
    const { signal } = new AbortController()
    return (await client.get({ url, headers: {}, bodyLimitBytes: 1_000, signal })).body.toString()
  } catch (error) {
    return String(error)
  }
}

describe('authentication', () => {
  const echo: RequestListener = (request, response) => response.end(request.headers.authorization ?? 'none')

  test('is sent as configured; secrets in files are read anew each time', async () => {
    const url = `http://127.0.0.1:${await listen(createServer(echo))}/`
    const file = path.join(folder, 'token')
    writeFileSync(file, 'first\n')
    expect(await get({}, url)).toBe('none')
    expect(await get({ bearer_token: 'abc' }, url)).toBe('Bearer abc')
    expect(await get({ authorization: { type: 'Token', credentials: 'abc' } }, url)).toBe('Token abc')
    expect(await get({ basic_auth: { username: 'u', password_file: file } }, url)).toBe(
      `Basic ${Buffer.from('u:first').toString('base64')}`,
    )
    const client = clientOf({ authorization: { credentials_file: file } })
    expect(await read(client, url)).toBe('Bearer first')
    writeFileSync(file, 'second\n')
    expect(await read(client, url)).toBe('Bearer second')
  })

  test('a token is fetched where oauth2 says so', async () => {
    const token = `http://127.0.0.1:${await listen(
      createServer((_, response) => response.end(JSON.stringify({ access_token: 'T', expires_in: 60 }))),
    )}/`
    const url = `http://127.0.0.1:${await listen(createServer(echo))}/`
    expect(await get({ oauth2: { client_id: 'i', client_secret: 's', token_url: token } }, url)).toBe('Bearer T')
  })

  test('is not carried by a redirect to another server', async () => {
    const other = `http://localhost:${await listen(createServer(echo))}/`
    const url = `http://127.0.0.1:${await listen(createServer((_, response) => response.writeHead(302, { location: other }).end()))}/`
    expect(await get({ bearer_token: 'abc' }, url)).toBe('none')
  })
})

test('a proxy is asked for the whole URL where one is configured', async () => {
  const proxy = createServer((request, response) => response.end(`via proxy: ${request.url}`))
  const proxy_url = `http://127.0.0.1:${await listen(proxy)}`
  expect(await get({ proxy_url }, 'http://gpu7.internal:9400/metrics')).toBe(
    'via proxy: http://gpu7.internal:9400/metrics',
  )
})

describe.skipIf(!hasProgram('openssl'))('TLS', () => {
  const file = (name: string): string => path.join(folder, name)

  function certificate(name: string, subject: string): void {
    const names = `subjectAltName=DNS:${subject}`
    const what = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${subject}`,
      '-addext',
      names,
    ]
    execFileSync('openssl', ['req', '-x509', ...what, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)], {
      stdio: 'ignore',
    })
  }

  async function serveTls(options: { readonly requestCert: boolean }): Promise<string> {
    const tls = {
      key: readFileSync(file('server.key')),
      cert: readFileSync(file('server.crt')),
      ca: readFileSync(file('client.crt')),
    }
    const server = createTlsServer({ ...tls, ...options, rejectUnauthorized: options.requestCert }, (_, response) =>
      response.end('secret'),
    )
    return `https://127.0.0.1:${await listen(server)}/`
  }

  test('trusts what it is told to, for the name that it is told', async () => {
    certificate('server', 'metrics.example.org')
    certificate('client', 'scraper.example.org')
    const url = await serveTls({ requestCert: false })
    const ca_file = file('server.crt')
    expect(await get({}, url)).toContain('self-signed certificate')
    expect(await get({ tls_config: { ca_file } }, url)).toContain("IP: 127.0.0.1 is not in the cert's list")
    expect(await get({ tls_config: { ca_file, server_name: 'metrics.example.org' } }, url)).toBe('secret')
    expect(
      await get({ tls_config: { ca: readFileSync(ca_file, 'utf8'), server_name: 'metrics.example.org' } }, url),
    ).toBe('secret')
    expect(await get({ tls_config: { insecure_skip_verify: true } }, url)).toBe('secret')
  })

  test('shows its own certificate, and takes a renewed one without a restart', async () => {
    certificate('server', 'metrics.example.org')
    certificate('client', 'scraper.example.org')
    certificate('renewed', 'stranger.example.org')
    const url = await serveTls({ requestCert: true })
    const cert_file = file('shown.crt')
    const key_file = file('shown.key')
    const show = (name: string): void => {
      writeFileSync(cert_file, readFileSync(file(`${name}.crt`)))
      writeFileSync(key_file, readFileSync(file(`${name}.key`)))
    }
    show('renewed')
    const client = clientOf({ tls_config: { insecure_skip_verify: true, cert_file, key_file } })
    expect(await read(client, url)).toContain('HttpGetError')
    show('client')
    expect(await read(client, url)).toBe('secret')
  })
})
