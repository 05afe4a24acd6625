import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Span, textOf } from '../../model/span.ts'
import { gatewayConfig } from './config.ts'
import type { Exchange } from './exchange.ts'
import { spanOfExchange } from './exchange-span.ts'
import { GatewayServer } from './gateway-server.ts'

const folder = path.resolve(import.meta.dirname, '../../../../shared/data/provider-cassettes')

interface Recording {
  readonly file: string
  readonly provider: string
  readonly method: string
  readonly path: string
  readonly requestBody: string
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/** What the provider answered, read here once more and by other means than the gateway's. */
interface Recorded {
  readonly finish: string | undefined
  readonly output: number | undefined
  readonly total: number | undefined
  readonly text: string
}

describe.skipIf(!existsSync(folder))('recorded calls of real providers through the gateway', () => {
  const recordings = existsSync(folder) ? readRecordings() : []
  let playing: Recording | undefined
  let upstream: Server
  let gateway: GatewayServer
  let gatewayPort = 0
  let exchange: Exchange | undefined

  beforeAll(async () => {
    upstream = createServer((incoming, response) => {
      incoming.resume().on('end', () => response.writeHead(playing?.status ?? 500, playing?.headers).end(playing?.body))
    })
    const port = await listen(upstream)
    const upstreams = ['openai', 'anthropic', 'ollama'].map((name) => ({
      name,
      url: `http://127.0.0.1:${port}`,
      models: [],
    }))
    gateway = new GatewayServer({
      config: gatewayConfig.parse({ upstreams }),
      accepts: () => true,
      onActive: () => undefined,
      onExchange: (done) => {
        exchange = done
      },
    })
    gatewayPort = await gateway.listen('127.0.0.1', 0)
  })

  afterAll(async () => {
    await gateway.close(100)
    upstream.close()
  })

  async function play(recording: Recording): Promise<{ bytes: Buffer; span: Span | undefined }> {
    playing = recording
    exchange = undefined
    const answer = await request(`http://127.0.0.1:${gatewayPort}${recording.path}`, {
      method: recording.method as 'POST',
      headers: { 'content-type': 'application/json', 'x-tetrascope-upstream': recording.provider },
      body: recording.method === 'GET' ? null : recording.requestBody,
    })
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const seen = exchange as Exchange | undefined
    return {
      bytes,
      span:
        seen === undefined
          ? undefined
          : spanOfExchange(seen, { newTraceId: () => 'a'.repeat(32), newSpanId: () => 'b'.repeat(16) }),
    }
  }

  test('every call is passed on byte for byte and measured right', async () => {
    const wrong: string[] = []
    let calls = 0
    for (const recording of recordings) {
      const { bytes, span } = await play(recording)
      if (!bytes.equals(recording.body)) wrong.push(`${recording.file}: the body was changed`)
      if (!isModelCall(recording) || span === undefined) continue
      calls++
      wrong.push(...differences(recording, span).map((difference) => `${recording.file}: ${difference}`))
    }
    expect(wrong).toEqual([])
    expect(calls).toBeGreaterThan(400)
  }, 120_000)
})

function isModelCall({ path: target, method }: Recording): boolean {
  return (
    method === 'POST' &&
    /\/(chat\/completions|completions|embeddings|responses|messages|api\/(chat|generate))(\?|$)/.test(target)
  )
}

function differences(recording: Recording, span: Span): string[] {
  const { llm } = span
  if (llm === undefined) return ['no model call']
  if (recording.status >= 400) return llm.errorType === '' ? ['the error was not seen'] : []
  const recorded = readRecorded(recording)
  return [
    llm.requestModel === '' && recording.requestBody.includes('"model"') ? 'no model' : '',
    recorded.output !== undefined && llm.usage.outputTokens !== recorded.output
      ? `output ${llm.usage.outputTokens} ≠ ${recorded.output}`
      : '',
    recorded.total !== undefined && (llm.usage.inputTokens ?? 0) + (llm.usage.outputTokens ?? 0) !== recorded.total
      ? `total ${llm.usage.inputTokens} + ${llm.usage.outputTokens} ≠ ${recorded.total}`
      : '',
    recorded.finish !== undefined && !llm.finishReasons.includes(recorded.finish)
      ? `finish ${llm.finishReasons.join()} ≠ ${recorded.finish}`
      : '',
    recorded.text !== '' && !textOf(llm.outputMessages).includes(recorded.text.trim())
      ? `text ${JSON.stringify(textOf(llm.outputMessages)).slice(0, 60)} lacks ${JSON.stringify(recorded.text).slice(0, 60)}`
      : '',
  ].filter((difference) => difference !== '')
}

/** Reads single fields out of the text by pattern, so that a fault of the gateway's reading is not repeated here. */
function readRecorded({ body, headers }: Recording): Recorded {
  const text = (
    headers['content-encoding'] === 'gzip'
      ? gunzipSync(body)
      : headers['content-encoding'] === 'br'
        ? brotliDecompressSync(body)
        : body
  ).toString('utf8')
  const last = (pattern: RegExp): string | undefined => [...text.matchAll(pattern)].at(-1)?.[1]
  const number = (pattern: RegExp): number | undefined =>
    last(pattern) === undefined ? undefined : Number(last(pattern))
  const single =
    /^\s*\{/.test(text) && !text.includes('\n{')
      ? (JSON.parse(text) as { choices?: { message?: { content?: unknown } }[] })
      : undefined
  const content = single?.choices?.[0]?.message?.content
  return {
    finish: last(/"(?:finish_reason|stop_reason|done_reason)":\s*"([^"]+)"/g),
    output: number(/"(?:completion_tokens|output_tokens|eval_count)":\s*(\d+)/g),
    total: number(/"total_tokens":\s*(\d+)/g),
    text: typeof content === 'string' ? content : '',
  }
}

interface CassetteFile {
  readonly interactions?: ReadonlyArray<{
    readonly request: { readonly method: string; readonly uri: string; readonly body?: unknown }
    readonly response: {
      readonly status: { readonly code: number }
      readonly headers: Readonly<Record<string, readonly string[]>>
      readonly body: { readonly string?: string | Uint8Array }
    }
  }>
}

function readRecordings(): Recording[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'))
  return files.flatMap((file) => {
    const { interactions = [] } = parse(readFileSync(path.join(folder, file), 'utf8'), {
      customTags: ['binary'],
    }) as CassetteFile
    return interactions.map(({ request: sent, response }, i) => {
      const url = new URL(sent.uri)
      const encoding = Object.entries(response.headers).find(
        ([name]) => name.toLowerCase() === 'content-encoding',
      )?.[1][0]
      const type = Object.entries(response.headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1][0]
      const body = Buffer.from(response.body.string ?? '')
      const compressed =
        encoding === 'gzip' ? body[0] === 0x1f : encoding === 'br' && !/^[{d]/.test(body.toString('latin1'))
      return {
        file: `${path.basename(file)}#${i}`,
        provider: file.includes('anthropic') ? 'anthropic' : file.includes('ollama') ? 'ollama' : 'openai',
        method: sent.method,
        path: url.pathname + url.search,
        requestBody: typeof sent.body === 'string' ? sent.body : '',
        status: response.status.code,
        headers: {
          'content-type': type ?? 'application/json',
          ...(compressed && encoding !== undefined && { 'content-encoding': encoding }),
        },
        body,
      }
    })
  })
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
