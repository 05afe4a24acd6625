import {
  attributesOfField,
  each,
  enumOfField,
  idOfField,
  isJsonObject,
  type JsonObject,
  numberOfField,
  numbersOfField,
  objectOf,
  optionalNumber,
  readJsonEnvelope,
  textOfField,
  timeOfField,
} from './json-fields.ts'
import type { Rejections } from './decoded.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'
import {
  type ExponentialBuckets,
  type ExponentialPoint,
  type HistogramPoint,
  NO_RECORDED_VALUE,
  type NumberPoint,
  type OtlpExemplar,
  type OtlpMetric,
  type OtlpMetricData,
  type OtlpPoint,
  type SummaryPoint,
  type Temporality,
  TEMPORALITIES,
} from './otlp-metric.ts'

const TEMPORALITY_NAMES = TEMPORALITIES.map((name) => `AGGREGATION_TEMPORALITY_${name.toUpperCase()}`)

/** Reads the JSON form of an `ExportMetricsServiceRequest`. A metric with a field of the wrong type is rejected alone. */
export function readMetricsJson(root: JsonObject, rejections: Rejections): OtlpMetric[] {
  const metrics: OtlpMetric[] = []
  readJsonEnvelope(root, ['resourceMetrics', 'scopeMetrics', 'metrics'], (item, resource, scope) => {
    try {
      metrics.push({
        name: textOfField(item, 'name'),
        description: textOfField(item, 'description'),
        unit: textOfField(item, 'unit'),
        data: dataOf(item),
        resource,
        scope,
      })
    } catch (error) {
      if (!(error instanceof OtlpDecodeError)) throw error
      rejections.add(`metric ${JSON.stringify(item['name'] ?? '')}: ${error.message}`)
    }
  })
  return metrics
}

function dataOf(item: JsonObject): OtlpMetricData {
  const field = (name: string): JsonObject | undefined =>
    isJsonObject(item[name]) ? objectOf(item[name], name) : undefined
  const gauge = field('gauge')
  if (gauge !== undefined) return { kind: 'gauge', points: pointsOf(gauge, numberPoint) }
  const sum = field('sum')
  if (sum !== undefined) {
    const monotonic = sum['isMonotonic'] === true
    return { kind: 'sum', points: pointsOf(sum, numberPoint), temporality: temporalityOf(sum), monotonic }
  }
  const histogram = field('histogram')
  if (histogram !== undefined) {
    return { kind: 'histogram', points: pointsOf(histogram, histogramPoint), temporality: temporalityOf(histogram) }
  }
  const exponential = field('exponentialHistogram')
  if (exponential !== undefined) {
    return {
      kind: 'exponential',
      points: pointsOf(exponential, exponentialPoint),
      temporality: temporalityOf(exponential),
    }
  }
  const summary = field('summary')
  return summary === undefined ? { kind: 'none' } : { kind: 'summary', points: pointsOf(summary, summaryPoint) }
}

function temporalityOf(data: JsonObject): Temporality {
  return TEMPORALITIES[enumOfField(data, 'aggregationTemporality', TEMPORALITY_NAMES)] ?? 'unspecified'
}

function pointsOf<P>(data: JsonObject, read: (point: JsonObject) => P): P[] {
  const points: P[] = []
  each(data, 'dataPoints', (point) => void points.push(read(point)))
  return points
}

function commonOf(point: JsonObject): OtlpPoint {
  return {
    attributes: attributesOfField(point),
    startMs: timeOfField(point, 'startTimeUnixNano'),
    timeMs: timeOfField(point, 'timeUnixNano'),
    noValue: (numberOfField(point, 'flags') & NO_RECORDED_VALUE) !== 0,
  }
}

function numberPoint(point: JsonObject): NumberPoint {
  const value = optionalNumber(point, 'asDouble') ?? numberOfField(point, 'asInt')
  return { ...commonOf(point), value, exemplars: exemplarsOf(point) }
}

function histogramPoint(point: JsonObject): HistogramPoint {
  return {
    ...commonOf(point),
    count: numberOfField(point, 'count'),
    sum: optionalNumber(point, 'sum') ?? NaN,
    bucketCounts: numbersOfField(point, 'bucketCounts'),
    bounds: numbersOfField(point, 'explicitBounds'),
    exemplars: exemplarsOf(point),
  }
}

function exponentialPoint(point: JsonObject): ExponentialPoint {
  return {
    ...commonOf(point),
    count: numberOfField(point, 'count'),
    sum: optionalNumber(point, 'sum') ?? NaN,
    scale: numberOfField(point, 'scale'),
    zeroCount: numberOfField(point, 'zeroCount'),
    zeroThreshold: numberOfField(point, 'zeroThreshold'),
    positive: bucketsOf(point['positive']),
    negative: bucketsOf(point['negative']),
    exemplars: exemplarsOf(point),
  }
}

function bucketsOf(value: unknown): ExponentialBuckets {
  if (!isJsonObject(value)) return { offset: 0, counts: [] }
  return { offset: numberOfField(value, 'offset'), counts: numbersOfField(value, 'bucketCounts') }
}

function summaryPoint(point: JsonObject): SummaryPoint {
  const quantiles: SummaryPoint['quantiles'] = []
  each(point, 'quantileValues', (item) => {
    quantiles.push({ quantile: numberOfField(item, 'quantile'), value: numberOfField(item, 'value') })
  })
  return { ...commonOf(point), count: numberOfField(point, 'count'), sum: numberOfField(point, 'sum'), quantiles }
}

function exemplarsOf(point: JsonObject): OtlpExemplar[] {
  const exemplars: OtlpExemplar[] = []
  each(point, 'exemplars', (item) => {
    exemplars.push({
      attributes: attributesOfField(item, 'filteredAttributes'),
      timeMs: timeOfField(item, 'timeUnixNano'),
      value: optionalNumber(item, 'asDouble') ?? numberOfField(item, 'asInt'),
      traceId: idOfField(item, 'traceId'),
      spanId: idOfField(item, 'spanId'),
    })
  })
  return exemplars
}
