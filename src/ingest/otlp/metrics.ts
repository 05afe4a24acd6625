import { parseJsonBody, readProtobufBody } from './body.ts'
import { type OtlpEncoding, Rejections } from './decoded.ts'
import { readMetricsJson } from './metrics-json.ts'
import { readMetricsProtobuf } from './metrics-protobuf.ts'
import type { OtlpMetric } from './otlp-metric.ts'

export interface DecodedMetrics {
  readonly metrics: OtlpMetric[]
  readonly rejected: number
  readonly errorMessage: string
}

/** Decodes an `ExportMetricsServiceRequest`. Throws `OtlpDecodeError` when the body as a whole is malformed. */
export function decodeMetrics(body: Buffer, encoding: OtlpEncoding): DecodedMetrics {
  const rejections = new Rejections()
  const metrics =
    encoding === 'json' ? readMetricsJson(parseJsonBody(body), rejections) : readProtobufBody(body, readMetricsProtobuf)
  return { metrics, rejected: rejections.count, errorMessage: rejections.message }
}
