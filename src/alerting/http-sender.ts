import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { Agent, type Dispatcher, interceptors, ProxyAgent, request } from 'undici'
import type { HttpConfig, TlsConfig } from './http-config.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { OAuth2Token } from './oauth2-token.ts'
import type { SendResult } from './receiver.ts'
import { TemplateError } from '../util/go-template/errors.ts'
import { retryAfterMs } from '../util/retry-after.ts'

/** What Node's TLS takes from a `tls_config`. */
type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>

export interface HttpPost {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** POST unless it is said. A GET has no body. */
  readonly method?: 'GET' | 'POST' | 'PUT'
}

export interface HttpAnswer {
  readonly status: number
  /** Cut to what a message can show. */
  readonly body: string
  /** How long the other side asks to be left alone (`Retry-After`). */
  readonly retryAfterMs?: number
}

/** Bytes of an answer that are read; a provider's error fits easily. */
const MAX_ANSWER_BYTES = 64 * 1024
const MAX_REDIRECTS = 10
const USER_AGENT = 'Tetrascope'

/** Sends to a provider as an `http_config` says. Files with secrets and certificates are read anew for each request, so they may be renewed. */
export class HttpSender {
  readonly #config: HttpConfig
  readonly #clock: Pick<Clock, 'now'>
  readonly #token: OAuth2Token | undefined
  #agent: { readonly dispatcher: Dispatcher; readonly certificates: string } | undefined

  constructor(config: HttpConfig, clock: Pick<Clock, 'now'> = systemClock) {
    this.#config = config
    this.#clock = clock
    this.#token = config.oauth2 ? new OAuth2Token(config.oauth2) : undefined
  }

  /** Throws when there is no answer; the message does not show the URL, which may hold a secret. */
  async post(post: HttpPost, signal: AbortSignal): Promise<HttpAnswer> {
    const headers = {
      'user-agent': USER_AGENT,
      ...(await this.#authHeaders(signal)),
      ...(await extraHeaders(this.#config)),
      ...post.headers,
    }
    const dispatcher = await this.#dispatcher()
    const { url, body, method = 'POST' } = post
    const sent = { method, headers, dispatcher, signal, body: method === 'GET' ? null : body }
    const response = await request(url, sent)
    const waitMs = retryAfterMs(response.headers['retry-after'], this.#clock.now())
    const answer = { status: response.statusCode, body: await readText(response.body) }
    return waitMs === undefined ? answer : { ...answer, retryAfterMs: waitMs }
  }

  async close(): Promise<void> {
    await this.#agent?.dispatcher.close()
  }

  async #authHeaders(signal: AbortSignal): Promise<Record<string, string>> {
    if (this.#token === undefined) return authHeaders(this.#config)
    return { authorization: `Bearer ${await this.#token.get(this.#clock.now(), signal)}` }
  }

  async #dispatcher(): Promise<Dispatcher> {
    const connect = await tlsOptions(this.#config.tls_config)
    const certificates = JSON.stringify(connect)
    if (this.#agent?.certificates === certificates) return this.#agent.dispatcher
    const { proxy_url, follow_redirects } = this.#config
    const agent = proxy_url === '' ? new Agent({ connect }) : new ProxyAgent({ uri: proxy_url, requestTls: connect })
    const dispatcher = follow_redirects
      ? agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTS }))
      : agent
    await this.#agent?.dispatcher.close()
    this.#agent = { dispatcher, certificates }
    return dispatcher
  }
}

/** Judges an answer as Alertmanager does: 2xx is sent, 5xx and the given codes may be tried again, the rest not. */
export function judge({ status, body, retryAfterMs }: HttpAnswer, retryStatuses: readonly number[] = []): SendResult {
  if (status >= 200 && status < 300) return 'sent'
  const retry = status >= 500 || retryStatuses.includes(status)
  const detail = body.trim() === '' ? '' : `: ${body.trim().slice(0, 1_000)}`
  const failure = { retry, reason: `unexpected status code ${status}${detail}` }
  return retry && retryAfterMs !== undefined ? { ...failure, retryAfterMs } : failure
}

/** Sends once; what keeps an answer from coming is worth another try, a text that cannot be rendered is not. */
export async function attempt(send: () => Promise<SendResult>): Promise<SendResult> {
  try {
    return await send()
  } catch (error) {
    if (error instanceof TemplateError) return { retry: false, reason: error.message }
    return unreachable(error)
  }
}

/** The signal, or one that ends earlier: after the time that a receiver's configuration allows; 0 allows any. */
export function within(signal: AbortSignal, timeoutMs: number): AbortSignal {
  return timeoutMs > 0 ? AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) : signal
}

/** What a failure without an answer means: trying again may help. */
export function unreachable(error: unknown): SendResult {
  const reason = error instanceof Error ? error.message : String(error)
  return { retry: true, reason: reason.replaceAll(/https?:\/\/\S+/g, '<redacted>') }
}

async function readText(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    parts.push(chunk)
    if (size >= MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(parts).subarray(0, MAX_ANSWER_BYTES).toString()
}

async function authHeaders(config: HttpConfig): Promise<Record<string, string>> {
  const { basic_auth: basic, authorization, bearer_token, bearer_token_file } = config
  if (basic) {
    const username = basic.username || (await secretFrom(basic.username_file))
    const password = basic.password || (await secretFrom(basic.password_file))
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
  }
  if (authorization) {
    const credentials = authorization.credentials || (await secretFrom(authorization.credentials_file))
    return { authorization: `${authorization.type || 'Bearer'} ${credentials}` }
  }
  const token = bearer_token || (await secretFrom(bearer_token_file))
  return token === '' ? {} : { authorization: `Bearer ${token}` }
}

async function extraHeaders(config: HttpConfig): Promise<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [name, { values, secrets, files }] of Object.entries(config.http_headers)) {
    const fromFiles = await Promise.all(files.map((file) => secretFrom(file)))
    headers[name] = [...values, ...secrets, ...fromFiles].join(', ')
  }
  return headers
}

/** The content of a file that holds a secret, without the space around it; '' for no file. */
export async function secretFrom(file: string): Promise<string> {
  return file === '' ? '' : (await readFile(file, 'utf8')).trim()
}

/** What a `tls_config` says, certificates read anew. */
export async function tlsOptions(tls: TlsConfig | null | undefined): Promise<TlsOptions> {
  if (!tls) return {}
  const read = async (inline: string, file: string): Promise<string> =>
    inline || (file === '' ? '' : await readFile(file, 'utf8'))
  const [ca, cert, key] = await Promise.all([
    read(tls.ca, tls.ca_file),
    read(tls.cert, tls.cert_file),
    read(tls.key, tls.key_file),
  ])
  return {
    ...(ca === '' ? {} : { ca }),
    ...(cert === '' ? {} : { cert }),
    ...(key === '' ? {} : { key }),
    ...(tls.server_name === '' ? {} : { servername: tls.server_name }),
    rejectUnauthorized: !tls.insecure_skip_verify,
  }
}
