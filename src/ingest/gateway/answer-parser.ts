import { MalformedAnswerError, readAnswerHead, readField } from './answer-head.ts'

/** What becomes of an answer as it comes. None of these may throw. */
export interface AnswerReceiver {
  /** Once, before the others: of the final answer, not of 100 Continue and the like. */
  onHead(status: number, rawHeaders: readonly string[]): void
  /** A piece of the body as it came, without the marks of chunks. The receiver may keep it. */
  onData(bytes: Buffer): void
  onEnd(): void
  /** Instead of `onEnd`: there was no answer, or no whole one. */
  onError(error: Error): void
}

const MAX_HEAD_BYTES = 64 * 1024
const MAX_LINE_BYTES = 4 * 1024
/** Of an answer that keeps announcing itself. */
const MAX_INTERIM_HEADS = 16
const HEAD_END = Buffer.from('\r\n\r\n')
const LINE_END = Buffer.from('\r\n')
const EMPTY = Buffer.alloc(0)
const CHUNK_SIZE = /^([0-9a-f]{1,12})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/i

/** Reads one answer to a call from the bytes of a connection (RFC 9112), in whatever pieces they come. */
export class AnswerParser {
  readonly #method: string
  readonly #receiver: AnswerReceiver
  #state: 'head' | 'sized' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailers' | 'over' = 'head'
  /** The beginning of a head or a line whose end has not come. */
  #held: Buffer = EMPTY
  /** Bytes that are to come of a sized body or a chunk. */
  #left = 0
  #interimHeads = 0
  #trailerBytes = 0
  #keepAliveMs = 0

  constructor(method: string, receiver: AnswerReceiver) {
    this.#method = method
    this.#receiver = receiver
  }

  get isOver(): boolean {
    return this.#state === 'over'
  }

  /** How long the connection may wait for its next call; 0: it takes no other. Known when the answer is over. */
  get keepAliveMs(): number {
    return this.#keepAliveMs
  }

  /** Throws `MalformedAnswerError`, also for bytes behind the end: nobody has asked for them. */
  feed(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) at = this.#step(bytes, at)
  }

  /** Nothing more will come. False when something is missing. */
  close(): boolean {
    if (this.#state === 'until-close') this.#end()
    return this.isOver
  }

  /** Reads from `at`; returns up to where. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readUpTo(HEAD_END, MAX_HEAD_BYTES, bytes, at)
      case 'chunk-size':
      case 'chunk-end':
      case 'trailers':
        return this.#readUpTo(LINE_END, MAX_LINE_BYTES, bytes, at)
      case 'until-close':
        this.#receiver.onData(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      case 'sized':
      case 'chunk':
        return this.#readBody(bytes, at)
      case 'over':
        throw new MalformedAnswerError('bytes behind its end')
    }
  }

  #readUpTo(mark: Buffer, maxBytes: number, bytes: Buffer, at: number): number {
    const rest = bytes.subarray(at)
    const heldBytes = this.#held.length
    const text = heldBytes === 0 ? rest : Buffer.concat([this.#held, rest])
    const end = text.indexOf(mark)
    if ((end === -1 ? text.length : end) > maxBytes)
      throw new MalformedAnswerError(`a line or head of over ${maxBytes} bytes`)
    this.#held = end === -1 ? text : EMPTY
    if (end === -1) return bytes.length
    this.#take(text.toString('latin1', 0, end))
    return at + end + mark.length - heldBytes
  }

  #take(text: string): void {
    switch (this.#state) {
      case 'head':
        return this.#takeHead(text)
      case 'chunk-size':
        return this.#takeChunkSize(text)
      case 'chunk-end':
        if (text !== '') throw new MalformedAnswerError('a chunk is longer than it said')
        this.#state = 'chunk-size'
        return
      default:
        return this.#takeTrailer(text)
    }
  }

  #takeHead(text: string): void {
    const { status, rawHeaders, framing, keepAliveMs } = readAnswerHead(text, this.#method)
    if (status < 200) {
      if (status === 101 || ++this.#interimHeads > MAX_INTERIM_HEADS) throw new MalformedAnswerError(`status ${status}`)
      return
    }
    this.#keepAliveMs = keepAliveMs
    this.#receiver.onHead(status, rawHeaders)
    this.#state = framing.kind === 'chunked' ? 'chunk-size' : framing.kind
    if (framing.kind !== 'sized') return
    this.#left = framing.bytes
    if (framing.bytes === 0) this.#end()
  }

  #takeChunkSize(text: string): void {
    const size = CHUNK_SIZE.exec(text)?.[1]
    if (size === undefined) throw new MalformedAnswerError(`chunk size ${JSON.stringify(text.slice(0, 100))}`)
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailers' : 'chunk'
  }

  /** Trailers concern this connection and are not passed on. */
  #takeTrailer(text: string): void {
    if (text === '') return this.#end()
    readField(text)
    this.#trailerBytes += text.length
    if (this.#trailerBytes > MAX_HEAD_BYTES) throw new MalformedAnswerError(`trailers of over ${MAX_HEAD_BYTES} bytes`)
  }

  #readBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    this.#receiver.onData(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    if (this.#left > 0) return end
    if (this.#state === 'chunk') this.#state = 'chunk-end'
    else this.#end()
    return end
  }

  #end(): void {
    this.#state = 'over'
    this.#receiver.onEnd()
  }
}
