import { Agent, request } from 'undici'
import { SampleBatchBuilder } from '../../model/sample.ts'
import { secretFrom } from '../../util/secret-file.ts'
import { SamplesRefusedError, StoreUnavailableError } from '../store.ts'

export interface PrometheusApiOptions {
  /** Below it lies `/api/v1`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly username: string | undefined
  readonly passwordFile: string | undefined
  readonly timeoutMs: number
}

/** The server answered that it cannot do what was asked; `errorType` is one of Prometheus's. */
export class PrometheusApiError extends Error {
  readonly errorType: string
  constructor(errorType: string, message: string) {
    super(message)
    this.name = 'PrometheusApiError'
    this.errorType = errorType
  }
}

export interface ApiAnswer {
  readonly data: unknown
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

const MAX_CONNECTIONS = 16
const WRITE_HEADERS = {
  'content-encoding': 'snappy',
  'content-type': 'application/x-protobuf',
  'x-prometheus-remote-write-version': '0.1.0',
}

/** The HTTP API of a Prometheus-compatible server. Rejects with `StoreUnavailableError` when it cannot be reached or cannot answer now. */
export class PrometheusApi {
  readonly #options: PrometheusApiOptions
  readonly #agent: Agent

  constructor(options: PrometheusApiOptions) {
    this.#options = options
    const { timeoutMs } = options
    this.#agent = new Agent({ connections: MAX_CONNECTIONS, headersTimeout: timeoutMs, bodyTimeout: timeoutMs })
  }

  get url(): string {
    return this.#options.url
  }

  /** A call by form POST, or GET where the path knows no other. Rejects with `PrometheusApiError` for an answer of status error. */
  async call(
    path: string,
    form: URLSearchParams,
    signal?: AbortSignal,
    method: 'GET' | 'POST' = 'POST',
  ): Promise<ApiAnswer> {
    const target = method === 'GET' ? `${path}?${form.toString()}` : path
    const isForm = method === 'POST'
    const { status, text } = await this.#send(target, {
      method,
      headers: isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {},
      body: isForm ? form.toString() : undefined,
      signal,
    })
    if (status === 204) return { data: [], warnings: [], infos: [] }
    const answer = parseAnswer(text)
    if (answer === undefined) throw this.#unusable(status, text)
    if (answer.status === 'success')
      return { data: answer.data, warnings: answer.warnings ?? [], infos: answer.infos ?? [] }
    throw new PrometheusApiError(answer.errorType ?? 'internal', answer.error ?? `status ${status}`)
  }

  /** Sends a remote write body. Rejects with `SamplesRefusedError` for what the server will never take. */
  async write(body: Buffer): Promise<void> {
    const { status, text } = await this.#send('write', {
      method: 'POST',
      headers: WRITE_HEADERS,
      body,
      signal: undefined,
    })
    if (status < 300) return
    if (status === 429 || status >= 500) throw this.#unusable(status, text)
    throw new SamplesRefusedError(`${this.url} answered ${status}: ${text.trim()}`, new SampleBatchBuilder().build())
  }

  close(): Promise<void> {
    return this.#agent.close()
  }

  async #send(path: string, sent: SentRequest): Promise<{ readonly status: number; readonly text: string }> {
    try {
      const { statusCode, body } = await request(`${this.url.replace(/\/$/, '')}/api/v1/${path}`, {
        dispatcher: this.#agent,
        method: sent.method,
        headers: { ...this.#options.headers, ...(await this.#authorization()), ...sent.headers },
        ...(sent.body !== undefined && { body: sent.body }),
        ...(sent.signal !== undefined && { signal: sent.signal }),
      })
      return { status: statusCode, text: await body.text() }
    } catch (error) {
      if (sent.signal?.aborted === true) throw error
      throw new StoreUnavailableError(`${this.url} cannot be reached: ${String(error)}`, { cause: error })
    }
  }

  /** Read anew each time, so that a password that is renewed is used at once. */
  async #authorization(): Promise<Record<string, string>> {
    const { username, passwordFile } = this.#options
    if (username === undefined) return {}
    const password = await secretFrom(passwordFile ?? '')
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
  }

  #unusable(status: number, text: string): StoreUnavailableError {
    return new StoreUnavailableError(`${this.url} answered ${status}: ${text.trim().slice(0, 500)}`)
  }
}

interface SentRequest {
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | undefined
  readonly signal: AbortSignal | undefined
}

interface WrittenAnswer {
  readonly status: 'success' | 'error'
  readonly data?: unknown
  readonly errorType?: string
  readonly error?: string
  readonly warnings?: readonly string[]
  readonly infos?: readonly string[]
}

/** Undefined when it is no answer of this API: a proxy's page, for example. */
function parseAnswer(text: string): WrittenAnswer | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' && answer !== null && 'status' in answer ? (answer as WrittenAnswer) : undefined
  } catch {
    return undefined
  }
}
