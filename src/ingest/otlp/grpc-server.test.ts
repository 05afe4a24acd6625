import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeRequest, tracesRequest } from '../../../test/support/otlp-protos.ts'
import { RecordingWriter } from '../../../test/support/recording-writer.ts'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import { type Store, StoreUnavailableError } from '../../storage/store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { ProtobufReader } from '../../util/protobuf-wire.ts'
import { Intake } from '../intake.ts'
import { RequestSeries } from '../request-series.ts'
import { OtlpGrpcServer } from './grpc-server.ts'
import { MetricTranslator } from './metric-translator.ts'

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const TRACE_ID = '5b8efff798038103d269b633813fc60c'
const GZIP = { 'grpc.default_compression_algorithm': 2 }

let store: Store
let server: OtlpGrpcServer
let port: number

beforeEach(async () => {
  store = createMemoryStore()
  const registry = new InstrumentRegistry()
  const clock = new ManualClock(1_800_000_000_000)
  const intake = new Intake({ store, costOf: () => undefined, series: new RequestSeries(registry), registry, clock })
  const sinks = {
    intake,
    samples: new RecordingWriter(),
    translator: new MetricTranslator(),
    clock,
    log: silentLogger,
    maxBodyBytes: 100_000,
  }
  server = new OtlpGrpcServer({ sinks, authorize: (authorization) => authorization !== 'Bearer wrong' })
  port = await server.listen('127.0.0.1', 0)
})

afterEach(() => server.close())

function span(fields: object = {}): object {
  return {
    traceId: Buffer.from(TRACE_ID, 'hex'),
    spanId: Buffer.from('eee19b7ec3c1b174', 'hex'),
    name: 'x',
    startTimeUnixNano: '1800000000000000000',
    endTimeUnixNano: '1800000001000000000',
    ...fields,
  }
}

function traces(...spans: object[]): Buffer {
  return encodeRequest(tracesRequest, { resources: [{ scopes: [{ spans }] }] })
}

interface CallOptions {
  readonly path?: string
  readonly compression?: object
  readonly authorization?: string
}

/** One call through the client that the OpenTelemetry SDKs use. */
function call(body: Buffer, { path = EXPORT, compression = {}, authorization }: CallOptions = {}): Promise<Buffer> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), compression)
  const metadata = new Metadata()
  if (authorization !== undefined) metadata.set('authorization', authorization)
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
      body,
      metadata,
      (error, answer) => {
        client.close()
        if (error === null && answer !== undefined) resolve(answer)
        else reject(error ?? new Error('no answer'))
      },
    )
  })
}

async function failure(...given: Parameters<typeof call>): Promise<[code: number, details: string]> {
  const error = await call(...given).then(
    () => undefined,
    (reason: ServiceError) => reason,
  )
  return [error?.code ?? 0, error?.details ?? '']
}

describe('calls', () => {
  test.each([
    ['plain', {}],
    ['gzip', GZIP],
  ])('are answered when the data is committed: %s', async (_name, compression) => {
    expect(await call(traces(span()), { compression })).toHaveLength(0)
    expect(await store.requests.trace(TRACE_ID)).toHaveLength(1)
  })

  test('say what a partly bad batch lost', async () => {
    const answer = new ProtobufReader(await call(traces(span(), span({ spanId: Buffer.alloc(3) }))))
    expect(answer.next()).toBe(true)
    const partial = answer.message()
    partial.next()
    expect(partial.varint()).toBe(1)
    partial.next()
    expect(partial.string()).toContain('expected 8 bytes that are not all zero')
  })

  test('that are malformed are refused with the offset', async () => {
    expect(await failure(Buffer.from([0x0a, 0x05, 0x00]))).toEqual([
      status.INVALID_ARGUMENT,
      expect.stringContaining('byte 2'),
    ])
  })

  test('that are too large are refused, before and after unpacking', async () => {
    const large = traces(span({ name: 'x'.repeat(200_000) }))
    expect(await failure(large)).toEqual([
      status.RESOURCE_EXHAUSTED,
      expect.stringContaining('larger than 100000 bytes'),
    ])
    expect((await failure(large, { compression: GZIP }))[0]).toBe(status.RESOURCE_EXHAUSTED)
  })

  test('of another method or without the key are refused', async () => {
    expect(await failure(traces(), { path: '/x.Y/Z' })).toEqual([status.UNIMPLEMENTED, 'unknown method /x.Y/Z'])
    expect((await failure(traces(), { authorization: 'Bearer wrong' }))[0]).toBe(status.UNAUTHENTICATED)
  })

  test('come again when the store cannot take data', async () => {
    store.requests.writeSpans = () => Promise.reject(new StoreUnavailableError('disk full'))
    expect(await failure(traces(span()))).toEqual([status.UNAVAILABLE, 'disk full'])
  })
})

test('closing twice is closing once', async () => {
  await server.close()
  await server.close()
})
