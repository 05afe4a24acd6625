import { ProtobufError, ProtobufReader } from '../../util/protobuf-wire.ts'
import { type JsonObject, objectOf } from './json-fields.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'

/** Runs `read` over a protobuf body; what is malformed becomes an `OtlpDecodeError` with the byte offset. */
export function readProtobufBody<T>(body: Buffer, read: (reader: ProtobufReader) => T): T {
  try {
    return read(new ProtobufReader(body))
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error
    throw new OtlpDecodeError(`byte ${error.offset}`, error.message, { cause: error })
  }
}

/** Parses a JSON body to its root object. Throws `OtlpDecodeError`. */
export function parseJsonBody(body: Buffer): JsonObject {
  let root: unknown
  try {
    root = JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new OtlpDecodeError('$', error instanceof Error ? error.message : String(error), { cause: error })
  }
  return objectOf(root, '$')
}
