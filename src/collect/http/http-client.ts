import { readFile } from 'node:fs/promises'
import { STATUS_CODES } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, type Dispatcher, interceptors, ProxyAgent, request } from 'undici'
import type { HttpClientConfig } from './config.ts'

/** A GET that did not give a usable answer. The message names the URL and what happened. */
export class HttpGetError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HttpGetError'
  }
}

export interface HttpGet {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of the body, as sent and as unpacked; more is refused. */
  readonly bodyLimitBytes: number
  /** Ends the request: when its time is up, or on shutdown. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly body: Buffer
  /** '' when the server names none. */
  readonly contentType: string
}

const MAX_REDIRECTS = 10
const unpack = promisify(gunzip)

/** Reads from servers that share one HTTP configuration. Connections are kept; files with secrets and certificates are read anew each time. */
export class HttpClient {
  readonly #config: HttpClientConfig
  #dispatcher: { readonly dispatcher: Dispatcher; readonly certificates: string } | undefined

  constructor(config: HttpClientConfig) {
    this.#config = config
  }

  /** The answer of a server with status 200. Throws `HttpGetError` for anything else. */
  async get(get: HttpGet): Promise<HttpAnswer> {
    try {
      const dispatcher = await this.#currentDispatcher()
      const headers = { ...(await headersOf(this.#config)), ...get.headers }
      const response = await request(get.url, { dispatcher, headers, signal: get.signal })
      if (response.statusCode !== 200) {
        await response.body.dump({ limit: 16_384, signal: get.signal })
        throw new HttpGetError(
          `server returned HTTP status ${response.statusCode} ${STATUS_CODES[response.statusCode] ?? ''}`.trim(),
        )
      }
      const sent = await readBody(response.body, get.bodyLimitBytes)
      const body = await unpackBody(sent, textOf(response.headers['content-encoding']), get.bodyLimitBytes)
      return { body, contentType: textOf(response.headers['content-type']) }
    } catch (error) {
      throw failureOf(error, get)
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher?.dispatcher.destroy()
    this.#dispatcher = undefined
  }

  /** A dispatcher that knows the certificates as they are now; the one before is let go when they were renewed. */
  async #currentDispatcher(): Promise<Dispatcher> {
    const connect = await tlsOptions(this.#config)
    const certificates = JSON.stringify(connect)
    if (this.#dispatcher?.certificates === certificates) return this.#dispatcher.dispatcher
    const old = this.#dispatcher
    const proxy = this.#config.proxy_url
    const agent =
      proxy === undefined
        ? new Agent({ connect })
        : new ProxyAgent({ uri: proxy, requestTls: connect, proxyTunnel: false })
    const dispatcher = this.#config.follow_redirects
      ? agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTS }))
      : agent
    this.#dispatcher = { dispatcher, certificates }
    await old?.dispatcher.close()
    return dispatcher
  }
}

async function readBody(chunks: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    // Leaving the loop destroys the stream and with it the connection.
    if (size > limitBytes) throw new HttpGetError('body size limit exceeded')
    parts.push(chunk)
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size)
}

async function unpackBody(body: Buffer, encoding: string, limitBytes: number): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity') return body
  if (encoding !== 'gzip')
    throw new HttpGetError(`the server sent Content-Encoding ${JSON.stringify(encoding)}, only gzip was asked for`)
  try {
    return await unpack(body, { maxOutputLength: limitBytes })
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw new HttpGetError('body size limit exceeded', { cause: error })
    throw new HttpGetError(`the gzip body is damaged: ${messageOf(error)}`, { cause: error })
  }
}

async function headersOf(config: HttpClientConfig): Promise<Record<string, string | string[]>> {
  const headers: Record<string, string | string[]> = {}
  for (const [name, { values, secrets, files }] of Object.entries(config.http_headers)) {
    headers[name] = [...values, ...secrets, ...(await Promise.all(files.map(secretIn)))]
  }
  const authorization = await authorizationOf(config)
  if (authorization !== undefined) headers.authorization = authorization
  return headers
}

async function authorizationOf(config: HttpClientConfig): Promise<string | undefined> {
  const { basic_auth: basic, authorization, bearer_token: token, bearer_token_file: tokenFile } = config
  if (basic !== undefined) {
    const user = await secretOf(basic.username === '' ? undefined : basic.username, basic.username_file)
    const password = await secretOf(basic.password, basic.password_file)
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }
  if (authorization !== undefined) {
    return `${authorization.type} ${await secretOf(authorization.credentials, authorization.credentials_file)}`
  }
  if (token === undefined && tokenFile === undefined) return undefined
  return `Bearer ${await secretOf(token, tokenFile)}`
}

async function secretOf(value: string | undefined, file: string | undefined): Promise<string> {
  return value ?? (file === undefined ? '' : await secretIn(file))
}

async function secretIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    throw new HttpGetError(`unable to read file ${file}: ${messageOf(error)}`, { cause: error })
  }
}

interface TlsOptions {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized: boolean
  readonly minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'
}

async function tlsOptions({ tls_config: tls }: HttpClientConfig): Promise<TlsOptions> {
  const text = async (inline: string | undefined, file: string | undefined): Promise<string | undefined> =>
    inline ?? (file === undefined ? undefined : await secretIn(file))
  const ca = await text(tls.ca, tls.ca_file)
  const cert = await text(tls.cert, tls.cert_file)
  const key = await text(tls.key, tls.key_file)
  return {
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(tls.server_name !== undefined && { servername: tls.server_name }),
    ...(tls.min_version !== undefined && { minVersion: tls.min_version }),
    ...(tls.max_version !== undefined && { maxVersion: tls.max_version }),
  }
}

function failureOf(error: unknown, get: HttpGet): HttpGetError {
  if (error instanceof HttpGetError) return error
  if (get.signal.aborted)
    return new HttpGetError(`Get ${JSON.stringify(get.url)}: ${messageOf(get.signal.reason)}`, { cause: error })
  return new HttpGetError(`Get ${JSON.stringify(get.url)}: ${messageOf(error)}`, { cause: error })
}

/** An error's text; of a failed connection to several addresses, which has none of its own, the first one's. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function textOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? ''
}
