import { constants, createServer, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { StoreUnavailableError } from '../../storage/store.ts'
import { decompress } from './decompress.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'
import { type OtlpSinks, receiveOtlpBody } from './receive.ts'
import { encodeOtlpResponse, type OtlpSignal } from './response.ts'

/**
 * OTLP/gRPC without a gRPC library: three unary methods over HTTP/2 without TLS are little more than a length before each
 * message and a status in the trailers. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
const METHODS: Readonly<Record<string, OtlpSignal>> = {
  '/opentelemetry.proto.collector.trace.v1.TraceService/Export': 'traces',
  '/opentelemetry.proto.collector.logs.v1.LogsService/Export': 'logs',
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export': 'metrics',
}

/** Calls of one connection that may be under way at the same time. */
const MAX_CONCURRENT_CALLS = 100
/** One byte that tells whether the message is compressed, four that tell how long it is. */
const PREFIX_BYTES = 5

const OK = 0
const INVALID_ARGUMENT = 3
const RESOURCE_EXHAUSTED = 8
const UNIMPLEMENTED = 12
const INTERNAL = 13
const UNAVAILABLE = 14
const UNAUTHENTICATED = 16

export interface OtlpGrpcOptions {
  readonly sinks: OtlpSinks
  /** Whether a caller with this `authorization` header ('' when absent) may send; everybody by default. */
  readonly authorize?: (authorization: string) => boolean
}

/** An error as gRPC answers it. */
class GrpcError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.name = 'GrpcError'
    this.code = code
  }
}

/** Takes OTLP over gRPC. Lifecycle: construct, `listen`, `close`. */
export class OtlpGrpcServer {
  readonly #options: OtlpGrpcOptions
  readonly #server: Http2Server
  readonly #sessions = new Set<{ close: () => void }>()

  constructor(options: OtlpGrpcOptions) {
    this.#options = options
    this.#server = createServer({ settings: { maxConcurrentStreams: MAX_CONCURRENT_CALLS } })
    this.#server.on('stream', (stream, headers) => {
      // A caller who goes away is not our error; what it had sent is committed or it is not.
      stream.on('error', () => undefined)
      void this.#answer(stream, headers)
    })
    this.#server.on('sessionError', (error) =>
      options.sinks.log.debug({ error }, 'a gRPC connection ended with an error'),
    )
  }

  /** Gives the port, which is chosen by the system when 0 is asked for. Rejects when it cannot be taken. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  /** Takes no more calls and resolves when those under way are answered. Idempotent. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      for (const session of this.#sessions) session.close()
    })
  }

  async #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    this.#remember(stream)
    try {
      const message = await this.#export(stream, headers)
      respond(stream, message)
    } catch (error) {
      refuse(stream, this.#errorOf(error))
    }
  }

  #remember({ session }: ServerHttp2Stream): void {
    if (session === undefined || this.#sessions.has(session)) return
    this.#sessions.add(session)
    session.once('close', () => this.#sessions.delete(session))
  }

  async #export(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<Buffer> {
    const { sinks, authorize } = this.#options
    const signal = METHODS[headers[':path'] ?? '']
    if (signal === undefined) throw new GrpcError(UNIMPLEMENTED, `unknown method ${headers[':path']}`)
    if (authorize !== undefined && !authorize(headers.authorization ?? '')) {
      throw new GrpcError(UNAUTHENTICATED, 'a key is needed: send it as `authorization` metadata')
    }
    const body = await messageOf(await readAll(stream, sinks.maxBodyBytes), headers, sinks.maxBodyBytes)
    const outcome = await receiveOtlpBody(signal, body, 'protobuf', sinks)
    return encodeOtlpResponse(signal, 'protobuf', outcome)
  }

  #errorOf(error: unknown): GrpcError {
    if (error instanceof GrpcError) return error
    if (error instanceof OtlpDecodeError) return new GrpcError(INVALID_ARGUMENT, error.message)
    if (error instanceof StoreUnavailableError) return new GrpcError(UNAVAILABLE, error.message)
    this.#options.sinks.log.error({ error }, 'an OTLP call was taken and could not be processed')
    return new GrpcError(INTERNAL, error instanceof Error ? error.message : String(error))
  }
}

/** Not by async iteration: leaving that early destroys the stream, and the caller would see no reason. */
function readAll(stream: ServerHttp2Stream, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes + PREFIX_BYTES) chunks.push(chunk)
      else reject(new GrpcError(RESOURCE_EXHAUSTED, `the message is larger than ${maxBytes} bytes`))
    })
    stream.once('end', () => resolve(Buffer.concat(chunks)))
    stream.once('close', () => reject(new GrpcError(INTERNAL, 'the caller went away')))
  })
}

/** The one message of a unary call, unpacked. */
async function messageOf(body: Buffer, headers: IncomingHttpHeaders, maxBytes: number): Promise<Buffer> {
  if (body.length < PREFIX_BYTES)
    throw new GrpcError(INVALID_ARGUMENT, `found ${body.length} bytes, expected one message`)
  const length = body.readUInt32BE(1)
  if (body.length !== PREFIX_BYTES + length) {
    throw new GrpcError(INVALID_ARGUMENT, `the message says ${length} bytes, ${body.length - PREFIX_BYTES} came`)
  }
  const message = body.subarray(PREFIX_BYTES)
  const encoding = body[0] === 0 ? '' : String(headers['grpc-encoding'] ?? '')
  const unpacked = await decompress(message, encoding, maxBytes)
  if (Buffer.isBuffer(unpacked)) return unpacked
  const codes = { too_large: RESOURCE_EXHAUSTED, unknown_encoding: UNIMPLEMENTED, malformed: INVALID_ARGUMENT }
  throw new GrpcError(codes[unpacked.reason], unpacked.message)
}

const HEADERS = {
  [constants.HTTP2_HEADER_STATUS]: 200,
  [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
  'grpc-accept-encoding': 'identity,gzip,deflate',
}

function respond(stream: ServerHttp2Stream, message: Buffer): void {
  if (stream.destroyed) return
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.writeUInt32BE(message.length, 1)
  stream.respond(HEADERS, { waitForTrailers: true })
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(OK) }))
  stream.end(Buffer.concat([prefix, message]))
}

/** An error needs no body: headers and trailers in one. What the caller still sends is not read. */
function refuse(stream: ServerHttp2Stream, error: GrpcError): void {
  if (stream.destroyed || stream.headersSent) return
  const status = { 'grpc-status': String(error.code), 'grpc-message': encodeURI(error.message) }
  stream.respond({ ...HEADERS, ...status }, { endStream: true })
  stream.resume()
}
