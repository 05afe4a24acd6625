import { Agent, request } from 'undici'
import { z } from 'zod'
import { NO_USAGE, type TokenUsage } from '../../model/span.ts'
import type { Clock } from '../../util/clock.ts'
import { retryAfterMs } from '../../util/retry-after.ts'
import { secretFrom } from '../../util/secret-file.ts'
import type { EndpointConfig } from './config.ts'
import type { AnswerSchema } from './judge-answer.ts'

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant'
  readonly content: string
}

export interface ChatCall {
  readonly messages: readonly ChatMessage[]
  /** What the answer must look like; absent: a text. */
  readonly schema?: AnswerSchema
  /** The endpoint's own when absent. */
  readonly model?: string
  readonly temperature?: number
}

export interface ChatAnswer {
  readonly kind: 'answered'
  readonly text: string
  readonly usage: TokenUsage | undefined
  /** What the server says that it answered with: the model, and the fingerprint of how it runs; '' where it does not say. */
  readonly model: string
  readonly fingerprint: string
}

/** What became of one call. `mayCost`: the other side may have done the work all the same. */
export type ChatOutcome =
  | ChatAnswer
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number | undefined; readonly mayCost: boolean }
  | { readonly kind: 'refused'; readonly reason: string }

type ResponseFormat = Exclude<EndpointConfig['response_format'], 'auto'>

/** Bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** Of a refusal's text, what goes into a log line. */
const MAX_REASON_LENGTH = 300
/** What is asked for after the server has refused the one before. */
const LESS: Readonly<Record<ResponseFormat, ResponseFormat | undefined>> = {
  json_schema: 'json_object',
  json_object: 'none',
  none: undefined,
}

const completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  model: z.string().nullish(),
  system_fingerprint: z.string().nullish(),
  usage: z.object({ prompt_tokens: z.number().optional(), completion_tokens: z.number().optional() }).nullish(),
})

/** Calls `POST {url}/chat/completions` (OpenAI's API). Connections are kept. The key appears in the header and nowhere else. */
export class ChatEndpoint {
  readonly #config: EndpointConfig
  readonly #clock: Clock
  readonly #agent: Agent
  #format: ResponseFormat

  constructor(config: EndpointConfig, clock: Clock) {
    this.#config = config
    this.#clock = clock
    this.#agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: config.timeout } })
    this.#format = config.response_format === 'auto' ? 'json_schema' : config.response_format
  }

  get model(): string {
    return this.#config.model
  }

  /** One attempt within the configured time; never rejects. A server that refuses the asked form of answer is asked again with less. */
  async call(chat: ChatCall, signal?: AbortSignal): Promise<ChatOutcome> {
    const format = chat.schema === undefined ? 'none' : this.#format
    const outcome = await this.#attempt(chat, format, signal)
    const less = LESS[format]
    if (outcome.kind !== 'refused' || less === undefined || !this.#isAboutFormat(outcome.reason)) return outcome
    this.#format = less
    return this.call(chat, signal)
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #attempt(chat: ChatCall, format: ResponseFormat, stop: AbortSignal | undefined): Promise<ChatOutcome> {
    const timeout = new AbortController()
    const cancel = this.#clock.after(this.#config.timeout, () => timeout.abort())
    const signal = stop === undefined ? timeout.signal : AbortSignal.any([timeout.signal, stop])
    try {
      const response = await request(`${this.#config.url.replace(/\/+$/, '')}/chat/completions`, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: await this.#headers(),
        body: JSON.stringify(this.#body(chat, format)),
        signal,
      })
      const text = await readText(response.body)
      return outcomeOf(response.statusCode, text, retryAfterMs(response.headers['retry-after'], this.#clock.now()))
    } catch (error) {
      if (stop?.aborted === true) return { kind: 'refused', reason: 'stopped' }
      const reason = timeout.signal.aborted ? `no answer within ${this.#config.timeout} ms` : messageOf(error)
      return { kind: 'retry', reason, afterMs: undefined, mayCost: timeout.signal.aborted }
    } finally {
      cancel()
    }
  }

  #body({ messages, schema, model, temperature }: ChatCall, format: ResponseFormat): object {
    const heat = temperature ?? this.#config.temperature
    return {
      model: model ?? this.#config.model,
      messages,
      max_tokens: this.#config.max_output_tokens,
      ...(heat === undefined ? {} : { temperature: heat }),
      ...formatField(format, schema),
    }
  }

  async #headers(): Promise<Record<string, string>> {
    const { api_key: key, api_key_file: file, headers } = this.#config
    const secret = file === undefined ? (key ?? '') : await secretFrom(file)
    return {
      'content-type': 'application/json',
      'user-agent': 'Tetrascope',
      ...(secret === '' ? {} : { authorization: `Bearer ${secret}` }),
      ...headers,
    }
  }

  #isAboutFormat(reason: string): boolean {
    return this.#config.response_format === 'auto' && /response_format|json_schema|json_object|structured/i.test(reason)
  }
}

function formatField(format: ResponseFormat, schema: AnswerSchema | undefined): object {
  switch (format) {
    case 'json_schema':
      return {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'judgement', strict: true, schema: schema ?? {} },
        },
      }
    case 'json_object':
      return { response_format: { type: 'json_object' } }
    case 'none':
      return {}
  }
}

function outcomeOf(status: number, text: string, afterMs: number | undefined): ChatOutcome {
  if (status >= 200 && status < 300) return answerIn(text)
  const detail = text.slice(0, MAX_REASON_LENGTH).trim()
  const reason = `HTTP status ${status}${detail === '' ? '' : `: ${detail}`}`
  const again = status >= 500 || status === 429 || status === 408
  return again ? { kind: 'retry', reason, afterMs, mayCost: false } : { kind: 'refused', reason }
}

function answerIn(text: string): ChatOutcome {
  const parsed = completion.safeParse(parseJson(text))
  if (!parsed.success) {
    // It is paid for and will come again: trying once more may help, the cost is counted as if it had been said.
    return { kind: 'retry', reason: 'the answer is no chat completion', afterMs: undefined, mayCost: true }
  }
  const { choices, usage, model, system_fingerprint: fingerprint } = parsed.data
  return {
    kind: 'answered',
    text: choices[0]?.message.content ?? '',
    usage: usage ? { ...NO_USAGE, inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens } : undefined,
    model: model ?? '',
    fingerprint: fingerprint ?? '',
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function readText(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.length
    parts.push(chunk)
    if (sizeBytes >= MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(parts).toString()
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
