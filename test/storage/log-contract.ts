import { describe, expect, test } from 'vitest'
import type { LogRecord } from '../../src/model/log-record.ts'
import type { LogStore } from '../../src/storage/store.ts'
import { freshHour } from './stretch-of-time.ts'

function record(fields: Partial<LogRecord> & Pick<LogRecord, 'timeMs'>): LogRecord {
  return { level: 'info', service: '', body: '', traceId: '', spanId: '', requestId: '', attributes: {}, ...fields }
}

export function logContract(logs: () => LogStore): void {
  describe('log records', () => {
    test('come back with all that was written', async () => {
      const hour = freshHour()
      const full = record({
        timeMs: hour.minMs,
        level: 'fatal',
        service: 'shop',
        body: `it's \\ broken\n\t😀`,
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        requestId: 'r',
        attributes: { 'http.status': 500n },
      })
      await logs().writeLogs([full])
      expect(await logs().logs({ range: hour, limit: 10 })).toEqual([full])
    })

    test('that are equal are two records', async () => {
      const hour = freshHour()
      const one = record({ timeMs: hour.minMs, body: 'tick' })
      await logs().writeLogs([one, one])
      await logs().writeLogs([one])
      expect(await logs().logs({ range: hour, limit: 10 })).toEqual([one, one, one])
    })

    test('are listed newest first, within the range and the limit', async () => {
      const { minMs } = freshHour()
      await logs().writeLogs([2, 0, 3, 1].map((i) => record({ timeMs: minMs + i })))
      const found = await logs().logs({ range: { minMs: minMs + 1, maxMs: minMs + 3 }, limit: 2 })
      expect(found.map(({ timeMs }) => timeMs - minMs)).toEqual([3, 2])
    })

    test('are listed by level, service and trace', async () => {
      const hour = freshHour()
      const wanted = record({ timeMs: hour.minMs, level: 'error', service: 'shop', traceId: 'd'.repeat(32) })
      await logs().writeLogs([wanted, record({ timeMs: hour.minMs })])
      for (const filter of [{ level: 'error' }, { service: 'shop' }, { traceId: 'd'.repeat(32) }] as const) {
        expect(await logs().logs({ range: hour, limit: 10, ...filter })).toEqual([wanted])
      }
    })

    test('are found by words that all occur, in any order, case and language', async () => {
      const hour = freshHour()
      await logs().writeLogs([
        record({ timeMs: hour.minMs, body: 'Connection to Database refused (100%)' }),
        record({ timeMs: hour.minMs + 1, body: '数据库连接被拒绝' }),
      ])
      const find = async (text: string): Promise<number[]> =>
        (await logs().logs({ range: hour, text, limit: 10 })).map(({ timeMs }) => timeMs - hour.minMs)
      expect(await find('REFUSED database')).toEqual([0])
      expect(await find('database accepted')).toEqual([])
      expect(await find('100%)')).toEqual([0])
      expect(await find('数据库 拒绝')).toEqual([1])
      expect(await find('  ')).toEqual([1, 0])
    })
  })
}
