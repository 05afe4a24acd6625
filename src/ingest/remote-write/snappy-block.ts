import { uncompressSync } from 'snappy'
import { RemoteWriteError } from './remote-write-error.ts'

/** Bits of the length that the preamble may have: it is a 32-bit varint. */
const MAX_PREAMBLE_BYTES = 5

/**
 * Decompresses a snappy block (https://github.com/google/snappy/blob/main/format_description.txt). Its preamble says how large the result is,
 * which is checked before anything is decompressed. Throws `RemoteWriteError`.
 */
export function decompressBlock(body: Buffer, maxSizeBytes: number): Buffer {
  const sizeBytes = readPreamble(body)
  if (sizeBytes > maxSizeBytes) {
    throw new RemoteWriteError(
      'too_large',
      `the snappy block says that it holds ${sizeBytes} bytes, at most ${maxSizeBytes} are accepted: send fewer samples at once`,
    )
  }
  try {
    const message = uncompressSync(body, { asBuffer: true })
    return Buffer.isBuffer(message) ? message : Buffer.from(message)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RemoteWriteError('malformed', `the body is not a snappy block: ${reason}`)
  }
}

function readPreamble(body: Buffer): number {
  let size = 0
  for (let i = 0; i < MAX_PREAMBLE_BYTES; i++) {
    const byte = body[i]
    if (byte === undefined) break
    size += (byte & 0x7f) * 128 ** i
    if (byte < 0x80) return size
  }
  throw new RemoteWriteError(
    'malformed',
    `the body is not a snappy block: no length in its first ${Math.min(body.length, MAX_PREAMBLE_BYTES)} bytes`,
  )
}
