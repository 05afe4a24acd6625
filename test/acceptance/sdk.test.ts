import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import Anthropic from '@anthropic-ai/sdk'
import { createTetrascope, observeAnthropic, observeOpenAI, type Tetrascope as Client } from '@tetrascope/sdk'
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { RequestBody, RequestsBody } from '../../src/api/types.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

/** "Within 2 s": from the end of the call until the list has it. */
const ARRIVES_WITHIN_MS = 2_000

let product: Tetrascope
let upstream: Server
let client: Client
const errors: string[] = []

beforeAll(async () => {
  product = await Tetrascope.start()
  upstream = await startUpstream()
  client = createTetrascope({ url: product.url, service: 'shop', onError: (message) => errors.push(message) })
})

afterEach(() => {
  errors.length = 0
})

afterAll(async () => {
  await client.close()
  upstream.close()
  await product.stop()
})

/** A provider of two APIs in one: chat completions and messages, whole and as streams. */
async function startUpstream(): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { stream?: boolean; model: string }
      if (body.model === 'broken') {
        response.writeHead(400, { 'content-type': 'application/json' })
        return response.end(
          '{"error":{"message":"no such model","type":"invalid_request_error","code":"model_not_found"}}',
        )
      }
      if (body.stream !== true) {
        response.writeHead(200, { 'content-type': 'application/json' })
        return response.end(JSON.stringify(request.url === '/v1/messages' ? MESSAGE : COMPLETION))
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const event of request.url === '/v1/messages' ? MESSAGE_EVENTS : COMPLETION_CHUNKS) response.write(event)
      return response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const USAGE = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17, prompt_tokens_details: { cached_tokens: 4 } }
const COMPLETION = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-2024-08-06',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Four.' }, finish_reason: 'stop' }],
  usage: USAGE,
}
const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-2', object: 'chat.completion.chunk', model: 'gpt-4o-2024-08-06', ...fields })}\n\n`
const delta = (fields: object, reason: string | null = null): string =>
  chunk({ choices: [{ index: 0, delta: fields, finish_reason: reason }], usage: null })
const COMPLETION_CHUNKS = [
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'It rains ' }),
  delta({ content: 'in Bergen.' }),
  delta({
    tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":' } }],
  }),
  delta({ tool_calls: [{ index: 0, function: { arguments: '"Bergen"}' } }] }),
  delta({}, 'tool_calls'),
  chunk({ choices: [], usage: USAGE }),
  'data: [DONE]\n\n',
]

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-next',
  content: [{ type: 'text', text: 'Five.' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 10, cache_read_input_tokens: 30, cache_creation_input_tokens: 2, output_tokens: 6 },
}
const event = (fields: { type: string; [name: string]: unknown }): string =>
  `event: ${fields.type}\ndata: ${JSON.stringify(fields)}\n\n`
const MESSAGE_EVENTS = [
  event({
    type: 'message_start',
    message: { ...MESSAGE, content: [], stop_reason: null, usage: { ...MESSAGE.usage, output_tokens: 1 } },
  }),
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Let me look.' } }),
  event({ type: 'content_block_stop', index: 0 }),
  event({
    type: 'content_block_start',
    index: 1,
    content_block: { type: 'tool_use', id: 'tu_1', name: 'search', input: {} },
  }),
  event({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"q":"x"}' } }),
  event({ type: 'content_block_stop', index: 1 }),
  event({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } }),
  event({ type: 'message_stop' }),
]

function upstreamUrl(): string {
  return `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
}

function openai(): OpenAI {
  return observeOpenAI(new OpenAI({ apiKey: 'none', baseURL: `${upstreamUrl()}/v1`, maxRetries: 0 }), {
    tetrascope: client,
  })
}

function anthropic(): Anthropic {
  return observeAnthropic(new Anthropic({ apiKey: 'none', baseURL: upstreamUrl(), maxRetries: 0 }), {
    tetrascope: client,
  })
}

/** The one request of a session, as soon as the list has it. */
async function requestOf(sessionId: string): Promise<RequestBody> {
  const page = await eventually(
    () => product.getJson<RequestsBody>(`/api/tetrascope/v1/requests?session=${sessionId}`),
    ({ rows }) => rows.length > 0,
    ARRIVES_WITHIN_MS,
  )
  expect(page.rows).toHaveLength(1)
  const [row] = page.rows
  return product.getJson(`/api/tetrascope/v1/requests/${row?.traceId}/${row?.spanId}`)
}

describe('an application with the SDK', () => {
  test('a recorded request arrives with all that was said of it', async () => {
    client.recordRequest({
      model: 'qwen3-32b',
      provider: 'vllm',
      requestId: 'order-1',
      prompt: 'Where is my parcel?',
      response: 'In Oslo.',
      latencyMs: 900,
      ttftMs: 140,
      inputTokens: 40,
      outputTokens: 8,
      cacheReadTokens: 16,
      reasoningTokens: 3,
      finishReasons: ['stop'],
      userId: 'u-1',
      sessionId: 's-recorded',
      feature: 'tracking',
      promptVersion: '7',
      costUsd: 0.002,
      parameters: { temperature: 0.2 },
    })
    const { span, costUsd } = await requestOf('s-recorded')
    expect(span).toMatchObject({ kind: 'llm', service: 'shop', userId: 'u-1', status: 'ok' })
    expect(span.endMs - span.startMs).toBeCloseTo(900, 1)
    expect(span.llm).toMatchObject({
      requestModel: 'qwen3-32b',
      provider: 'vllm',
      ttftMs: 140,
      usage: { inputTokens: 40, outputTokens: 8, cacheReadTokens: 16, reasoningTokens: 3 },
      feature: 'tracking',
      promptVersion: '7',
      finishReasons: ['stop'],
      source: 'sdk',
      parameters: { temperature: 0.2 },
    })
    expect(costUsd).toBeCloseTo(0.002)
    expect(errors).toEqual([])
  })

  test('a call of the OpenAI client becomes a request, and its answer is the client’s own', async () => {
    const answer = await client.withContext({ sessionId: 's-whole', feature: 'sums' }, () =>
      openai().chat.completions.create({
        model: 'gpt-4o',
        user: 'u-2',
        messages: [{ role: 'user', content: '2 + 2?' }],
      }),
    )
    expect(answer).toMatchObject(COMPLETION)
    const { span } = await requestOf('s-whole')
    expect(span.userId).toBe('u-2')
    expect(span.llm).toMatchObject({
      requestModel: 'gpt-4o',
      responseModel: 'gpt-4o-2024-08-06',
      responseId: 'chatcmpl-1',
      feature: 'sums',
      finishReasons: ['stop'],
      inputMessages: [{ role: 'user', parts: [{ type: 'text', text: '2 + 2?' }] }],
      outputMessages: [{ role: 'assistant', parts: [{ type: 'text', text: 'Four.' }] }],
      usage: { inputTokens: 12, outputTokens: 5, cacheReadTokens: 4 },
    })
  })

  test('a stream of the OpenAI client passes chunk by chunk and is recorded with its first token and tool call', async () => {
    const stream = await client.withContext({ sessionId: 's-stream' }, () =>
      openai().chat.completions.create({
        model: 'gpt-4o',
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: 'user', content: 'Does it rain in Bergen?' }],
      }),
    )
    const chunks = []
    for await (const part of stream) chunks.push(part)
    expect(chunks).toHaveLength(COMPLETION_CHUNKS.length - 1)
    const { span } = await requestOf('s-stream')
    expect(span.llm).toMatchObject({
      streamed: true,
      finishReasons: ['tool_calls'],
      usage: { inputTokens: 12, outputTokens: 5 },
      outputMessages: [
        {
          parts: [
            { type: 'text', text: 'It rains in Bergen.' },
            { type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{"city":"Bergen"}' },
          ],
        },
      ],
    })
    expect(span.llm?.ttftMs).toBeGreaterThan(0)
    expect(span.llm?.ttftMs).toBeLessThanOrEqual(span.endMs - span.startMs)
  })

  test('a stream that the host leaves is recorded as aborted, with what had come', async () => {
    const stream = await client.withContext({ sessionId: 's-left' }, () =>
      openai().chat.completions.create({ model: 'gpt-4o', stream: true, messages: [{ role: 'user', content: 'Go' }] }),
    )
    for await (const part of stream) if (part.choices[0]?.delta.content) break
    const { span } = await requestOf('s-left')
    expect(span.llm).toMatchObject({
      errorType: 'aborted',
      outputMessages: [{ parts: [{ type: 'text', text: 'It rains ' }] }],
    })
  })

  test('an error of the provider reaches the host unchanged and is recorded with its code', async () => {
    const call = client.withContext({ sessionId: 's-broken' }, () =>
      openai().chat.completions.create({ model: 'broken', messages: [{ role: 'user', content: 'Hi' }] }),
    )
    await expect(call).rejects.toThrow(OpenAI.BadRequestError)
    const { span } = await requestOf('s-broken')
    expect(span).toMatchObject({ status: 'error', llm: { errorType: 'model_not_found' } })
  })

  test('the helpers of the clients still work, and each call counts once', async () => {
    const { data, response } = await client.withContext({ sessionId: 's-with-response' }, () =>
      openai()
        .chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })
        .withResponse(),
    )
    expect([data.id, response.status]).toEqual(['chatcmpl-1', 200])
    const text = await client.withContext({ sessionId: 's-helper' }, () =>
      openai()
        .chat.completions.stream({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })
        .finalContent(),
    )
    expect(text).toBe('It rains in Bergen.')
    expect((await requestOf('s-with-response')).span.llm?.responseId).toBe('chatcmpl-1')
    expect((await requestOf('s-helper')).span.llm?.responseId).toBe('chatcmpl-2')
  })

  test('Anthropic: input counts with its cache, whole and as a stream of the helper', async () => {
    const ask = { model: 'claude-next', max_tokens: 50, messages: [{ role: 'user' as const, content: '2 + 3?' }] }
    const answer = await client.withContext({ sessionId: 's-message' }, () =>
      anthropic().messages.create({ ...ask, system: 'Be brief.', metadata: { user_id: 'u-3' } }),
    )
    expect(answer.content).toEqual(MESSAGE.content)
    const final = await client.withContext({ sessionId: 's-message-stream' }, () =>
      anthropic().messages.stream(ask).finalMessage(),
    )
    expect(final.stop_reason).toBe('tool_use')
    const { span } = await requestOf('s-message')
    expect(span.userId).toBe('u-3')
    expect(span.llm).toMatchObject({
      provider: 'anthropic',
      usage: { inputTokens: 42, outputTokens: 6, cacheReadTokens: 30, cacheWriteTokens: 2 },
      finishReasons: ['end_turn'],
      inputMessages: [{ role: 'system' }, { role: 'user' }],
    })
    const streamed = (await requestOf('s-message-stream')).span
    expect(streamed.llm).toMatchObject({
      usage: { inputTokens: 42, outputTokens: 9 },
      finishReasons: ['tool_use'],
      outputMessages: [
        {
          parts: [
            { type: 'text', text: 'Let me look.' },
            { type: 'tool_call', name: 'search', arguments: '{"q":"x"}' },
          ],
        },
      ],
    })
  })

  test('calls inside spans form one trace, and feedback by the caller’s name finds the call', async () => {
    const traceId = await client.span('answer', { kind: 'agent', sessionId: 's-trace', input: 'Hi' }, async (agent) => {
      client.span('look up', { kind: 'tool' }, (tool) => tool.setOutput('nothing'))
      client.recordRequest({ model: 'm', requestId: 'inside-1', latencyMs: 1 })
      agent.setOutput('Hello')
      return agent.traceId
    })
    client.feedback({ requestId: 'inside-1', value: 'up' })
    client.recordEvent({ type: 'task_completed', sessionId: 's-trace' })
    client.groundTruth({ requestId: 'inside-1', expected: 'Hello' })
    expect(await client.flush()).toBe(true)
    const { spans } = await product.getJson<{ spans: { name: string; kind: string; parentSpanId: string }[] }>(
      `/api/tetrascope/v1/traces/${traceId}`,
    )
    expect(spans.map(({ kind }) => kind).sort()).toEqual(['agent', 'llm', 'tool'])
    expect(new Set(spans.filter(({ kind }) => kind !== 'agent').map((s) => s.parentSpanId)).size).toBe(1)
    const metrics = await (await fetch(`${product.url}/metrics`)).text()
    expect(metrics).toMatch(/llm_feedback_total\{value="[^"]+"\} 1/)
    expect(client.stats().dropped).toEqual({ queue_full: 0, refused: 0, unsent: 0, invalid: 0 })
  })
})

describe('a server that is away', () => {
  test('never throws, keeps what fits, counts what does not, and sends it when the server is back', async () => {
    const first = await Tetrascope.start()
    const address = new URL(first.url).host
    const lost: string[] = []
    const sender = createTetrascope({
      url: first.url,
      service: 'away',
      maxQueueItems: 10,
      flushIntervalMs: 50,
      onError: (message) => lost.push(message),
    })
    await first.kill()
    for (let i = 0; i < 12; i++) sender.recordRequest({ model: 'm', sessionId: 's-away', latencyMs: 1 })
    expect(await sender.flush(300)).toBe(false)
    expect(sender.stats()).toMatchObject({ queued: 10, sent: 0, dropped: { queue_full: 2 } })
    expect(lost.join('\n')).toMatch(/the queue is full[\s\S]*ECONNREFUSED/)

    const second = await Tetrascope.start({ data: first.data, args: ['--listen', address] })
    expect(await sender.flush(20_000)).toBe(true)
    const page = await second.getJson<RequestsBody>('/api/tetrascope/v1/requests?session=s-away')
    expect(page.rows).toHaveLength(10)
    await sender.close()
    await second.stop()
  })
})

describe('the examples of the README', () => {
  const root = path.resolve(import.meta.dirname, '../..')
  const readme = readFileSync(path.join(root, 'sdk/README.md'), 'utf8')
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match, index) => ({
    title: match[1]?.split('\n', 1)[0] ?? String(index),
    code: match[1] ?? '',
  }))

  test('there are some', () => {
    expect(examples.length).toBeGreaterThan(3)
  })

  test.each(examples)('$title', async ({ code }) => {
    const cache = path.join(root, 'node_modules/.cache')
    mkdirSync(cache, { recursive: true })
    const directory = mkdtempSync(path.join(cache, 'sdk-readme-'))
    const file = path.join(directory, 'example.mts')
    writeFileSync(file, code)
    const env = {
      ...process.env,
      TETRASCOPE_URL: product.url,
      OPENAI_API_KEY: 'none',
      OPENAI_BASE_URL: `${upstreamUrl()}/v1`,
      ANTHROPIC_API_KEY: 'none',
      ANTHROPIC_BASE_URL: upstreamUrl(),
    }
    const before = await countOfRequests()
    const { stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: root, env })
    rmSync(directory, { recursive: true })
    expect(stderr).toBe('')
    if (/recordRequest|observe/.test(code)) expect(await countOfRequests()).toBeGreaterThan(before)
  })
})

async function countOfRequests(): Promise<number> {
  return (await product.getJson<RequestsBody>('/api/tetrascope/v1/requests?limit=500')).rows.length
}
