import protobuf from 'protobufjs'

/** The OTLP messages (opentelemetry-proto 1.x), written out as protobufjs's reflection so that a second implementation encodes them. */
const KEY_VALUES = (id: number) => ({ rule: 'repeated', type: 'KeyValue', id }) as const

const common = {
  AnyValue: {
    oneofs: {
      value: {
        oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue', 'kvlistValue', 'bytesValue'],
      },
    },
    fields: {
      stringValue: { type: 'string', id: 1 },
      boolValue: { type: 'bool', id: 2 },
      intValue: { type: 'int64', id: 3 },
      doubleValue: { type: 'double', id: 4 },
      arrayValue: { type: 'ArrayValue', id: 5 },
      kvlistValue: { type: 'KeyValueList', id: 6 },
      bytesValue: { type: 'bytes', id: 7 },
    },
  },
  ArrayValue: { fields: { values: { rule: 'repeated', type: 'AnyValue', id: 1 } } },
  KeyValueList: { fields: { values: KEY_VALUES(1) } },
  KeyValue: { fields: { key: { type: 'string', id: 1 }, value: { type: 'AnyValue', id: 2 } } },
  Scope: {
    fields: {
      name: { type: 'string', id: 1 },
      version: { type: 'string', id: 2 },
      attributes: KEY_VALUES(3),
      droppedAttributesCount: { type: 'uint32', id: 4 },
    },
  },
  Resource: { fields: { attributes: KEY_VALUES(1), droppedAttributesCount: { type: 'uint32', id: 2 } } },
}

/** Request, resource and scope of one signal. */
function envelope(item: string, items: string) {
  return {
    Request: { fields: { resources: { rule: 'repeated', type: 'ResourceItems', id: 1 } } },
    ResourceItems: {
      fields: {
        resource: { type: 'Resource', id: 1 },
        scopes: { rule: 'repeated', type: 'ScopeItems', id: 2 },
        schemaUrl: { type: 'string', id: 3 },
      },
    },
    ScopeItems: {
      fields: {
        scope: { type: 'Scope', id: 1 },
        [items]: { rule: 'repeated', type: item, id: 2 },
        schemaUrl: { type: 'string', id: 3 },
      },
    },
  }
}

const traces = {
  Span: {
    fields: {
      traceId: { type: 'bytes', id: 1 },
      spanId: { type: 'bytes', id: 2 },
      traceState: { type: 'string', id: 3 },
      parentSpanId: { type: 'bytes', id: 4 },
      name: { type: 'string', id: 5 },
      kind: { type: 'int32', id: 6 },
      startTimeUnixNano: { type: 'fixed64', id: 7 },
      endTimeUnixNano: { type: 'fixed64', id: 8 },
      attributes: KEY_VALUES(9),
      droppedAttributesCount: { type: 'uint32', id: 10 },
      events: { rule: 'repeated', type: 'Event', id: 11 },
      droppedEventsCount: { type: 'uint32', id: 12 },
      links: { rule: 'repeated', type: 'Link', id: 13 },
      droppedLinksCount: { type: 'uint32', id: 14 },
      status: { type: 'Status', id: 15 },
      flags: { type: 'fixed32', id: 16 },
    },
  },
  Event: {
    fields: {
      timeUnixNano: { type: 'fixed64', id: 1 },
      name: { type: 'string', id: 2 },
      attributes: KEY_VALUES(3),
    },
  },
  Link: {
    fields: {
      traceId: { type: 'bytes', id: 1 },
      spanId: { type: 'bytes', id: 2 },
      traceState: { type: 'string', id: 3 },
      attributes: KEY_VALUES(4),
    },
  },
  Status: { fields: { message: { type: 'string', id: 2 }, code: { type: 'int32', id: 3 } } },
}

const logs = {
  LogRecord: {
    fields: {
      timeUnixNano: { type: 'fixed64', id: 1 },
      severityNumber: { type: 'int32', id: 2 },
      severityText: { type: 'string', id: 3 },
      body: { type: 'AnyValue', id: 5 },
      attributes: KEY_VALUES(6),
      flags: { type: 'fixed32', id: 8 },
      traceId: { type: 'bytes', id: 9 },
      spanId: { type: 'bytes', id: 10 },
      observedTimeUnixNano: { type: 'fixed64', id: 11 },
      eventName: { type: 'string', id: 12 },
    },
  },
}

const metrics = {
  Metric: {
    fields: {
      name: { type: 'string', id: 1 },
      description: { type: 'string', id: 2 },
      unit: { type: 'string', id: 3 },
      gauge: { type: 'Numbers', id: 5 },
      sum: { type: 'Numbers', id: 7 },
      histogram: { type: 'Histograms', id: 9 },
      exponentialHistogram: { type: 'Exponentials', id: 10 },
      summary: { type: 'Summaries', id: 11 },
    },
  },
  Numbers: points('NumberPoint'),
  Histograms: points('HistogramPoint'),
  Exponentials: points('ExponentialPoint'),
  Summaries: points('SummaryPoint'),
  NumberPoint: {
    fields: {
      startTimeUnixNano: { type: 'fixed64', id: 2 },
      timeUnixNano: { type: 'fixed64', id: 3 },
      asDouble: { type: 'double', id: 4 },
      exemplars: { rule: 'repeated', type: 'Exemplar', id: 5 },
      asInt: { type: 'sfixed64', id: 6 },
      attributes: KEY_VALUES(7),
      flags: { type: 'uint32', id: 8 },
    },
  },
  HistogramPoint: {
    fields: {
      startTimeUnixNano: { type: 'fixed64', id: 2 },
      timeUnixNano: { type: 'fixed64', id: 3 },
      count: { type: 'fixed64', id: 4 },
      sum: { type: 'double', id: 5 },
      bucketCounts: { rule: 'repeated', type: 'fixed64', id: 6 },
      explicitBounds: { rule: 'repeated', type: 'double', id: 7 },
      exemplars: { rule: 'repeated', type: 'Exemplar', id: 8 },
      attributes: KEY_VALUES(9),
      flags: { type: 'uint32', id: 10 },
      min: { type: 'double', id: 11 },
      max: { type: 'double', id: 12 },
    },
  },
  ExponentialPoint: {
    fields: {
      attributes: KEY_VALUES(1),
      startTimeUnixNano: { type: 'fixed64', id: 2 },
      timeUnixNano: { type: 'fixed64', id: 3 },
      count: { type: 'fixed64', id: 4 },
      sum: { type: 'double', id: 5 },
      scale: { type: 'sint32', id: 6 },
      zeroCount: { type: 'fixed64', id: 7 },
      positive: { type: 'Buckets', id: 8 },
      negative: { type: 'Buckets', id: 9 },
      flags: { type: 'uint32', id: 10 },
      zeroThreshold: { type: 'double', id: 14 },
    },
  },
  Buckets: {
    fields: { offset: { type: 'sint32', id: 1 }, bucketCounts: { rule: 'repeated', type: 'uint64', id: 2 } },
  },
  SummaryPoint: {
    fields: {
      startTimeUnixNano: { type: 'fixed64', id: 2 },
      timeUnixNano: { type: 'fixed64', id: 3 },
      count: { type: 'fixed64', id: 4 },
      sum: { type: 'double', id: 5 },
      quantileValues: { rule: 'repeated', type: 'QuantileValue', id: 6 },
      attributes: KEY_VALUES(7),
      flags: { type: 'uint32', id: 8 },
    },
  },
  QuantileValue: { fields: { quantile: { type: 'double', id: 1 }, value: { type: 'double', id: 2 } } },
  Exemplar: {
    fields: {
      timeUnixNano: { type: 'fixed64', id: 2 },
      asDouble: { type: 'double', id: 3 },
      spanId: { type: 'bytes', id: 4 },
      traceId: { type: 'bytes', id: 5 },
      asInt: { type: 'sfixed64', id: 6 },
      filteredAttributes: KEY_VALUES(7),
    },
  },
}

function points(type: string) {
  return {
    fields: {
      dataPoints: { rule: 'repeated', type, id: 1 },
      aggregationTemporality: { type: 'int32', id: 2 },
      isMonotonic: { type: 'bool', id: 3 },
    },
  }
}

function requestType(item: string, items: string, messages: object): protobuf.Type {
  return protobuf.Root.fromJSON({ nested: { ...common, ...envelope(item, items), ...messages } }).lookupType('Request')
}

export const tracesRequest = requestType('Span', 'spans', traces)
export const logsRequest = requestType('LogRecord', 'logRecords', logs)
export const metricsRequest = requestType('Metric', 'metrics', metrics)

/** Encodes a plain object; 64-bit integers may be strings of digits, bytes buffers. */
export function encodeRequest(type: protobuf.Type, request: object): Buffer {
  return Buffer.from(type.encode(type.fromObject(request)).finish())
}
