import { promisify } from 'node:util'
import { gunzip, inflate } from 'node:zlib'

const unpackers = { gzip: promisify(gunzip), deflate: promisify(inflate) } as const

/** Why a body could not be unpacked; `message` says what was found and what is allowed. */
export interface DecompressError {
  readonly reason: 'too_large' | 'unknown_encoding' | 'malformed'
  readonly message: string
}

/** Unpacks a body by its `Content-Encoding`. Stops at `maxBytes`, so that a small body cannot fill the memory. */
export async function decompress(
  body: Buffer,
  contentEncoding: string,
  maxBytes: number,
): Promise<Buffer | DecompressError> {
  const encoding = contentEncoding.trim().toLowerCase()
  if (body.length > maxBytes) return tooLarge(maxBytes)
  if (encoding === '' || encoding === 'identity') return body
  if (encoding !== 'gzip' && encoding !== 'deflate') {
    const message = `content-encoding is ${JSON.stringify(contentEncoding)}, expected gzip, deflate or none`
    return { reason: 'unknown_encoding', message }
  }
  try {
    return await unpackers[encoding](body, { maxOutputLength: maxBytes })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes)
    return {
      reason: 'malformed',
      message: `the body is not ${encoding}: ${error instanceof Error ? error.message : String(error)}`,
    }
  }
}

function tooLarge(maxBytes: number): DecompressError {
  return { reason: 'too_large', message: `the body is larger than ${maxBytes} bytes` }
}
