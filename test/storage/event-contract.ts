import { describe, expect, test } from 'vitest'
import type { Event } from '../../src/model/event.ts'
import type { EventStore } from '../../src/storage/store.ts'
import { freshHour } from './stretch-of-time.ts'

let events = 0

function event(fields: Partial<Event> & Pick<Event, 'timeMs'>): Event {
  return {
    id: `event-${++events}`,
    type: 'feedback',
    name: '',
    userId: '',
    sessionId: '',
    traceId: '',
    spanId: '',
    value: undefined,
    comment: '',
    attributes: {},
    ...fields,
  }
}

export function eventContract(store: () => EventStore): void {
  describe('events', () => {
    test('come back with all that was written', async () => {
      const hour = freshHour()
      const full = event({
        timeMs: hour.minMs + 1,
        type: 'custom',
        name: '购买',
        userId: 'u',
        sessionId: 's',
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        value: 0.1 + 0.2,
        comment: `it's "good"\n`,
        attributes: { n: 1n, list: [1, null] },
      })
      const bare = event({ timeMs: hour.minMs })
      await store().writeEvents([bare, full])
      expect(await store().events({ range: hour, limit: 10 })).toEqual([full, bare])
    })

    test('with a known id replace what was written, at whatever time', async () => {
      const hour = freshHour()
      const first = event({ timeMs: hour.minMs, value: 0 })
      const second = { ...first, timeMs: hour.minMs + 5_000, value: 1 }
      await store().writeEvents([first])
      await store().writeEvents([second])
      expect(await store().events({ range: hour, limit: 10 })).toEqual([second])
      expect(await store().events({ range: { minMs: hour.minMs, maxMs: hour.minMs }, limit: 10 })).toEqual([])
    })

    test('are listed newest first, within the range and the limit', async () => {
      const { minMs } = freshHour()
      await store().writeEvents([2, 0, 3, 1].map((i) => event({ timeMs: minMs + i })))
      const found = await store().events({ range: { minMs: minMs + 1, maxMs: minMs + 3 }, limit: 2 })
      expect(found.map(({ timeMs }) => timeMs - minMs)).toEqual([3, 2])
    })

    test('are listed by type, user, session and trace', async () => {
      const hour = freshHour()
      const wanted = event({
        timeMs: hour.minMs,
        type: 'revenue',
        userId: 'u',
        sessionId: 's',
        traceId: 'c'.repeat(32),
      })
      await store().writeEvents([wanted, event({ timeMs: hour.minMs })])
      for (const filter of [
        { type: 'revenue' },
        { userId: 'u' },
        { sessionId: 's' },
        { traceId: 'c'.repeat(32) },
      ] as const) {
        expect(await store().events({ range: hour, limit: 10, ...filter })).toEqual([wanted])
      }
    })
  })
}
