import { isRecord, type JsonRecord, recordOf, textOf } from '../json-value.ts'
import type { TimedChunk, TimedEvent } from './server-sent-events.ts'

/** Total length, length of the headers, checksum of both; a checksum follows the payload. */
const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4

/** A frame says its own length; one that claims more than any provider sends is the sign of a stream that is something else. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024

/**
 * The events of a stream in AWS's binary framing (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html), as
 * Bedrock sends it: `{"contentBlockDelta": {...}}` by the name of the event, or what a `chunk` wraps in base64. An exception becomes
 * `{"error": {"type", "message"}}`. A frame that was cut off is left out; checksums are the transport's business and are not computed.
 */
export function readAwsEvents(chunks: readonly TimedChunk[]): TimedEvent[] {
  const events: TimedEvent[] = []
  let rest: Buffer = Buffer.alloc(0)
  for (const { bytes, timeMs } of chunks) {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    for (let length = frameLength(rest); length !== undefined; length = frameLength(rest)) {
      const data = eventOf(rest.subarray(0, length))
      if (data !== undefined) events.push({ timeMs, data })
      rest = rest.subarray(length)
    }
  }
  return events
}

/** The length of the frame that begins here; undefined when it is not whole. */
function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < PRELUDE_BYTES) return undefined
  const length = bytes.readUInt32BE(0)
  const isFrame = length >= PRELUDE_BYTES + CHECKSUM_BYTES && length <= MAX_FRAME_BYTES
  return isFrame && bytes.length >= length ? length : undefined
}

function eventOf(frame: Buffer): JsonRecord | undefined {
  const payloadStart = PRELUDE_BYTES + frame.readUInt32BE(4)
  if (payloadStart > frame.length - CHECKSUM_BYTES) return undefined
  const headers = readHeaders(frame.subarray(PRELUDE_BYTES, payloadStart))
  const payload = recordOf(frame.subarray(payloadStart, -CHECKSUM_BYTES).toString('utf8')) ?? {}
  const exception = headers.get(':exception-type') ?? headers.get(':error-code')
  if (exception !== undefined) return { error: { type: exception, message: textOf(payload['message']) } }
  const name = headers.get(':event-type') ?? ''
  return name === 'chunk' ? unwrapped(payload) : { [name]: payload }
}

function unwrapped(payload: JsonRecord): JsonRecord | undefined {
  const inner = recordOf(Buffer.from(textOf(payload['bytes']), 'base64').toString('utf8'))
  return isRecord(inner) ? inner : undefined
}

/** Bytes of a header's value by its type; text and bytes (6, 7) say their length themselves. */
const VALUE_BYTES: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16]
const TEXT = 7

/** The headers whose values are texts. */
function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>()
  let at = 0
  while (at + 2 < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0)
    const name = bytes.toString('utf8', at + 1, nameEnd)
    const type = bytes[nameEnd] ?? 0
    const fixed = VALUE_BYTES[type]
    if (fixed === undefined || (fixed < 0 && nameEnd + 3 > bytes.length)) return headers
    const start = fixed < 0 ? nameEnd + 3 : nameEnd + 1
    at = start + (fixed < 0 ? bytes.readUInt16BE(nameEnd + 1) : fixed)
    if (type === TEXT) headers.set(name, bytes.toString('utf8', start, at))
  }
  return headers
}
