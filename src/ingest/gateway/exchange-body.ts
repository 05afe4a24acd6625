import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { headerOf, type Exchange } from './exchange.ts'

/** Longest body of an answer after decompression. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024

/** What a call sent, as JSON; undefined when it is none. */
export function requestJson({ requestBody }: Exchange): unknown {
  return parseJson(requestBody)
}

/** What came back as a whole, as JSON; undefined when it is none. */
export function answerJson(exchange: Exchange): unknown {
  return parseJson(inflated(exchange))
}

/** A stream that was compressed on the way can only be read as a whole; its times are then that of its end. */
export function plainChunks(exchange: Exchange): Exchange['chunks'] {
  if (headerOf(exchange.responseHeaders, 'content-encoding') === '') return exchange.chunks
  return [{ timeMs: exchange.endMs, bytes: inflated(exchange) }]
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}

function inflated(exchange: Exchange): Buffer {
  const bytes = Buffer.concat(exchange.chunks.map((chunk) => chunk.bytes))
  const options = { maxOutputLength: MAX_INFLATED_BYTES }
  try {
    switch (headerOf(exchange.responseHeaders, 'content-encoding')) {
      case 'gzip':
        return gunzipSync(bytes, options)
      case 'br':
        return brotliDecompressSync(bytes, options)
      case 'deflate':
        return inflateSync(bytes, options)
      default:
        return bytes
    }
  } catch {
    // Cut short or too long: the call itself was passed on untouched, only its text cannot be read.
    return Buffer.alloc(0)
  }
}
