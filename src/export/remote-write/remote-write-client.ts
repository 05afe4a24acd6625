import { readFile } from 'node:fs/promises'
import { Agent, request } from 'undici'
import type { RemoteWriteConfig } from './config.ts'

/** What became of one request. Whether trying again may help is decided here, where the protocol is known. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string }

/** Of a refusal's text, what goes into a log line. */
const MAX_REASON_LENGTH = 256

/** Posts remote write 1.0 bodies to one receiver. Connections are kept; files with secrets are read anew each time. */
export class RemoteWriteClient {
  readonly #config: RemoteWriteConfig
  readonly #userAgent: string
  #agent: Agent | undefined

  constructor(config: RemoteWriteConfig, userAgent: string) {
    this.#config = config
    this.#userAgent = userAgent
  }

  /** Never rejects: a failure is an outcome. */
  async send(body: Buffer, signal: AbortSignal): Promise<SendOutcome> {
    try {
      this.#agent ??= await this.#newAgent()
      const response = await request(this.#config.url, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: await this.#headers(),
        body,
        signal,
      })
      const text = (await response.body.text()).slice(0, MAX_REASON_LENGTH).trim()
      return this.#outcomeOf(response.statusCode, text, response.headers['retry-after'])
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error)
      return { kind: 'retry', reason, afterMs: undefined }
    }
  }

  async close(): Promise<void> {
    await this.#agent?.destroy()
    this.#agent = undefined
  }

  async #newAgent(): Promise<Agent> {
    const timeoutMs = this.#config.remote_timeout
    const connect = { ...(await tlsOptions(this.#config.tls_config)), timeout: timeoutMs }
    return new Agent({ connect, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  }

  /** As the specification says: 5xx is tried again, 429 only where that is asked for, everything else is final. */
  #outcomeOf(status: number, text: string, retryAfter: string | string[] | undefined): SendOutcome {
    if (status >= 200 && status < 300) return { kind: 'sent' }
    const reason = `HTTP status ${status}${text === '' ? '' : `: ${text}`}`
    const again = status >= 500 || (status === 429 && this.#config.queue_config.retry_on_http_429)
    return again ? { kind: 'retry', reason, afterMs: secondsToMs(retryAfter) } : { kind: 'refused', reason }
  }

  async #headers(): Promise<Record<string, string>> {
    const authorization = await authorizationOf(this.#config)
    return {
      ...this.#config.headers,
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'user-agent': this.#userAgent,
      'x-prometheus-remote-write-version': '0.1.0',
      ...(authorization === undefined ? {} : { authorization }),
    }
  }
}

/** Only the form in seconds; the one with a date is not used by receivers. */
function secondsToMs(retryAfter: string | string[] | undefined): number | undefined {
  return typeof retryAfter === 'string' && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined
}

async function authorizationOf({ basic_auth: basic, authorization }: RemoteWriteConfig): Promise<string | undefined> {
  if (basic !== undefined) {
    const password = await secretOf(basic.password, basic.password_file)
    return `Basic ${Buffer.from(`${basic.username}:${password}`).toString('base64')}`
  }
  if (authorization === undefined) return undefined
  return `${authorization.type} ${await secretOf(authorization.credentials, authorization.credentials_file)}`
}

async function secretOf(value: string | undefined, file: string | undefined): Promise<string> {
  return value ?? (await fileText(file)) ?? ''
}

async function fileText(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim()
}

async function tlsOptions(tls: RemoteWriteConfig['tls_config']): Promise<Record<string, unknown>> {
  const [ca, cert, key] = await Promise.all([tls.ca_file, tls.cert_file, tls.key_file].map(fileText))
  const options = { ca, cert, key, servername: tls.server_name, rejectUnauthorized: !tls.insecure_skip_verify }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
