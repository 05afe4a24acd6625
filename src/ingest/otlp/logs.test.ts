import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeRequest, logsRequest } from '../../../test/support/otlp-protos.ts'
import { textOf } from '../../model/span.ts'
import { decodeLogs, levelOf } from './logs.ts'

const NOW = 1_800_000_000_000
const official = path.resolve(import.meta.dirname, '../../../../shared/data/otlp')

function decode(...logRecords: object[]) {
  const body = {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [{ logRecords }],
      },
    ],
  }
  return decodeLogs(Buffer.from(JSON.stringify(body)), 'json', NOW)
}

test.each([
  [1, '', 'trace'],
  [8, '', 'debug'],
  [9, 'ERROR', 'info'],
  [13, '', 'warn'],
  [17, '', 'error'],
  [24, '', 'fatal'],
  [0, 'Warning', 'warn'],
  [0, 'ERR', 'error'],
  [0, 'critical', 'fatal'],
  [0, 'Information', 'info'],
  [0, '', 'info'],
])('severity %d %j is %s', (number, text, level) => {
  expect(levelOf(number, text)).toBe(level)
})

describe('records', () => {
  test('take the time they were observed, and the time of arrival, where they have none', () => {
    const { records } = decode(
      { observedTimeUnixNano: '1799999999000000000', body: { stringValue: 'a' } },
      { body: { stringValue: 'b' } },
    )
    expect(records.map((record) => record.timeMs)).toEqual([1_799_999_999_000, NOW])
  })

  test('severity by name, structured bodies, resource and event name among the attributes', () => {
    const { records } = decode({
      timeUnixNano: '1800000000000000000',
      severityNumber: 'SEVERITY_NUMBER_WARN2',
      eventName: 'app.started',
      attributes: [{ key: 'request_id', value: { stringValue: 'r1' } }],
      body: { kvlistValue: { values: [{ key: 'a', value: { intValue: '1' } }] } },
    })
    expect(records[0]).toMatchObject({
      level: 'warn',
      body: '{"a":1}',
      service: 'shop',
      requestId: 'r1',
      attributes: { 'service.name': 'shop', 'event.name': 'app.started', request_id: 'r1' },
    })
  })

  test('with ids of a wrong length are left out and reported', () => {
    const { records, rejected, errorMessage } = decode(
      { traceId: 'ab', body: { stringValue: 'bad' } },
      { body: { stringValue: 'good' } },
    )
    expect(records.map((record) => record.body)).toEqual(['good'])
    expect(rejected).toBe(1)
    expect(errorMessage).toBe('log record "bad": trace_id is "ab", expected 16 bytes or nothing')
  })

  test('protobuf and JSON read the same', () => {
    const record = {
      timeUnixNano: '1800000000000000000',
      severityNumber: 13,
      severityText: 'WARN',
      eventName: 'e',
      body: { stringValue: 'x' },
      attributes: [{ key: 'k', value: { boolValue: true } }],
    }
    const ids = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }
    const binary = encodeRequest(logsRequest, {
      resources: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopes: [
            {
              logRecords: [
                { ...record, traceId: Buffer.from(ids.traceId, 'hex'), spanId: Buffer.from(ids.spanId, 'hex') },
              ],
            },
          ],
        },
      ],
    })
    expect(decodeLogs(binary, 'protobuf', NOW)).toEqual(decode({ ...record, ...ids }))
  })
})

describe('messages of model calls', () => {
  const ids = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }
  const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } })

  test('one message a record, named by event.name', () => {
    const body = { kvlistValue: { values: [{ key: 'content', value: { stringValue: 'Hi' } }] } }
    const { messages } = decode({ ...ids, attributes: [attribute('event.name', 'gen_ai.user.message')], body })
    expect(messages[0]).toMatchObject(ids)
    expect(textOf(messages[0]?.inputMessages ?? [])).toBe('Hi')
  })

  test('all messages on one record', () => {
    const { messages } = decode({
      ...ids,
      eventName: 'gen_ai.client.inference.operation.details',
      attributes: [
        attribute('gen_ai.input.messages', '[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]'),
        attribute('gen_ai.output.messages', '[{"role":"assistant","parts":[{"type":"text","content":"Hello"}]}]'),
      ],
    })
    expect(textOf(messages[0]?.outputMessages ?? [])).toBe('Hello')
  })

  test('a record without a span has nowhere to put them', () => {
    expect(decode({ eventName: 'gen_ai.user.message', body: { stringValue: 'Hi' } }).messages).toEqual([])
  })
})

test.skipIf(!existsSync(official))('the official examples', () => {
  const [log] = decodeLogs(readFileSync(path.join(official, 'logs.json')), 'json', NOW).records
  expect(log).toMatchObject({
    level: 'info',
    body: 'Example log record',
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
  })
  expect(log?.attributes).toMatchObject({
    'double.attribute': 637.704,
    'array.attribute': ['many', 'values'],
    'map.attribute': { 'some.map.key': 'some value' },
  })
  const [event] = decodeLogs(readFileSync(path.join(official, 'events.json')), 'json', NOW).records
  expect(event).toMatchObject({ attributes: { 'event.name': 'browser.page_view' }, timeMs: 1_544_712_660_300 })
})
