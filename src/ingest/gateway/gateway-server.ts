import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { groupBy } from '../../util/group-by.ts'
import type { GatewayConfig, UpstreamConfig } from './config.ts'
import { headerOf, type Exchange, type ExchangeFailure } from './exchange.ts'
import { passedOn } from './hop-headers.ts'
import type { TimedChunk } from './server-sent-events.ts'
import { chooseUpstream } from './upstream.ts'

const MIB = 1024 * 1024
/** Connections to one upstream at once; further calls wait for one to be free, as they would in the caller's own client. */
const CONNECTIONS_PER_UPSTREAM = 1_024

export interface GatewayServerOptions {
  readonly config: GatewayConfig
  /** Whether a caller with this `x-tetrascope-token` may call. */
  readonly accepts: (token: string | undefined) => boolean
  /** A call of a model has begun (1) or ended (-1). */
  readonly onActive: (model: string, change: 1 | -1) => void
  /** Called after the last byte went to the caller; must not throw. */
  readonly onExchange: (exchange: Exchange) => void
}

/**
 * Passes calls on to their upstream and answers back, byte for byte and chunk by chunk as they come, and keeps a copy to
 * measure. It never retries, reroutes or changes a call.
 */
export class GatewayServer {
  readonly #options: GatewayServerOptions
  readonly #pools: ReadonlyMap<string, Pool>
  readonly #server: Server

  constructor(options: GatewayServerOptions) {
    this.#options = options
    const origins = groupBy(options.config.upstreams, originOf)
    this.#pools = new Map([...origins.keys()].map((origin) => [origin, createPool(origin, options.config)]))
    this.#server = createServer((request, response) => void this.#handle(request, response))
    // A caller may think for as long as it likes between two calls of a session.
    this.#server.keepAliveTimeout = 75_000
    this.#server.requestTimeout = 0
  }

  /** Resolves with the port. Rejects with `EADDRINUSE` and the like. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port))
    })
  }

  /** Takes no new calls and ends when those under way have ended, or at the latest after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    const force = setTimeout(() => this.#server.closeAllConnections(), graceMs)
    await closed
    clearTimeout(force)
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()))
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, this.#options.config.body_limit_mb * MIB)
    if (body === 'gone') return
    if (body === 'too-large')
      return refuse(response, 413, `the body is larger than ${this.#options.config.body_limit_mb} MB`)
    if (!this.#options.accepts(headerOf(request.headers, 'x-tetrascope-token')))
      return refuse(response, 401, 'a token is needed in the header x-tetrascope-token')
    const named = headerOf(request.headers, 'x-tetrascope-upstream')
    const model = modelIn(body)
    const destination = chooseUpstream({ path: request.url ?? '/', named, model }, this.#options.config.upstreams)
    if (destination === undefined) {
      const names = this.#options.config.upstreams.map(({ name }) => name).join(', ')
      return refuse(
        response,
        400,
        `no upstream ${JSON.stringify(named)} (header x-tetrascope-upstream); there are ${names}`,
      )
    }
    await this.#pass(
      model,
      new Passage({
        request,
        response,
        body,
        ...destination,
        captureLimit: this.#options.config.capture_limit_mb * MIB,
      }),
    )
  }

  async #pass(model: string, passage: Passage): Promise<void> {
    if (model !== '') this.#options.onActive(model, 1)
    try {
      const pool = this.#pools.get(originOf(passage.upstream))
      if (pool === undefined) throw new Error(`no pool for ${passage.upstream.name}`)
      this.#options.onExchange(await passage.run(pool))
    } finally {
      if (model !== '') this.#options.onActive(model, -1)
    }
  }
}

interface PassageOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
  readonly upstream: UpstreamConfig
  readonly path: string
  readonly captureLimit: number
}

/** One call on its way through. */
class Passage {
  readonly upstream: UpstreamConfig
  readonly #options: PassageOptions
  readonly #startMs = Date.now()
  readonly #start = performance.now()
  readonly #chunks: TimedChunk[] = []
  readonly #gone = new AbortController()
  #captured = 0
  /** Of the answer, once it has begun: what came of a stream that broke is read by them. */
  #responseHeaders: Exchange['responseHeaders'] = {}

  constructor(options: PassageOptions) {
    this.#options = options
    this.upstream = options.upstream
    options.response.once('close', () => {
      if (!options.response.writableFinished) this.#gone.abort()
    })
  }

  /** Resolves when the call is over, however it ended. */
  async run(pool: Pool): Promise<Exchange> {
    const { request, response, body } = this.#options
    try {
      const answer = await pool.request({
        method: request.method ?? 'GET',
        path: basePath(this.upstream) + this.#options.path,
        headers: passedOn(request.rawHeaders),
        body: body.length === 0 ? null : body,
        signal: this.#gone.signal,
        responseHeaders: 'raw',
      })
      const rawHeaders = answer.headers as unknown as string[]
      this.#responseHeaders = recordOfHeaders(rawHeaders)
      response.writeHead(answer.statusCode, passedOn(rawHeaders.map(String)))
      // Headers go out at once: a caller that streams waits for them.
      response.flushHeaders()
      await this.#copy(answer.body)
      return this.#exchange(answer.statusCode, undefined)
    } catch (error) {
      return this.#fail(error)
    }
  }

  /** Writes each chunk as it comes and waits for the caller where it is slower than the upstream. */
  #copy(source: NodeJS.ReadableStream): Promise<void> {
    const { response } = this.#options
    return new Promise((resolve, reject) => {
      source.on('data', (bytes: Buffer) => {
        if (!response.write(bytes)) {
          source.pause()
          response.once('drain', () => source.resume())
        }
        this.#capture(bytes)
      })
      source.once('end', () => response.end(resolve))
      source.once('error', reject)
    })
  }

  #capture(bytes: Buffer): void {
    if (this.#captured + bytes.length > this.#options.captureLimit) return
    this.#captured += bytes.length
    this.#chunks.push({ timeMs: this.#now(), bytes })
  }

  #fail(error: unknown): Exchange {
    const { response } = this.#options
    const message = error instanceof Error ? error.message : String(error)
    if (this.#gone.signal.aborted)
      return this.#exchange(response.headersSent ? response.statusCode : 0, { kind: 'aborted' })
    // After the first byte the only honest sign of a broken answer is a broken connection.
    if (response.headersSent) response.destroy()
    else refuse(response, 502, `the upstream ${this.upstream.name} did not answer: ${message}`)
    return this.#exchange(response.headersSent ? response.statusCode : 0, { kind: 'upstream-failed', message })
  }

  #exchange(status: number, failure: ExchangeFailure | undefined): Exchange {
    return {
      upstream: this.upstream,
      path: this.#options.path,
      requestHeaders: this.#options.request.headers,
      requestBody: this.#options.body,
      startMs: this.#startMs,
      endMs: this.#now(),
      status,
      responseHeaders: this.#responseHeaders,
      chunks: this.#chunks,
      failure,
    }
  }

  /** The wall clock at the start plus what the monotonic clock has counted since: fractions of a millisecond, and no jumps. */
  #now(): number {
    return this.#startMs + (performance.now() - this.#start)
  }
}

function createPool(origin: string, config: GatewayConfig): Pool {
  return new Pool(origin, {
    connections: CONNECTIONS_PER_UPSTREAM,
    pipelining: 1,
    connect: { timeout: config.connect_timeout_ms },
    // undici's own limits of 300 s cut off models that think for longer.
    headersTimeout: config.idle_timeout_ms,
    bodyTimeout: config.idle_timeout_ms,
  })
}

function originOf({ url }: UpstreamConfig): string {
  return new URL(url).origin
}

function basePath({ url }: UpstreamConfig): string {
  return new URL(url).pathname.replace(/\/$/, '')
}

function readBody(request: IncomingMessage, limit: number): Promise<Buffer | 'too-large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
    })
    request.once('end', () => resolve(size > limit ? 'too-large' : Buffer.concat(chunks)))
    request.once('error', () => resolve('gone'))
  })
}

/** The first `model` of a JSON body. The body is not parsed here: that would delay the call. */
function modelIn(body: Buffer): string {
  return /"model"\s*:\s*"([^"]*)"/.exec(body.subarray(0, 4_096).toString('latin1'))?.[1] ?? ''
}

function recordOfHeaders(raw: readonly unknown[]): Record<string, string> {
  const record: Record<string, string> = {}
  for (let i = 0; i + 1 < raw.length; i += 2) record[String(raw[i]).toLowerCase()] = String(raw[i + 1])
  return record
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ error: { message: `tetrascope gateway: ${message}`, type: 'gateway_error' } })
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}
