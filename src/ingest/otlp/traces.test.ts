import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeRequest, tracesRequest } from '../../../test/support/otlp-protos.ts'
import { ProtobufWriter } from '../../util/protobuf-wire.ts'
import { OtlpDecodeError } from './otlp-decode-error.ts'
import { decodeTraces } from './traces.ts'

const TRACE_ID = '5b8efff798038103d269b633813fc60c'
const SPAN_ID = 'eee19b7ec3c1b174'
const official = path.resolve(import.meta.dirname, '../../../../shared/data/otlp/trace.json')

function jsonTraces(...spans: object[]): Buffer {
  const scopeSpans = [{ scope: { name: 'lib', version: '1' }, spans }]
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  return Buffer.from(JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }))
}

const goodSpan = {
  traceId: TRACE_ID.toUpperCase(),
  spanId: SPAN_ID,
  name: 'chat',
  kind: 3,
  startTimeUnixNano: '1544712660123456789',
  endTimeUnixNano: '1544712661000000000',
}

describe('OTLP/JSON', () => {
  test('ids in upper case, times exact to the microsecond, resource and scope shared', () => {
    const { spans, rejected } = decodeTraces(jsonTraces(goodSpan, { ...goodSpan, spanId: 'AAE19B7EC3C1B174' }), 'json')
    expect(rejected).toBe(0)
    expect(spans[0]).toMatchObject({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      parentSpanId: '',
      role: 'client',
      startMs: 1544712660123.456,
      endMs: 1544712661000,
      scope: { name: 'lib', version: '1' },
    })
    expect(spans[1]?.spanId).toBe('aae19b7ec3c1b174')
    expect(spans[1]?.resource).toBe(spans[0]?.resource)
  })

  test.each([
    [{ stringValue: 'x' }, 'x'],
    [{ intValue: '12' }, 12],
    [{ intValue: 12 }, 12],
    [{ doubleValue: 1.5 }, 1.5],
    [{ doubleValue: 'Infinity' }, Infinity],
    [{ boolValue: false }, false],
    [{ bytesValue: 'AQI=' }, new Uint8Array([1, 2])],
    [{ arrayValue: { values: [{ intValue: 1 }, {}] } }, [1, null]],
    [{ kvlistValue: { values: [{ key: 'a', value: { stringValue: 'b' } }] } }, { a: 'b' }],
    [{}, null],
    [null, null],
  ])('attribute value %j reads as %j', (value, expected) => {
    const { spans } = decodeTraces(jsonTraces({ ...goodSpan, attributes: [{ key: 'k', value }] }), 'json')
    expect(spans[0]?.attributes['k']).toEqual(expected)
  })

  test('an integer that no double holds stays exact', () => {
    const attributes = [{ key: 'k', value: { intValue: '9223372036854775807' } }]
    expect(decodeTraces(jsonTraces({ ...goodSpan, attributes }), 'json').spans[0]?.attributes['k']).toBe(
      9223372036854775807n,
    )
  })

  test('enums by name, status and events', () => {
    const { spans } = decodeTraces(
      jsonTraces({
        ...goodSpan,
        kind: 'SPAN_KIND_SERVER',
        status: { code: 'STATUS_CODE_ERROR', message: 'no' },
        events: [{ name: 'exception', timeUnixNano: 1544712660000000000, attributes: [] }],
        links: [{ traceId: TRACE_ID, spanId: SPAN_ID }],
        droppedEventsCount: 2,
        somethingNew: true,
      }),
      'json',
    )
    expect(spans[0]).toMatchObject({ role: 'server', status: 'error', statusMessage: 'no', dropped: 2 })
    expect(spans[0]?.events).toEqual([{ name: 'exception', timeMs: 1544712660000, attributes: {} }])
    expect(spans[0]?.links).toHaveLength(1)
  })

  test('a partly bad batch keeps its good part and says what was wrong with the rest', () => {
    const { spans, rejected, errorMessage } = decodeTraces(
      jsonTraces(
        goodSpan,
        { ...goodSpan, name: 'short', traceId: 'abcd' },
        { ...goodSpan, name: 'zero', spanId: '0000000000000000' },
        { ...goodSpan, name: 'backwards', endTimeUnixNano: '1544712660000000000' },
        { ...goodSpan, name: 'timeless', startTimeUnixNano: 'yesterday' },
        { ...goodSpan, name: 'idless', spanId: undefined },
      ),
      'json',
    )
    expect(spans.map((span) => span.name)).toEqual(['chat'])
    expect(rejected).toBe(5)
    expect(errorMessage).toContain('span "short": trace_id is "abcd", expected 16 bytes')
    expect(errorMessage).toContain('span "timeless": startTimeUnixNano: found "yesterday", expected nanoseconds')
    expect(errorMessage).toContain('span "backwards": end_time_unix_nano (1544712660000 ms) lies before')
    expect(errorMessage).toContain('span "idless": span_id is missing')
  })

  test.each([
    ['not json', '{', '$: '],
    ['not an object', '[]', '$: found a list, expected an object'],
    ['a list that is none', '{"resourceSpans":{}}', 'resourceSpans: found an object, expected a list'],
    [
      'deep inside',
      '{"resourceSpans":[{},{"scopeSpans":[{"spans":[1]}]}]}',
      'resourceSpans[1].scopeSpans[0].spans[0]: found 1, expected an object',
    ],
  ])('%s is refused with its path', (_name, body, message) => {
    expect(() => decodeTraces(Buffer.from(body), 'json')).toThrow(OtlpDecodeError)
    expect(() => decodeTraces(Buffer.from(body), 'json')).toThrow(message)
  })

  test.skipIf(!existsSync(official))('the official example', () => {
    const { spans } = decodeTraces(readFileSync(official), 'json')
    expect(spans).toHaveLength(1)
    expect(spans[0]).toMatchObject({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      parentSpanId: 'eee19b7ec3c1b173',
      role: 'server',
      attributes: { 'my.span.attr': 'some value' },
      resource: { attributes: { 'service.name': 'my.service' } },
      scope: { attributes: { 'my.scope.attribute': 'some scope attribute' } },
    })
  })
})

describe('OTLP/protobuf', () => {
  test('whatever protobufjs encodes reads the same as its JSON form', () => {
    fc.assert(
      fc.property(fc.array(spanArbitrary(), { maxLength: 4 }), resourceAttributes(), (spans, attributes) => {
        const scopes = [{ scope: { name: 'lib', version: '2' }, spans }]
        const binary = encodeRequest(tracesRequest, { resources: [{ resource: { attributes }, scopes }] })
        const json = {
          resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'lib', version: '2' }, spans }] }],
        }
        const text = JSON.stringify(json, (_key, value: unknown) => jsonForm(value))
        expect(decodeTraces(binary, 'protobuf')).toEqual(decodeTraces(Buffer.from(text), 'json'))
      }),
      { numRuns: 150 },
    )
  })

  test('the resource may stand behind its spans', () => {
    const writer = new ProtobufWriter()
    writer.message(1, () => {
      writer.message(2, () => writer.message(2, () => writeMinimalSpan(writer)))
      writer.message(1, () => {
        writer.message(1, () => {
          writer.string(1, 'service.name')
          writer.message(2, () => writer.string(1, 'late'))
        })
      })
    })
    const { spans } = decodeTraces(Buffer.from(writer.finish()), 'protobuf')
    expect(spans[0]?.resource.attributes).toEqual({ 'service.name': 'late' })
  })

  test('a body cut anywhere is refused with the offset, never half taken', () => {
    const whole = encodeRequest(tracesRequest, {
      resources: [
        {
          scopes: [
            {
              spans: [
                {
                  traceId: Buffer.from(TRACE_ID, 'hex'),
                  name: 'chat',
                  attributes: [{ key: 'a', value: { stringValue: 'b' } }],
                },
              ],
            },
          ],
        },
      ],
    })
    for (let length = 1; length < whole.length; length++) {
      expect(() => decodeTraces(whole.subarray(0, length), 'protobuf')).toThrow(/^byte \d+: /)
    }
  })

  test('a name like __proto__ is data', () => {
    const { spans } = decodeTraces(
      jsonTraces({ ...goodSpan, attributes: [{ key: '__proto__', value: { stringValue: 'x' } }] }),
      'json',
    )
    expect(Object.keys(spans[0]?.attributes ?? {})).toEqual(['__proto__'])
  })

  test('values nested without end are refused', () => {
    const writer = new ProtobufWriter()
    const writeValue = (depth: number): void => {
      if (depth === 0) return writer.string(1, 'x')
      return writer.message(5, () => writer.message(1, () => writeValue(depth - 1)))
    }
    writer.message(1, () => {
      writer.message(2, () => {
        writer.message(2, () => {
          writeMinimalSpan(writer)
          writer.message(9, () => writer.message(2, () => writeValue(100)))
        })
      })
    })
    expect(() => decodeTraces(Buffer.from(writer.finish()), 'protobuf')).toThrow(/nested more than 32 deep/)
  })
})

function writeMinimalSpan(writer: ProtobufWriter): void {
  writer.bytes(1, Buffer.from(TRACE_ID, 'hex'))
  writer.bytes(2, Buffer.from(SPAN_ID, 'hex'))
  writer.fixed64(7, 1_544_712_660_000_000_000n)
  writer.fixed64(8, 1_544_712_661_000_000_000n)
}

/** Buffers are ids (hex) except as `bytesValue` (base64), which the arbitrary wraps. */
function jsonForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'Buffer') return value
  const bytes = Buffer.from((value as unknown as { data: number[] }).data)
  return bytes.length === 8 || bytes.length === 16 ? bytes.toString('hex') : bytes.toString('base64')
}

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))
const nanos = () => fc.bigInt({ min: 1n, max: 2n ** 62n }).map(String)

function anyValue(): fc.Arbitrary<object> {
  return fc.letrec<{ value: object }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.record({ stringValue: fc.string({ unit: 'grapheme' }) }),
      fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
      fc.record({ doubleValue: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0) }),
      fc.record({ boolValue: fc.boolean() }),
      fc.record({ bytesValue: bytes(5) }),
      fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
      fc.record({
        kvlistValue: fc.record({
          values: fc.array(fc.record({ key: fc.string(), value: tie('value') }), { maxLength: 3 }),
        }),
      }),
    ),
  })).value
}

function resourceAttributes() {
  return fc.array(fc.record({ key: fc.string(), value: anyValue() }), { maxLength: 4 })
}

function spanArbitrary() {
  return fc.record({
    traceId: bytes(16),
    spanId: bytes(8),
    parentSpanId: fc.oneof(bytes(8), fc.constant(undefined)),
    traceState: fc.string(),
    name: fc.string({ unit: 'grapheme' }),
    kind: fc.integer({ min: 0, max: 5 }),
    startTimeUnixNano: nanos(),
    endTimeUnixNano: nanos(),
    attributes: resourceAttributes(),
    droppedAttributesCount: fc.nat(9),
    events: fc.array(fc.record({ timeUnixNano: nanos(), name: fc.string(), attributes: resourceAttributes() }), {
      maxLength: 2,
    }),
    links: fc.array(fc.record({ traceId: bytes(16), spanId: bytes(8), attributes: resourceAttributes() }), {
      maxLength: 2,
    }),
    status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: fc.string() }),
  })
}
