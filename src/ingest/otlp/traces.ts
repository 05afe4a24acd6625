import { parseJsonBody, readProtobufBody } from './body.ts'
import { type OtlpEncoding, Rejections } from './decoded.ts'
import { type OtlpSpan, reasonToReject } from './otlp-span.ts'
import { readTracesJson } from './traces-json.ts'
import { readTracesProtobuf } from './traces-protobuf.ts'

export interface DecodedTraces {
  readonly spans: OtlpSpan[]
  /** Spans that the batch held and that cannot be taken: for `partialSuccess.rejectedSpans`. */
  readonly rejected: number
  /** Why, by span; '' when nothing was rejected. */
  readonly errorMessage: string
}

/**
 * Decodes an `ExportTraceServiceRequest` (opentelemetry-proto 1.x). Throws `OtlpDecodeError` when the body as a whole is
 * malformed; single spans that cannot be right (ids of a wrong length, an end before the start) are left out and reported.
 */
export function decodeTraces(body: Buffer, encoding: OtlpEncoding): DecodedTraces {
  const rejections = new Rejections()
  const decoded =
    encoding === 'json' ? readTracesJson(parseJsonBody(body), rejections) : readProtobufBody(body, readTracesProtobuf)
  const spans = decoded.filter((span) => {
    const reason = reasonToReject(span)
    if (reason !== undefined) rejections.add(`span ${JSON.stringify(span.name)}: ${reason}`)
    return reason === undefined
  })
  return { spans, rejected: rejections.count, errorMessage: rejections.message }
}
