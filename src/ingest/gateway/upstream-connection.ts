import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { AnswerParser } from './answer-parser.ts'
import type { Carrier, UpstreamCall, UpstreamRequest } from './upstream-call.ts'

export interface UpstreamConnectionOptions {
  readonly url: URL
  readonly connectTimeoutMs: number
  /** Longest silence while a call is under way; 0: no limit. */
  readonly idleTimeoutMs: number
  /** For `https:`, beside what the URL says. */
  readonly tls?: ConnectionOptions | undefined
  /** It has nothing to carry and can take a call. */
  readonly onIdle: (connection: UpstreamConnection) => void
  readonly onClosed: (connection: UpstreamConnection) => void
}

/** A body up to this size leaves in one piece with its head; copying a longer one would take longer than a second write. */
const MAX_COPIED_BYTES = 16 * 1024
const PROBE_AFTER_MS = 60_000
/** Methods whose calls say that they have no body (RFC 9110, section 8.6). */
const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])
const LINE_BREAK = /[\r\n\0]/
const NOT_OF_A_PATH = /[^\x21-\xff]/

/** A connection to an upstream, for one call after the other, each sent once and never again. */
export class UpstreamConnection implements Carrier {
  readonly #options: UpstreamConnectionOptions
  readonly #socket: Socket
  #call: UpstreamCall | undefined
  #parser: AnswerParser | undefined
  #error: Error | undefined

  constructor(options: UpstreamConnectionOptions) {
    this.#options = options
    this.#socket = openSocket(options)
    this.#socket.on('data', (bytes: Buffer) => this.#onData(bytes))
    this.#socket.once('end', () => this.#onEnd())
    this.#socket.once('error', (error: NodeJS.ErrnoException) => (this.#error ??= withMessage(error)))
    this.#socket.once('close', () => this.#onClose())
    this.#socket.on('timeout', () => this.#break(new Error(`it was silent for ${this.#socket.timeout} ms`)))
  }

  /** Only for a connection that is new or idle. */
  carry(call: UpstreamCall): void {
    this.#call = call
    this.#parser = new AnswerParser(call.request.method, call.receiver)
    call.carrier = this
    this.#socket.setTimeout(this.#options.idleTimeoutMs)
    const head = headOf(call.request, this.#options.url.host)
    const { body } = call.request
    if (body.length <= MAX_COPIED_BYTES)
      return void this.#socket.write(Buffer.concat([Buffer.from(head, 'latin1'), body]))
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.#socket.write(body)
    this.#socket.uncork()
  }

  pause(): void {
    this.#socket.pause()
    this.#socket.setTimeout(0)
  }

  resume(): void {
    this.#socket.setTimeout(this.#options.idleTimeoutMs)
    this.#socket.resume()
  }

  drop(): void {
    this.#socket.destroy()
  }

  #onData(bytes: Buffer): void {
    if (this.#parser === undefined) return this.#break(new Error('it sent what nobody had asked for'))
    try {
      this.#parser.feed(bytes)
      if (this.#parser.isOver) this.#finish(this.#parser.keepAliveMs)
    } catch (error) {
      this.#finishIfOver()
      this.#break(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #onEnd(): void {
    this.#parser?.close()
    this.#finishIfOver()
    this.#break(new Error('it closed the connection before its answer was complete'))
  }

  /** For an answer behind which the connection is of no more use. */
  #finishIfOver(): void {
    if (this.#parser?.isOver === true) this.#finish(0)
  }

  #finish(keepAliveMs: number): void {
    if (this.#call !== undefined) this.#call.isOver = true
    this.#call = undefined
    this.#parser = undefined
    // An upstream that answers before it has read the whole call may take what is left of it for the next one.
    if (keepAliveMs === 0 || this.#socket.destroyed || this.#socket.writableLength > 0) return this.drop()
    this.#socket.resume()
    this.#socket.setTimeout(keepAliveMs)
    this.#options.onIdle(this)
  }

  #break(error: Error): void {
    this.#error ??= error
    this.drop()
    this.#options.onClosed(this)
  }

  #onClose(): void {
    this.#options.onClosed(this)
    this.#call?.fail(this.#error ?? new Error('the connection was closed'))
    this.#call = undefined
  }
}

/** Of several addresses that were tried in vain Node says the code only. */
function withMessage(error: NodeJS.ErrnoException): Error {
  return error.message === '' ? new Error(error.code ?? error.name) : error
}

function openSocket({ url, connectTimeoutMs, tls }: UpstreamConnectionOptions): Socket {
  const isSecure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = Number(url.port) || (isSecure ? 443 : 80)
  const plain = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: PROBE_AFTER_MS }
  const socket = isSecure
    ? connectTls({ ...plain, ALPNProtocols: ['http/1.1'], ...(isIP(host) === 0 && { servername: host }), ...tls })
    : connectPlain(plain)
  const giveUp = setTimeout(
    () => socket.destroy(new Error(`no connection to ${url.host} within ${connectTimeoutMs} ms`)),
    connectTimeoutMs,
  )
  const keep = (): void => clearTimeout(giveUp)
  socket.once(isSecure ? 'secureConnect' : 'connect', keep).once('close', keep)
  return socket
}

/** Throws when something in it would end its line: that would be a second call. */
function headOf({ method, path, rawHeaders, body }: UpstreamRequest, host: string): string {
  let head = `host: ${host}\r\nconnection: keep-alive\r\n`
  let saysLength = body.length > 0 || WITH_BODY.has(method)
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]]
    if (LINE_BREAK.test(name) || LINE_BREAK.test(value))
      throw new Error(`a line break in header ${JSON.stringify(name)}`)
    // The caller's parser has held it to the body; said once here, it cannot be said twice.
    if (name.toLowerCase() === 'content-length') saysLength = true
    else head += `${name}: ${value}\r\n`
  }
  if (NOT_OF_A_PATH.test(path) || LINE_BREAK.test(method)) throw new Error(`no path: ${JSON.stringify(path)}`)
  return `${method} ${path} HTTP/1.1\r\n${head}${saysLength ? `content-length: ${body.length}\r\n` : ''}\r\n`
}
