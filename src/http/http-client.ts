import { STATUS_CODES } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { HttpConfig } from './config.ts'
import { HttpAccess } from './http-access.ts'

/** A GET that did not give a usable answer. The message names the URL and what happened. */
export class HttpGetError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HttpGetError'
  }
}

export interface HttpGet {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Of the body, as sent and as unpacked; more is refused. */
  readonly bodyLimitBytes: number
  /** Ends the request: when its time is up, or on shutdown. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly body: Buffer
  /** '' when the server names none. */
  readonly contentType: string
}

const unpack = promisify(gunzip)

/** Reads from servers that share one HTTP configuration. */
export class HttpClient {
  readonly #access: HttpAccess

  constructor(config: HttpConfig) {
    this.#access = new HttpAccess(config)
  }

  /** The answer of a server with status 200. Throws `HttpGetError` for anything else. */
  async get(get: HttpGet): Promise<HttpAnswer> {
    try {
      const { url, headers, signal } = get
      const response = await this.#access.ask({ url, method: 'GET', headers, signal })
      if (response.statusCode !== 200) {
        await response.body.dump({ limit: 16_384, signal: get.signal })
        throw new HttpGetError(
          `server returned HTTP status ${response.statusCode} ${STATUS_CODES[response.statusCode] ?? ''}`.trim(),
        )
      }
      const sent = await readBody(response.body, get.bodyLimitBytes)
      const body = await unpackBody(sent, textOf(response.headers['content-encoding']), get.bodyLimitBytes)
      return { body, contentType: textOf(response.headers['content-type']) }
    } catch (error) {
      throw failureOf(error, get)
    }
  }

  async close(): Promise<void> {
    await this.#access.close()
  }
}

async function readBody(chunks: AsyncIterable<Buffer>, limitBytes: number): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    // Leaving the loop destroys the stream and with it the connection.
    if (size > limitBytes) throw new HttpGetError('body size limit exceeded')
    parts.push(chunk)
  }
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size)
}

async function unpackBody(body: Buffer, encoding: string, limitBytes: number): Promise<Buffer> {
  if (encoding === '' || encoding === 'identity') return body
  if (encoding !== 'gzip')
    throw new HttpGetError(`the server sent Content-Encoding ${JSON.stringify(encoding)}, only gzip was asked for`)
  try {
    return await unpack(body, { maxOutputLength: limitBytes })
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw new HttpGetError('body size limit exceeded', { cause: error })
    throw new HttpGetError(`the gzip body is damaged: ${messageOf(error)}`, { cause: error })
  }
}

function failureOf(error: unknown, get: HttpGet): HttpGetError {
  if (error instanceof HttpGetError) return error
  if (get.signal.aborted)
    return new HttpGetError(`Get ${JSON.stringify(get.url)}: ${messageOf(get.signal.reason)}`, { cause: error })
  return new HttpGetError(`Get ${JSON.stringify(get.url)}: ${messageOf(error)}`, { cause: error })
}

/** An error's text; of a failed connection to several addresses, which has none of its own, the first one's. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function textOf(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header) ?? ''
}
