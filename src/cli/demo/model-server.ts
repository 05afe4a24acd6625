import type { IncomingMessage, ServerResponse } from 'node:http'
import { InstrumentRegistry, type Counter, type Gauge, type Histogram } from '../../telemetry/instruments.ts'
import { TEXT_FORMAT_CONTENT_TYPE, writeTextFormat } from '../../telemetry/text-format.ts'
import { sleep, type Clock } from '../../util/clock.ts'
import { makeAnswer } from './conversation.ts'
import type { Conditions } from './scenario.ts'

/** Time to the first token and between tokens at full clock. */
const BASE_TTFT_MS = 120
const BASE_TPOT_MS = 18
/** Tokens sent in one chunk: enough to keep the number of timers small, few enough to stream. */
const TOKENS_PER_CHUNK = 8
/** Calls of one model in its batch; further ones wait. */
const MAX_BATCH = 8
/** Answers are cut here, so that the demo stays lively. */
const MAX_ANSWER_TOKENS = 220

export interface ModelServerOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly conditions: () => Conditions
}

interface ChatRequest {
  readonly model: string
  readonly stream: boolean
  readonly prompt: string
  readonly promptTokens: number
  readonly answerTokens: number
}

/** An OpenAI-compatible server that thinks for a while and answers with made-up text; its /metrics look like vLLM's. */
export class ModelServer {
  readonly #options: ModelServerOptions
  readonly #instruments = new InstrumentRegistry()
  readonly #metrics = vllmInstruments(this.#instruments)
  readonly #running = new Map<string, number>()

  constructor(options: ModelServerOptions) {
    this.#options = options
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/metrics') return this.#sendMetrics(response)
    if (request.method === 'POST' && request.url === '/v1/chat/completions')
      return this.#chat(await readChat(request), response)
    sendJson(response, 404, { error: { message: `no such path: ${request.url}`, type: 'invalid_request_error' } })
  }

  async #chat(chat: ChatRequest, response: ServerResponse): Promise<void> {
    const { random, conditions } = this.#options
    const now = conditions()
    if (random() < now.errorShare) {
      return sendJson(response, 503, {
        error: { message: 'The engine is overloaded, try again later', type: 'server_error', code: 'overloaded' },
      })
    }
    this.#changeRunning(chat.model, 1)
    try {
      await this.#answer(chat, now, response)
    } finally {
      this.#changeRunning(chat.model, -1)
    }
  }

  #changeRunning(model: string, change: 1 | -1): void {
    const running = (this.#running.get(model) ?? 0) + change
    this.#running.set(model, running)
    this.#metrics.running.set({ model_name: model }, running)
  }

  async #answer(chat: ChatRequest, now: Conditions, response: ServerResponse): Promise<void> {
    const { clock, random } = this.#options
    const startMs = clock.now()
    const slow = 1 / now.clockShare
    const answerTokens = Math.min(chat.answerTokens, MAX_ANSWER_TOKENS)
    const answer = makeAnswer({ random, prompt: chat.prompt, tokens: answerTokens, badShare: now.badAnswerShare })
    await sleep(clock, BASE_TTFT_MS * slow * (0.7 + random() * 0.8) + chat.promptTokens * 0.04 * slow)
    const ttftMs = clock.now() - startMs
    const stream = chat.stream ? openStream(response, chat.model) : undefined
    const tpotMs = BASE_TPOT_MS * Math.sqrt(slow)
    for (const piece of pieces(answer, answerTokens)) {
      stream?.(piece)
      await sleep(clock, tpotMs * TOKENS_PER_CHUNK * (0.8 + random() * 0.4))
      if (response.destroyed) return
    }
    const cachedTokens = random() < 0.4 ? Math.floor(chat.promptTokens * 0.6) : 0
    finish(response, { chat, answer, answerTokens, cachedTokens })
    this.#count(chat, { ttftMs, latencyMs: clock.now() - startMs, answerTokens, cachedTokens })
  }

  #count(
    chat: ChatRequest,
    done: { ttftMs: number; latencyMs: number; answerTokens: number; cachedTokens: number },
  ): void {
    const labels = { model_name: chat.model }
    const metrics = this.#metrics
    metrics.ttft.observe(labels, done.ttftMs / 1000)
    metrics.latency.observe(labels, done.latencyMs / 1000)
    metrics.promptTokens.add(labels, chat.promptTokens)
    metrics.generationTokens.add(labels, done.answerTokens)
    metrics.success.add({ ...labels, finished_reason: 'stop' })
    metrics.cacheQueries.add(labels, chat.promptTokens)
    metrics.cacheHits.add(labels, done.cachedTokens)
  }

  #sendMetrics(response: ServerResponse): void {
    for (const [model, running] of this.#running) {
      this.#metrics.kvCache.set({ model_name: model }, Math.min(0.97, 0.12 + running * 0.09))
      this.#metrics.waiting.set({ model_name: model }, Math.max(0, running - MAX_BATCH))
    }
    response
      .writeHead(200, { 'content-type': TEXT_FORMAT_CONTENT_TYPE })
      .end(writeTextFormat(this.#instruments.snapshot()))
  }
}

interface VllmInstruments {
  readonly running: Gauge<'model_name'>
  readonly waiting: Gauge<'model_name'>
  readonly kvCache: Gauge<'model_name'>
  readonly ttft: Histogram<'model_name'>
  readonly latency: Histogram<'model_name'>
  readonly promptTokens: Counter<'model_name'>
  readonly generationTokens: Counter<'model_name'>
  readonly success: Counter<'model_name' | 'finished_reason'>
  readonly cacheQueries: Counter<'model_name'>
  readonly cacheHits: Counter<'model_name'>
}

const SECONDS = [0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60]

function vllmInstruments(registry: InstrumentRegistry): VllmInstruments {
  const labelNames = ['model_name'] as const
  return {
    running: registry.gauge({ name: 'vllm:num_requests_running', help: 'Requests in the batch', labelNames }),
    waiting: registry.gauge({
      name: 'vllm:num_requests_waiting',
      help: 'Requests that wait for a place in the batch',
      labelNames,
    }),
    kvCache: registry.gauge({ name: 'vllm:kv_cache_usage_perc', help: 'KV cache in use, 1 = full', labelNames }),
    ttft: registry.histogram({
      name: 'vllm:time_to_first_token_seconds',
      help: 'Time to first token',
      labelNames,
      buckets: SECONDS,
    }),
    latency: registry.histogram({
      name: 'vllm:e2e_request_latency_seconds',
      help: 'Request latency',
      labelNames,
      buckets: SECONDS,
    }),
    promptTokens: registry.counter({ name: 'vllm:prompt_tokens_total', help: 'Prefill tokens processed', labelNames }),
    generationTokens: registry.counter({ name: 'vllm:generation_tokens_total', help: 'Tokens generated', labelNames }),
    success: registry.counter({
      name: 'vllm:request_success_total',
      help: 'Requests finished',
      labelNames: ['model_name', 'finished_reason'] as const,
    }),
    cacheQueries: registry.counter({
      name: 'vllm:prefix_cache_queries_total',
      help: 'Tokens looked up in the prefix cache',
      labelNames,
    }),
    cacheHits: registry.counter({
      name: 'vllm:prefix_cache_hits_total',
      help: 'Tokens found in the prefix cache',
      labelNames,
    }),
  }
}

async function readChat(request: IncomingMessage): Promise<ChatRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body: {
    model?: string
    stream?: boolean
    max_tokens?: number
    messages?: ReadonlyArray<{ content?: string }>
  } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  const prompt = (body.messages ?? []).map(({ content }) => content ?? '').join('\n')
  return {
    model: body.model ?? 'atlas-70b',
    stream: body.stream === true,
    prompt,
    promptTokens: Math.max(1, Math.round(prompt.length / 4)),
    answerTokens: body.max_tokens ?? 60,
  }
}

/** The answer in as many pieces as there are chunks of tokens. */
function pieces(answer: string, tokens: number): string[] {
  const count = Math.max(1, Math.ceil(tokens / TOKENS_PER_CHUNK))
  const length = Math.ceil(answer.length / count)
  return Array.from({ length: count }, (_, i) => answer.slice(i * length, (i + 1) * length)).filter(
    (piece) => piece !== '',
  )
}

function openStream(response: ServerResponse, model: string): (piece: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  return (content) => {
    const chunk = {
      id: 'chatcmpl-demo',
      object: 'chat.completion.chunk',
      model,
      choices: [{ index: 0, delta: { content }, finish_reason: null }],
    }
    response.write(`data: ${JSON.stringify(chunk)}\n\n`)
  }
}

interface Finished {
  readonly chat: ChatRequest
  readonly answer: string
  readonly answerTokens: number
  readonly cachedTokens: number
}

function finish(response: ServerResponse, { chat, answer, answerTokens, cachedTokens }: Finished): void {
  const usage = {
    prompt_tokens: chat.promptTokens,
    completion_tokens: answerTokens,
    total_tokens: chat.promptTokens + answerTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  }
  const head = { id: 'chatcmpl-demo', model: chat.model }
  if (!chat.stream) {
    const choices = [{ index: 0, message: { role: 'assistant', content: answer }, finish_reason: 'stop' }]
    return sendJson(response, 200, { ...head, object: 'chat.completion', choices, usage })
  }
  const last = { ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
  const counted = { ...head, object: 'chat.completion.chunk', choices: [], usage }
  response.end(`data: ${JSON.stringify(last)}\n\ndata: ${JSON.stringify(counted)}\n\ndata: [DONE]\n\n`)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
