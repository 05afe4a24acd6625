import type { HttpConfig } from '../http/config.ts'
import { HttpAccess } from '../http/http-access.ts'
import { type Clock, systemClock } from '../util/clock.ts'
import { TemplateError } from '../util/go-template/errors.ts'
import { retryAfterMs } from '../util/retry-after.ts'
import type { SendResult } from './receiver.ts'

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
const USER_AGENT = 'Tetrascope'

/** Sends to a provider as an `http_config` says. */
export class HttpSender {
  readonly #access: HttpAccess
  readonly #clock: Pick<Clock, 'now'>

  constructor(config: HttpConfig, clock: Pick<Clock, 'now'> = systemClock) {
    this.#access = new HttpAccess(config, { clock })
    this.#clock = clock
  }

  /** Throws when there is no answer; the message does not show the URL, which may hold a secret. */
  async post(post: HttpPost, signal: AbortSignal): Promise<HttpAnswer> {
    const { url, body, method = 'POST' } = post
    const headers = { 'user-agent': USER_AGENT, ...post.headers }
    const asked = { url, method, headers, signal }
    const response = await this.#access.ask(method === 'GET' ? asked : { ...asked, body })
    const waitMs = retryAfterMs(response.headers['retry-after'], this.#clock.now())
    const answer = { status: response.statusCode, body: await readText(response.body) }
    return waitMs === undefined ? answer : { ...answer, retryAfterMs: waitMs }
  }

  /** What is under way comes to its end: cutting off a call that the other side has taken would call twice. */
  close(): Promise<void> {
    return this.#access.retire()
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
