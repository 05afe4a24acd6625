import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { UpstreamConfig } from './config.ts'
import type { Exchange, ExchangeFailure } from './exchange.ts'
import { passedOn } from './hop-headers.ts'
import { refuse } from './refuse.ts'
import type { TimedChunk } from './server-sent-events.ts'

/** Reason of a cancelled call; it is seen by nobody. */
const CALLER_GONE = new Error('the caller went away')

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
 * One call on its way through. The dispatcher calls it with each piece of the answer as it comes from the socket: no streams, promises
 * or signals between the two sockets, as each of them costs as much as the rest of a call.
 */
export class Passage implements Dispatcher.DispatchHandler {
  readonly #options: PassageOptions
  readonly #startMs = Date.now()
  readonly #start = performance.now()
  readonly #chunks: TimedChunk[] = []
  #captured = 0
  #upstreamCall: Dispatcher.DispatchController | undefined
  /** Of the answer, once it has begun: what came of a stream that broke is read by them. */
  #responseHeaders: Exchange['responseHeaders'] = {}
  #failure: ExchangeFailure | undefined
  #ended = false

  constructor(options: PassageOptions) {
    this.#options = options
    options.response.once('close', () => this.#callerDone())
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#upstreamCall = controller
    if (this.#ended) controller.abort(CALLER_GONE)
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Exchange['responseHeaders'],
  ): void {
    // 100 Continue and the like concern the connection to the upstream.
    if (status < 200) return
    const { response } = this.#options
    this.#responseHeaders = headers
    response.writeHead(status, passedOn(textsOf(controller.rawHeaders)))
    // What came in one piece leaves in one piece; a head that came alone goes out at once, as a caller that streams waits for it.
    process.nextTick(flushHead, response)
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    const { response } = this.#options
    if (!response.write(bytes)) {
      // The caller is slower than the upstream, which therefore waits.
      controller.pause()
      response.once('drain', () => controller.resume())
    }
    this.#capture(bytes)
  }

  onResponseEnd(): void {
    this.#options.response.end()
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
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
    if (this.#failure !== undefined) this.#upstreamCall?.abort(CALLER_GONE)
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

/** HTTP/1.1 headers are bytes; as latin1 they come out as they came in. */
function textsOf(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  return Array.isArray(raw)
    ? raw.map((text: Buffer | string) => (typeof text === 'string' ? text : text.toString('latin1')))
    : []
}
