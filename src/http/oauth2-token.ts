import { request } from 'undici'
import type { HttpConfig } from './config.ts'
import { secretFrom } from '../util/secret-file.ts'

type OAuth2Config = NonNullable<HttpConfig['oauth2']>

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MS = 10_000

/** Of a server that does not say how long its token lasts. */
const DEFAULT_LIFETIME_MS = 60_000

/** A token by the client credentials grant (RFC 6749, 4.4), fetched when it is needed and kept while it lasts. */
export class OAuth2Token {
  readonly #config: OAuth2Config
  #token: { readonly value: string; readonly untilMs: number } | undefined

  constructor(config: OAuth2Config) {
    this.#config = config
  }

  /** Throws when the server gives none. */
  async get(nowMs: number, signal: AbortSignal): Promise<string> {
    if (this.#token !== undefined && this.#token.untilMs > nowMs) return this.#token.value
    const { value, lifetimeMs } = await this.#fetch(signal)
    this.#token = { value, untilMs: nowMs + lifetimeMs - MARGIN_MS }
    return value
  }

  async #fetch(signal: AbortSignal): Promise<{ value: string; lifetimeMs: number }> {
    const { client_id, client_secret, client_secret_file, scopes, token_url, endpoint_params } = this.#config
    const secret = client_secret || (await secretFrom(client_secret_file))
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...endpoint_params })
    if (scopes.length > 0) form.set('scope', scopes.join(' '))
    const credentials = Buffer.from(`${encodeURIComponent(client_id)}:${encodeURIComponent(secret)}`).toString('base64')
    const headers = {
      authorization: `Basic ${credentials}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    }
    const answer = await request(token_url, { method: 'POST', headers, body: form.toString(), signal })
    const body: unknown = await answer.body.json().catch(() => undefined)
    return readToken(body, answer.statusCode)
  }
}

function readToken(body: unknown, status: number): { value: string; lifetimeMs: number } {
  const record: object = typeof body === 'object' && body !== null ? body : {}
  const value: unknown = Reflect.get(record, 'access_token')
  if (status !== 200 || typeof value !== 'string') {
    throw new Error(`oauth2: cannot fetch a token: the server answered ${status} without an access_token`)
  }
  const seconds = Number(Reflect.get(record, 'expires_in'))
  return { value, lifetimeMs: seconds > 0 ? seconds * 1000 : DEFAULT_LIFETIME_MS }
}
