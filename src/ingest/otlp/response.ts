import { ProtobufWriter } from '../../util/protobuf-wire.ts'
import type { OtlpEncoding } from './decoded.ts'

export type OtlpSignal = 'traces' | 'logs' | 'metrics'

const REJECTED_NAMES: Readonly<Record<OtlpSignal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
}

/** The body of an `Export…ServiceResponse`: empty after full success, with `partialSuccess` when items were rejected. */
export function encodeOtlpResponse(
  signal: OtlpSignal,
  encoding: OtlpEncoding,
  outcome: { readonly rejected: number; readonly errorMessage: string },
): Buffer {
  const partial = outcome.rejected > 0 || outcome.errorMessage !== ''
  if (encoding === 'json') {
    const { rejected, errorMessage } = outcome
    // The JSON mapping of protobuf writes 64-bit integers as strings.
    const partialSuccess = { [REJECTED_NAMES[signal]]: String(rejected), errorMessage }
    return Buffer.from(JSON.stringify(partial ? { partialSuccess } : {}))
  }
  const writer = new ProtobufWriter(64)
  if (partial) {
    writer.message(1, () => {
      writer.varint(1, outcome.rejected)
      writer.string(2, outcome.errorMessage)
    })
  }
  return Buffer.from(writer.finish())
}

/** The body of an error: a `google.rpc.Status` (code 2, message 3 of gRPC's codes), as OTLP/HTTP asks for. */
export function encodeOtlpError(encoding: OtlpEncoding, code: number, message: string): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }))
  const writer = new ProtobufWriter(64)
  writer.varint(1, code)
  writer.string(2, message)
  return Buffer.from(writer.finish())
}
