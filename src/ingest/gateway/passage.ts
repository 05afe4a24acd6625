import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnswerReceiver } from './answer-parser.ts'
import type { UpstreamConfig } from './config.ts'
import type { Exchange, ExchangeFailure } from './exchange.ts'
import { passedOn } from './hop-headers.ts'
import { refuse } from './refuse.ts'
import type { TimedChunk } from './server-sent-events.ts'
import type { UpstreamCall } from './upstream-call.ts'

export interface PassageOptions {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Buffer
  readonly upstream: UpstreamConfig
  /** The path at the upstream, after the path of its own URL. */
  readonly path: string
  readonly captureLimit: number
  /** Called once, when the call is over, however it ended; must not throw. */
  readonly onEnd: (exchange: Exchange) => void
}

/**
 * One call on its way through. It is given each piece of the answer as it comes from the socket: no streams, promises or signals between
 * the two sockets, as each of them costs as much as the rest of a call.
 */
export class Passage implements AnswerReceiver {
  readonly #options: PassageOptions
  readonly #startMs = Date.now()
  readonly #start = performance.now()
  readonly #chunks: TimedChunk[] = []
  #captured = 0
  #upstreamCall: UpstreamCall | undefined
  /** Of the answer, once it has begun: what came of a stream that broke is read by them. */
  #responseHeaders: Exchange['responseHeaders'] = {}
  #failure: ExchangeFailure | undefined
  #ended = false

  constructor(options: PassageOptions) {
    this.#options = options
    options.response.once('close', () => this.#callerDone())
  }

  /** The call that this is told of, as soon as it is made. */
  follow(call: UpstreamCall): void {
    this.#upstreamCall = call
  }

  onHead(status: number, rawHeaders: readonly string[]): void {
    const { response } = this.#options
    this.#responseHeaders = recordOf(rawHeaders)
    response.writeHead(status, passedOn(rawHeaders))
    // What came in one piece leaves in one piece; a head that came alone goes out at once, as a caller that streams waits for it.
    process.nextTick(flushHead, response)
  }

  onData(bytes: Buffer): void {
    if (this.#ended) return
    const { response } = this.#options
    if (!response.write(bytes)) {
      // The caller is slower than the upstream, which therefore waits.
      this.#upstreamCall?.pause()
      response.once('drain', () => this.#upstreamCall?.resume())
    }
    this.#capture(bytes)
  }

  onEnd(): void {
    this.#options.response.end()
  }

  onError(error: Error): void {
    if (this.#ended) return
    const { response, upstream } = this.#options
    this.#failure = { kind: 'upstream-failed', message: error.message }
    const status = response.headersSent ? response.statusCode : 0
    // After the first byte the only honest sign of a broken answer is a broken connection.
    if (response.headersSent) response.destroy()
    else refuse(response, 502, `the upstream ${upstream.name} did not answer: ${error.message}`)
    this.#end(status)
  }

  /** The answer is with the operating system, or the caller's connection has closed before. */
  #callerDone(): void {
    if (this.#ended) return
    const { response } = this.#options
    if (!response.writableFinished) this.#failure = { kind: 'aborted' }
    this.#end(response.headersSent ? response.statusCode : 0)
    if (this.#failure !== undefined) this.#upstreamCall?.abort()
  }

  #capture(bytes: Buffer): void {
    if (this.#captured + bytes.length > this.#options.captureLimit) return
    this.#captured += bytes.length
    this.#chunks.push({ timeMs: this.#now(), bytes })
  }

  #end(status: number): void {
    this.#ended = true
    const { request, body, upstream, path, onEnd } = this.#options
    onEnd({
      upstream,
      path,
      requestHeaders: request.headers,
      requestBody: body,
      startMs: this.#startMs,
      endMs: this.#now(),
      status,
      responseHeaders: this.#responseHeaders,
      chunks: this.#chunks,
      failure: this.#failure,
    })
  }

  /** The wall clock at the start plus what the monotonic clock has counted since: fractions of a millisecond, and no jumps. */
  #now(): number {
    return this.#startMs + (performance.now() - this.#start)
  }
}

function flushHead(response: ServerResponse): void {
  if (!response.destroyed) response.flushHeaders()
}

/** By name in small letters; of a name that comes more than once all values. */
function recordOf(rawHeaders: readonly string[]): Exchange['responseHeaders'] {
  const headers = new Map<string, string | string[]>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i]?.toLowerCase() ?? '', rawHeaders[i + 1] ?? '']
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(headers)
}
