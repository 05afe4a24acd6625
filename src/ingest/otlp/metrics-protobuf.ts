import type { ProtobufReader } from '../../util/protobuf-wire.ts'
import { type MutableAttributes, readAttribute } from './any-value.ts'
import { readEnvelope, readId, readTimeMs } from './envelope-protobuf.ts'
import {
  type ExponentialBuckets,
  type ExponentialPoint,
  type HistogramPoint,
  NO_RECORDED_VALUE,
  type NumberPoint,
  type OtlpExemplar,
  type OtlpMetric,
  type OtlpMetricData,
  type SummaryPoint,
  type Temporality,
  TEMPORALITIES,
} from './otlp-metric.ts'

/** Reads an `ExportMetricsServiceRequest`. Throws `ProtobufError`. */
export function readMetricsProtobuf(reader: ProtobufReader): OtlpMetric[] {
  const metrics: OtlpMetric[] = []
  readEnvelope(reader, (itemReader, resource, scope) => {
    const metric: OtlpMetric = { name: '', description: '', unit: '', data: { kind: 'none' }, resource, scope }
    within(itemReader, () => readMetricField(itemReader, metric))
    metrics.push(metric)
  })
  return metrics
}

/** Reads the embedded message that stands next; `readField` must read or skip exactly one field. */
function within(reader: ProtobufReader, readField: () => void): void {
  const outer = reader.enter()
  while (reader.next()) readField()
  reader.leave(outer)
}

function readMetricField(reader: ProtobufReader, metric: OtlpMetric): void {
  switch (reader.field) {
    case 1:
      metric.name = reader.string()
      return
    case 2:
      metric.description = reader.string()
      return
    case 3:
      metric.unit = reader.string()
      return
    default:
      metric.data = readData(reader) ?? metric.data
  }
}

function readData(reader: ProtobufReader): OtlpMetricData | undefined {
  switch (reader.field) {
    case 5:
      return { kind: 'gauge', points: readPoints(reader, readNumberPoint).points }
    case 7:
      return { kind: 'sum', ...readPoints(reader, readNumberPoint) }
    case 9: {
      const { points, temporality } = readPoints(reader, readHistogramPoint)
      return { kind: 'histogram', points, temporality }
    }
    case 10: {
      const { points, temporality } = readPoints(reader, readExponentialPoint)
      return { kind: 'exponential', points, temporality }
    }
    case 11:
      return { kind: 'summary', points: readPoints(reader, readSummaryPoint).points }
    default:
      reader.skip()
      return undefined
  }
}

interface Points<P> {
  points: P[]
  temporality: Temporality
  monotonic: boolean
}

function readPoints<P>(reader: ProtobufReader, readPoint: (reader: ProtobufReader) => P): Points<P> {
  const found: Points<P> = { points: [], temporality: 'unspecified', monotonic: false }
  within(reader, () => {
    if (reader.field === 1) found.points.push(readPoint(reader))
    else if (reader.field === 2) found.temporality = TEMPORALITIES[reader.varint()] ?? 'unspecified'
    else if (reader.field === 3) found.monotonic = reader.bool()
    else reader.skip()
  })
  return found
}

function readNumberPoint(reader: ProtobufReader): NumberPoint {
  const attributes: MutableAttributes = {}
  const point: NumberPoint = { attributes, startMs: 0, timeMs: 0, noValue: false, value: 0, exemplars: [] }
  within(reader, () => {
    switch (reader.field) {
      case 2:
        point.startMs = readTimeMs(reader)
        return
      case 3:
        point.timeMs = readTimeMs(reader)
        return
      case 4:
        point.value = reader.double()
        return
      case 5:
        point.exemplars.push(readExemplar(reader))
        return
      case 6:
        point.value = reader.sfixed64()
        return
      case 7:
        readAttribute(reader, attributes)
        return
      case 8:
        point.noValue = (reader.varint() & NO_RECORDED_VALUE) !== 0
        return
      default:
        reader.skip()
    }
  })
  return point
}

function readHistogramPoint(reader: ProtobufReader): HistogramPoint {
  const attributes: MutableAttributes = {}
  const point: HistogramPoint = {
    attributes,
    startMs: 0,
    timeMs: 0,
    noValue: false,
    count: 0,
    sum: NaN,
    bucketCounts: [],
    bounds: [],
    exemplars: [],
  }
  within(reader, () => {
    switch (reader.field) {
      case 2:
        point.startMs = readTimeMs(reader)
        return
      case 3:
        point.timeMs = readTimeMs(reader)
        return
      case 4:
        point.count = reader.fixed64()
        return
      case 5:
        point.sum = reader.double()
        return
      case 6:
        reader.repeatedFixed64(point.bucketCounts)
        return
      case 7:
        reader.repeatedDouble(point.bounds)
        return
      case 8:
        point.exemplars.push(readExemplar(reader))
        return
      case 9:
        readAttribute(reader, attributes)
        return
      case 10:
        point.noValue = (reader.varint() & NO_RECORDED_VALUE) !== 0
        return
      default:
        reader.skip()
    }
  })
  return point
}

function readExponentialPoint(reader: ProtobufReader): ExponentialPoint {
  const attributes: MutableAttributes = {}
  const point = emptyExponential(attributes)
  within(reader, () => readExponentialField(reader, point, attributes))
  return point
}

export function emptyExponential(attributes: MutableAttributes): ExponentialPoint {
  return {
    attributes,
    startMs: 0,
    timeMs: 0,
    noValue: false,
    count: 0,
    sum: NaN,
    scale: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { offset: 0, counts: [] },
    negative: { offset: 0, counts: [] },
    exemplars: [],
  }
}

function readExponentialField(reader: ProtobufReader, point: ExponentialPoint, attributes: MutableAttributes): void {
  switch (reader.field) {
    case 1:
      readAttribute(reader, attributes)
      return
    case 2:
      point.startMs = readTimeMs(reader)
      return
    case 3:
      point.timeMs = readTimeMs(reader)
      return
    case 4:
      point.count = reader.fixed64()
      return
    case 5:
      point.sum = reader.double()
      return
    case 6:
      point.scale = reader.sint64()
      return
    case 7:
      point.zeroCount = reader.fixed64()
      return
    case 8:
      readBuckets(reader, point.positive)
      return
    case 9:
      readBuckets(reader, point.negative)
      return
    case 10:
      point.noValue = (reader.varint() & NO_RECORDED_VALUE) !== 0
      return
    case 11:
      point.exemplars.push(readExemplar(reader))
      return
    case 14:
      point.zeroThreshold = reader.double()
      return
    default:
      reader.skip()
  }
}

function readBuckets(reader: ProtobufReader, buckets: ExponentialBuckets): void {
  within(reader, () => {
    if (reader.field === 1) buckets.offset = reader.sint64()
    else if (reader.field === 2) reader.repeatedVarint(buckets.counts)
    else reader.skip()
  })
}

function readSummaryPoint(reader: ProtobufReader): SummaryPoint {
  const attributes: MutableAttributes = {}
  const point: SummaryPoint = { attributes, startMs: 0, timeMs: 0, noValue: false, count: 0, sum: 0, quantiles: [] }
  within(reader, () => {
    switch (reader.field) {
      case 2:
        point.startMs = readTimeMs(reader)
        return
      case 3:
        point.timeMs = readTimeMs(reader)
        return
      case 4:
        point.count = reader.fixed64()
        return
      case 5:
        point.sum = reader.double()
        return
      case 6:
        point.quantiles.push(readQuantile(reader))
        return
      case 7:
        readAttribute(reader, attributes)
        return
      case 8:
        point.noValue = (reader.varint() & NO_RECORDED_VALUE) !== 0
        return
      default:
        reader.skip()
    }
  })
  return point
}

function readQuantile(reader: ProtobufReader): SummaryPoint['quantiles'][number] {
  const found = { quantile: 0, value: 0 }
  within(reader, () => {
    if (reader.field === 1) found.quantile = reader.double()
    else if (reader.field === 2) found.value = reader.double()
    else reader.skip()
  })
  return found
}

function readExemplar(reader: ProtobufReader): OtlpExemplar {
  const attributes: MutableAttributes = {}
  const exemplar: OtlpExemplar = { attributes, timeMs: 0, value: 0, traceId: '', spanId: '' }
  within(reader, () => {
    switch (reader.field) {
      case 2:
        exemplar.timeMs = readTimeMs(reader)
        return
      case 3:
        exemplar.value = reader.double()
        return
      case 4:
        exemplar.spanId = readId(reader)
        return
      case 5:
        exemplar.traceId = readId(reader)
        return
      case 6:
        exemplar.value = reader.sfixed64()
        return
      case 7:
        readAttribute(reader, attributes)
        return
      default:
        reader.skip()
    }
  })
  return exemplar
}
