import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { GatewayConfig, UpstreamConfig } from './config.ts'
import { headerOf, type Exchange } from './exchange.ts'
import { passedOn } from './hop-headers.ts'
import { Passage } from './passage.ts'
import { refuse } from './refuse.ts'
import { basePathOf, chooseUpstream } from './upstream.ts'
import { UpstreamPool } from './upstream-pool.ts'

const MIB = 1024 * 1024

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
  readonly #ways: ReadonlyMap<UpstreamConfig, Way>
  readonly #server: Server

  constructor(options: GatewayServerOptions) {
    this.#options = options
    this.#ways = waysTo(options.config)
    this.#server = createServer((request, response) => this.#handle(request, response))
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
    for (const { pool } of this.#ways.values()) pool.close()
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const { config } = this.#options
    readBody(request, config.body_limit_mb * MIB, (body) => {
      if (body === undefined) refuse(response, 413, `the body is larger than ${config.body_limit_mb} MB`)
      else this.#pass(request, response, body)
    })
  }

  #pass(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const { config, accepts, onActive, onExchange } = this.#options
    if (!accepts(headerOf(request.headers, 'x-tetrascope-token')))
      return refuse(response, 401, 'a token is needed in the header x-tetrascope-token')
    const named = headerOf(request.headers, 'x-tetrascope-upstream')
    const model = modelIn(body)
    const destination = chooseUpstream({ target: request.url ?? '/', named, model }, config.upstreams)
    const way = destination === undefined ? undefined : this.#ways.get(destination.upstream)
    if (destination === undefined || way === undefined) {
      const names = config.upstreams.map(({ name }) => name).join(', ')
      const found = named === '' ? `at ${request.url}` : `${JSON.stringify(named)} (header x-tetrascope-upstream)`
      return refuse(response, 400, `no upstream ${found}; there are ${names}`)
    }
    const onEnd = (exchange: Exchange): void => {
      if (model !== '') onActive(model, -1)
      onExchange(exchange)
    }
    const captureLimit = config.capture_limit_mb * MIB
    const passage = new Passage({ request, response, body, ...destination, captureLimit, onEnd })
    if (model !== '') onActive(model, 1)
    const upstreamRequest = {
      method: request.method ?? 'GET',
      path: way.basePath + destination.path,
      rawHeaders: passedOn(request.rawHeaders),
      body,
    }
    passage.follow(way.pool.send(upstreamRequest, passage))
  }
}

/** How an upstream is reached. */
interface Way {
  readonly pool: UpstreamPool
  readonly basePath: string
}

/** Upstreams at one origin share their connections. */
function waysTo(config: GatewayConfig): Map<UpstreamConfig, Way> {
  const pools = new Map<string, UpstreamPool>()
  const timeouts = { connectTimeoutMs: config.connect_timeout_ms, idleTimeoutMs: config.idle_timeout_ms }
  return new Map(
    config.upstreams.map((upstream) => {
      const url = new URL(upstream.url)
      const pool = pools.get(url.origin) ?? new UpstreamPool({ url, ...timeouts })
      pools.set(url.origin, pool)
      return [upstream, { pool, basePath: basePathOf(upstream) }]
    }),
  )
}

/** Calls back with the body, or with undefined when it is too large; not at all when the caller goes away before its end. */
function readBody(request: IncomingMessage, limit: number, onBody: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
  })
  request.once('end', () => onBody(size > limit ? undefined : joined(chunks)))
  request.once('error', () => {})
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks)
}

/** The first `model` of a JSON body. The body is not parsed here: that would delay the call. */
function modelIn(body: Buffer): string {
  return /"model"\s*:\s*"([^"]*)"/.exec(body.subarray(0, 4_096).toString('latin1'))?.[1] ?? ''
}
