import type { ConnectionOptions } from 'node:tls'
import { Agent, type Dispatcher, interceptors, ProxyAgent, request } from 'undici'
import { type Clock, systemClock } from '../util/clock.ts'
import type { HttpConfig, TlsConfig } from './config.ts'
import { OAuth2Token } from './oauth2-token.ts'
import { secretFrom } from '../util/secret-file.ts'

const MAX_REDIRECTS = 10

/** What Node's TLS takes from a `tls_config`. */
type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized' | 'minVersion' | 'maxVersion'
>

export interface HttpAccessOptions {
  readonly clock?: Pick<Clock, 'now'>
  /** Of connecting, and of waiting for each part of an answer; undici's own when absent. */
  readonly timeoutMs?: number
}

export interface HttpAsked {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  /** They win over those of the configuration. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly signal: AbortSignal
}

/**
 * Speaks HTTP as an `http_config` says: who we are, headers, certificates, proxy, redirects. Connections are kept; files with secrets
 * and certificates are read anew each time, so they may be renewed.
 */
export class HttpAccess {
  readonly #config: HttpConfig
  readonly #options: HttpAccessOptions
  readonly #token: OAuth2Token | undefined
  #dispatcher: { readonly dispatcher: Dispatcher; readonly certificates: string } | undefined

  constructor(config: HttpConfig, options: HttpAccessOptions = {}) {
    this.#config = config
    this.#options = options
    this.#token = config.oauth2 ? new OAuth2Token(config.oauth2) : undefined
  }

  /** Whatever the server answers; its body must be read. Throws when there is no answer, or no secret. */
  async ask({ url, method, headers, body, signal }: HttpAsked): Promise<Dispatcher.ResponseData> {
    const dispatcher = await this.#currentDispatcher()
    const all = { ...(await this.#identity(signal)), ...(await extraHeaders(this.#config)), ...headers }
    return request(url, { method, headers: all, dispatcher, signal, body: body ?? null })
  }

  /** Ends what is under way. Idempotent. */
  async close(): Promise<void> {
    await this.#dispatcher?.dispatcher.destroy()
    this.#dispatcher = undefined
  }

  /** Lets what is under way come to its end. Idempotent. */
  async retire(): Promise<void> {
    const dispatcher = this.#dispatcher?.dispatcher
    this.#dispatcher = undefined
    await dispatcher?.close()
  }

  async #identity(signal: AbortSignal): Promise<Record<string, string>> {
    if (this.#token !== undefined) {
      const nowMs = (this.#options.clock ?? systemClock).now()
      return { authorization: `Bearer ${await this.#token.get(nowMs, signal)}` }
    }
    const authorization = await authorizationOf(this.#config)
    return authorization === undefined ? {} : { authorization }
  }

  /** A dispatcher that knows the certificates as they are now; the one before is let go when they were renewed. */
  async #currentDispatcher(): Promise<Dispatcher> {
    const tls = await tlsOptions(this.#config.tls_config)
    const certificates = JSON.stringify(tls)
    if (this.#dispatcher?.certificates === certificates) return this.#dispatcher.dispatcher
    const old = this.#dispatcher
    const dispatcher = this.#newDispatcher(tls)
    this.#dispatcher = { dispatcher, certificates }
    await old?.dispatcher.close()
    return dispatcher
  }

  #newDispatcher(tls: TlsOptions): Dispatcher {
    const { timeoutMs } = this.#options
    const times = timeoutMs === undefined ? {} : { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }
    const connect = timeoutMs === undefined ? tls : { ...tls, timeout: timeoutMs }
    const { proxy_url: uri, follow_redirects: follows } = this.#config
    const agent =
      uri === ''
        ? new Agent({ connect, ...times })
        : new ProxyAgent({ uri, requestTls: tls, proxyTunnel: false, ...times })
    return follows ? agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTS })) : agent
  }
}

async function authorizationOf(config: HttpConfig): Promise<string | undefined> {
  const { basic_auth: basic, authorization: own, bearer_token: token, bearer_token_file: tokenFile } = config
  if (basic) {
    const user = basic.username || (await secretFrom(basic.username_file))
    const password = basic.password || (await secretFrom(basic.password_file))
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  }
  if (own) return `${own.type} ${own.credentials || (await secretFrom(own.credentials_file))}`
  const bearer = token || (await secretFrom(tokenFile))
  return bearer === '' ? undefined : `Bearer ${bearer}`
}

async function extraHeaders(config: HttpConfig): Promise<Record<string, string[]>> {
  const headers: Record<string, string[]> = {}
  for (const [name, { values, secrets, files }] of Object.entries(config.http_headers)) {
    headers[name] = [...values, ...secrets, ...(await Promise.all(files.map(secretFrom)))]
  }
  return headers
}

/** What a `tls_config` says, certificates read anew. */
export async function tlsOptions(tls: TlsConfig | null | undefined): Promise<TlsOptions> {
  if (!tls) return {}
  const ca = tls.ca || (await secretFrom(tls.ca_file))
  const cert = tls.cert || (await secretFrom(tls.cert_file))
  const key = tls.key || (await secretFrom(tls.key_file))
  return {
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(ca !== '' && { ca }),
    ...(cert !== '' && { cert }),
    ...(key !== '' && { key }),
    ...(tls.server_name !== '' && { servername: tls.server_name }),
    ...(tls.min_version !== undefined && { minVersion: tls.min_version }),
    ...(tls.max_version !== undefined && { maxVersion: tls.max_version }),
  }
}
