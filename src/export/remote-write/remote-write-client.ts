import { HttpAccess } from '../../http/http-access.ts'
import type { RemoteWriteConfig } from './config.ts'

/** What became of one request. Whether trying again may help is decided here, where the protocol is known. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string }

/** Of a refusal's text, what goes into a log line. */
const MAX_REASON_LENGTH = 256

/** Posts remote write 1.0 bodies to one receiver. */
export class RemoteWriteClient {
  readonly #config: RemoteWriteConfig
  readonly #userAgent: string
  readonly #access: HttpAccess

  constructor(config: RemoteWriteConfig, userAgent: string) {
    this.#config = config
    this.#userAgent = userAgent
    this.#access = new HttpAccess(config, { timeoutMs: config.remote_timeout })
  }

  /** Never rejects: a failure is an outcome. */
  async send(body: Buffer, signal: AbortSignal): Promise<SendOutcome> {
    try {
      const { url } = this.#config
      const response = await this.#access.ask({ url, method: 'POST', headers: this.#headers(), body, signal })
      const text = (await response.body.text()).slice(0, MAX_REASON_LENGTH).trim()
      return this.#outcomeOf(response.statusCode, text, response.headers['retry-after'])
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error)
      return { kind: 'retry', reason, afterMs: undefined }
    }
  }

  async close(): Promise<void> {
    await this.#access.close()
  }

  /** As the specification says: 5xx is tried again, 429 only where that is asked for, everything else is final. */
  #outcomeOf(status: number, text: string, retryAfter: string | string[] | undefined): SendOutcome {
    if (status >= 200 && status < 300) return { kind: 'sent' }
    const reason = `HTTP status ${status}${text === '' ? '' : `: ${text}`}`
    const again = status >= 500 || (status === 429 && this.#config.queue_config.retry_on_http_429)
    return again ? { kind: 'retry', reason, afterMs: secondsToMs(retryAfter) } : { kind: 'refused', reason }
  }

  #headers(): Record<string, string> {
    return {
      ...this.#config.headers,
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'user-agent': this.#userAgent,
      'x-prometheus-remote-write-version': '0.1.0',
    }
  }
}

/** Only the form in seconds; the one with a date is not used by receivers. */
function secondsToMs(retryAfter: string | string[] | undefined): number | undefined {
  return typeof retryAfter === 'string' && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined
}
