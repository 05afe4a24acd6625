import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { samplesOf } from '../../../test/support/recording-writer.ts'
import { encodeRequest, metricsRequest } from '../../../test/support/otlp-protos.ts'
import { otlpConfig } from './config.ts'
import { escapedLabelName, seriesName } from './metric-name.ts'
import { MetricTranslator } from './metric-translator.ts'
import { decodeMetrics } from './metrics.ts'

const T0 = 1_800_000_000

function at(seconds: number): string {
  return `${T0 + seconds}000000000`
}

function bodyOf(metrics: object[], attributes: Readonly<Record<string, string>> = {}): Buffer {
  const resource = {
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  }
  return Buffer.from(JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }))
}

/** Sends batches one after the other and gives the samples of the last. */
function samplesAfter(...batches: object[][]): string[] {
  const translator = new MetricTranslator()
  const results = batches.map((metrics) => translator.translate(decodeMetrics(bodyOf(metrics), 'json').metrics))
  return samplesOf(results.at(-1)?.batch).map((sample) => sample.replace(/ @.*/, ''))
}

describe('names as Prometheus writes them', () => {
  test.each([
    ['http.server.duration', 's', 'other', 'http_server_duration_seconds'],
    ['my.requests', '{request}', 'counter', 'my_requests_total'],
    ['requests_total', '1', 'counter', 'requests_total'],
    ['network.io', 'By', 'counter', 'network_io_bytes_total'],
    ['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
    ['speed', 'km/h', 'gauge', 'speed_km_per_hour'],
    ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
    ['memory_bytes', 'By', 'gauge', 'memory_bytes'],
    ['gen_ai.client.token.usage', '{token}', 'other', 'gen_ai_client_token_usage'],
    ['2nd.value', '', 'gauge', '_2nd_value'],
    ['a  b--c', '', 'gauge', 'a_b_c'],
    ['vllm:num_requests', '', 'gauge', 'vllm:num_requests'],
  ] as const)('%s in %s (%s) is %s', (name, unit, kind, expected) => {
    expect(seriesName({ name, unit, kind }, 'UnderscoreEscapingWithSuffixes')).toBe(expected)
  })

  test.each([
    ['http.method', 'http_method'],
    ['0x', 'key_0x'],
    ['_private', 'key_private'],
    ['__meta', '__meta'],
  ])('attribute %s is label %s', (name, label) => {
    expect(escapedLabelName(name, { markUnderscore: true, keepUnderscores: true })).toBe(label)
  })
})

describe('other strategies of translation', () => {
  test.each([
    ['NoUTF8EscapingWithSuffixes', 'http.server.duration', 's', 'other', 'http.server.duration_seconds'],
    ['NoUTF8EscapingWithSuffixes', 'network.io', 'By', 'counter', 'network.io_bytes_total'],
    ['NoUTF8EscapingWithSuffixes', 'requests_total', '{request}', 'counter', 'requests_total'],
    ['NoUTF8EscapingWithSuffixes', 'speed', 'By/s', 'gauge', 'speed_bytes_per_second'],
    ['UnderscoreEscapingWithoutSuffixes', 'network.io', 'By', 'counter', 'network_io'],
    ['NoTranslation', 'network.io', 'By', 'counter', 'network.io'],
  ] as const)('%s: %s in %s (%s) is %s', (strategy, name, unit, kind, expected) => {
    expect(seriesName({ name, unit, kind }, strategy)).toBe(expected)
  })
})

describe('resources', () => {
  const metric = {
    name: 'up',
    gauge: {
      dataPoints: [
        {
          timeUnixNano: at(0),
          asInt: '1',
          attributes: [
            { key: 'a.b', value: { stringValue: 'x' } },
            { key: 'a_b', value: { stringValue: 'y' } },
          ],
        },
      ],
    },
  }
  const identity = { 'service.name': 'api', 'service.namespace': 'shop', 'service.instance.id': 'pod-1' }

  function translated(attributes: Readonly<Record<string, string>>, config: object = {}): string[] {
    const translator = new MetricTranslator(otlpConfig.parse(config))
    return samplesOf(translator.translate(decodeMetrics(bodyOf([metric], attributes), 'json').metrics).batch)
  }

  test('become job, instance and target_info; equal labels are joined', () => {
    expect(translated({ ...identity, 'host.name': 'h1' })).toEqual([
      `up{a_b="x;y", instance="pod-1", job="shop/api"} 1 @${T0}000`,
      `target_info{host_name="h1", instance="pod-1", job="shop/api"} 1 @${T0}000`,
    ])
  })

  test('are promoted where the configuration says so, unless the point has such a label or it is the identity', () => {
    const resource = { ...identity, 'host.name': 'h1', 'a.b': 'z', job: 'other' }
    const [some] = translated(resource, { promote_resource_attributes: ['host.name', 'a.b', 'absent'] })
    expect(some).toBe(`up{a_b="x;y", host_name="h1", instance="pod-1", job="shop/api"} 1 @${T0}000`)
    const [all] = translated(resource, {
      promote_all_resource_attributes: true,
      ignore_resource_attributes: ['service.name', 'service.namespace'],
    })
    expect(all).toBe(
      `up{a_b="x;y", host_name="h1", instance="pod-1", job="shop/api", service_instance_id="pod-1"} 1 @${T0}000`,
    )
  })

  test('keep their identity on target_info, and their names, where the configuration says so', () => {
    const config = { keep_identifying_resource_attributes: true, translation_strategy: 'NoTranslation' }
    expect(translated({ 'service.name': 'api', 'host.name': 'h1' }, config)).toEqual([
      `up{a.b="x", a_b="y", job="api"} 1 @${T0}000`,
      `target_info{host.name="h1", job="api", service.name="api"} 1 @${T0}000`,
    ])
  })

  test('that say no more than who they are have no target_info', () => {
    expect(translated(identity)).toHaveLength(1)
  })
})

describe('scopes', () => {
  const metric = { name: 'up', gauge: { dataPoints: [{ timeUnixNano: at(0), asInt: '1' }] } }
  const schemaUrl = 'https://opentelemetry.io/schemas/1.37.0'
  const scope = {
    name: 'lib',
    version: '2',
    attributes: [
      { key: 'build.id', value: { stringValue: 'b' } },
      { key: 'name', value: { stringValue: 'no name' } },
    ],
  }

  function translated(scopeMetrics: object, config: object = { promote_scope_metadata: true }): string[] {
    const json = Buffer.from(
      JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ ...scopeMetrics, metrics: [metric] }] }] }),
    )
    const binary = encodeRequest(metricsRequest, { resources: [{ scopes: [{ ...scopeMetrics, metrics: [metric] }] }] })
    const [ofJson, ofBinary] = (
      [
        [json, 'json'],
        [binary, 'protobuf'],
      ] as const
    ).map(([body, format]) =>
      samplesOf(new MetricTranslator(otlpConfig.parse(config)).translate(decodeMetrics(body, format).metrics).batch),
    )
    expect(ofBinary).toEqual(ofJson)
    return ofJson ?? []
  }

  test('become labels where the configuration says so, with their schema and attributes', () => {
    expect(translated({ scope, schemaUrl })).toEqual([
      `up{otel_scope_build_id="b", otel_scope_name="lib", otel_scope_schema_url="${schemaUrl}", otel_scope_version="2"} 1 @${T0}000`,
    ])
    expect(translated({ scope: { name: 'lib' } })).toEqual([`up{otel_scope_name="lib"} 1 @${T0}000`])
  })

  test('without a name, or where nothing is said, do not', () => {
    expect(translated({ scope: { ...scope, name: '' }, schemaUrl })).toEqual([`up 1 @${T0}000`])
    expect(translated({ scope, schemaUrl }, {})).toEqual([`up 1 @${T0}000`])
  })
})

describe('sums', () => {
  const sum = (value: number, seconds: number, temporality: number): object => ({
    name: 'requests',
    sum: {
      isMonotonic: true,
      aggregationTemporality: temporality,
      dataPoints: [{ timeUnixNano: at(seconds), asDouble: value }],
    },
  })

  test('cumulative ones are taken as they are', () => {
    expect(samplesAfter([sum(5, 0, 2)], [sum(7, 10, 2)])).toEqual(['requests_total 7'])
  })

  test('deltas are added up', () => {
    expect(samplesAfter([sum(5, 0, 1)], [sum(7, 10, 1)], [sum(1, 20, 1)])).toEqual(['requests_total 13'])
  })

  test('a delta that comes again or out of order is refused, not counted twice', () => {
    const translator = new MetricTranslator()
    const send = (value: number, seconds: number) =>
      translator.translate(decodeMetrics(bodyOf([sum(value, seconds, 1)]), 'json').metrics)
    send(5, 10)
    expect(send(5, 10)).toMatchObject({
      rejected: 1,
      errorMessage: expect.stringContaining('a delta point of') as string,
    })
    expect(samplesOf(send(2, 20).batch)[0]).toContain('requests_total 7')
  })

  test('without a temporality nobody knows what a sum means', () => {
    const result = new MetricTranslator().translate(decodeMetrics(bodyOf([sum(5, 0, 0)]), 'json').metrics)
    expect(result).toMatchObject({
      rejected: 1,
      errorMessage: 'metric "requests": its aggregation_temporality is not given, expected delta or cumulative',
    })
  })

  test('no recorded value ends the series', () => {
    const metric = { name: 'g', gauge: { dataPoints: [{ timeUnixNano: at(0), flags: 1 }] } }
    expect(samplesAfter([metric])).toEqual(['g stale'])
  })
})

describe('histograms', () => {
  const histogram = (counts: string[], seconds: number, temporality: number): object => ({
    name: 'latency',
    unit: 'ms',
    histogram: {
      aggregationTemporality: temporality,
      dataPoints: [
        {
          timeUnixNano: at(seconds),
          count: counts.reduce((sum, count) => sum + Number(count), 0),
          sum: 12.5,
          bucketCounts: counts,
          explicitBounds: [10, 50.5],
        },
      ],
    },
  })

  test('cumulative buckets, sum and count', () => {
    expect(samplesAfter([histogram(['1', '2', '3'], 0, 2)])).toEqual([
      'latency_milliseconds_bucket{le="10"} 1',
      'latency_milliseconds_bucket{le="50.5"} 3',
      'latency_milliseconds_bucket{le="+Inf"} 6',
      'latency_milliseconds_count 6',
      'latency_milliseconds_sum 12.5',
    ])
  })

  test('deltas are added up bucket by bucket', () => {
    expect(samplesAfter([histogram(['1', '0', '0'], 0, 1)], [histogram(['1', '2', '0'], 10, 1)])).toEqual([
      'latency_milliseconds_bucket{le="10"} 2',
      'latency_milliseconds_bucket{le="50.5"} 4',
      'latency_milliseconds_bucket{le="+Inf"} 4',
      'latency_milliseconds_count 4',
      'latency_milliseconds_sum 25',
    ])
  })

  test('a count of buckets that does not fit the bounds is refused', () => {
    const result = new MetricTranslator().translate(decodeMetrics(bodyOf([histogram(['1'], 0, 2)]), 'json').metrics)
    expect(result.errorMessage).toBe(
      'metric "latency": 1 bucket counts for 2 bounds, expected one more count than bounds',
    )
  })

  test('exponential ones become classic ones; the range may move between deltas', () => {
    const exponential = (offset: number, counts: string[], seconds: number): object => ({
      name: 'e',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            timeUnixNano: at(seconds),
            count: counts.reduce((sum, count) => sum + Number(count), 1),
            sum: 10,
            scale: 0,
            zeroCount: '1',
            positive: { offset, bucketCounts: counts },
          },
        ],
      },
    })
    expect(samplesAfter([exponential(1, ['0', '2'], 0)])).toEqual([
      'e_bucket{le="4"} 1',
      'e_bucket{le="8"} 3',
      'e_bucket{le="+Inf"} 3',
      'e_count 3',
      'e_sum 10',
    ])
    expect(samplesAfter([exponential(2, ['2'], 0)], [exponential(0, ['5'], 10)])).toEqual([
      'e_bucket{le="1"} 2',
      'e_bucket{le="2"} 7',
      'e_bucket{le="4"} 7',
      'e_bucket{le="8"} 9',
      'e_bucket{le="+Inf"} 9',
      'e_count 9',
      'e_sum 20',
    ])
  })

  test('fine buckets are merged to two for each power of two', () => {
    const metric = {
      name: 'e',
      exponentialHistogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            timeUnixNano: at(0),
            count: 32,
            sum: 1,
            scale: 5,
            positive: { offset: 0, bucketCounts: Array.from({ length: 32 }, () => '1') },
          },
        ],
      },
    }
    expect(samplesAfter([metric]).slice(0, 4)).toEqual([
      'e_bucket{le="1"} 0',
      `e_bucket{le="${2 ** 0.5}"} 16`,
      'e_bucket{le="2"} 32',
      'e_bucket{le="+Inf"} 32',
    ])
  })
})

test('summaries', () => {
  const metric = {
    name: 's',
    summary: {
      dataPoints: [{ timeUnixNano: at(0), count: '4', sum: 9, quantileValues: [{ quantile: 0.5, value: 2 }] }],
    },
  }
  expect(samplesAfter([metric])).toEqual(['s{quantile="0.5"} 2', 's_count 4', 's_sum 9'])
})

test('exemplars point to the trace from the bucket that they fell into', () => {
  const exemplars = [{ timeUnixNano: at(0), asDouble: 20, traceId: 'AA'.repeat(16), spanId: 'bb'.repeat(8) }]
  const dataPoints = [
    { timeUnixNano: at(0), count: 1, sum: 20, bucketCounts: ['0', '1', '0'], explicitBounds: [10, 50], exemplars },
  ]
  const metric = { name: 'h', histogram: { aggregationTemporality: 2, dataPoints } }
  const [exemplar] = new MetricTranslator().translate(decodeMetrics(bodyOf([metric]), 'json').metrics).exemplars
  expect(exemplar?.seriesLabels.toString()).toBe('h_bucket{le="50"}')
  expect(exemplar?.labels.toObject()).toEqual({ trace_id: 'aa'.repeat(16), span_id: 'bb'.repeat(8) })
})

test('protobuf and JSON of every kind of metric read the same', () => {
  const point = {
    startTimeUnixNano: at(0),
    timeUnixNano: at(10),
    attributes: [{ key: 'k', value: { stringValue: 'v' } }],
  }
  const metrics = [
    { name: 'g', description: 'help', unit: 's', gauge: { dataPoints: [{ ...point, asDouble: 1.5 }] } },
    { name: 'n', sum: { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asInt: '-3' }] } },
    {
      name: 'h',
      histogram: {
        aggregationTemporality: 1,
        dataPoints: [{ ...point, count: '3', sum: 5, bucketCounts: ['1', '2'], explicitBounds: [1] }],
      },
    },
    {
      name: 'e',
      exponentialHistogram: {
        aggregationTemporality: 2,
        dataPoints: [
          { ...point, count: '2', sum: 5, scale: -1, zeroCount: '0', positive: { offset: -3, bucketCounts: ['2'] } },
        ],
      },
    },
    {
      name: 's',
      summary: { dataPoints: [{ ...point, count: '2', sum: 5, quantileValues: [{ quantile: 0.9, value: 4 }] }] },
    },
  ]
  const binary = encodeRequest(metricsRequest, { resources: [{ resource: {}, scopes: [{ scope: {}, metrics }] }] })
  expect(decodeMetrics(binary, 'protobuf').metrics).toEqual(
    decodeMetrics(bodyOf(metrics), 'json').metrics.map((metric) => ({
      ...metric,
      scope: { name: '', version: '', attributes: {}, schemaUrl: '' },
    })),
  )
})

const official = path.resolve(import.meta.dirname, '../../../../shared/data/otlp/metrics.json')

test.skipIf(!existsSync(official))('the official example', () => {
  const { batch, rejected } = new MetricTranslator().translate(decodeMetrics(readFileSync(official), 'json').metrics)
  expect(rejected).toBe(0)
  expect(samplesOf(batch).map((sample) => sample.replace(/ @.*/, ''))).toEqual([
    'my_counter_total{job="my.service", my_counter_attr="some value"} 5',
    'my_gauge_ratio{job="my.service", my_gauge_attr="some value"} 10',
    'my_histogram_bucket{job="my.service", le="1", my_histogram_attr="some value"} 1',
    'my_histogram_bucket{job="my.service", le="+Inf", my_histogram_attr="some value"} 2',
    'my_histogram_count{job="my.service", my_histogram_attr="some value"} 2',
    'my_histogram_sum{job="my.service", my_histogram_attr="some value"} 2',
    'my_exponential_histogram_bucket{job="my.service", le="4", my_exponential_histogram_attr="some value"} 1',
    'my_exponential_histogram_bucket{job="my.service", le="8", my_exponential_histogram_attr="some value"} 3',
    'my_exponential_histogram_bucket{job="my.service", le="+Inf", my_exponential_histogram_attr="some value"} 3',
    'my_exponential_histogram_count{job="my.service", my_exponential_histogram_attr="some value"} 3',
    'my_exponential_histogram_sum{job="my.service", my_exponential_histogram_attr="some value"} 10',
  ])
})
