import { expect, test } from 'vitest'
import type { RequestsBody } from '../../src/api/types.ts'
import { Tetrascope } from '../support/tetrascope.ts'

const BATCH = 20
const MAX_BATCHES = 400
const KILL_AFTER_BATCHES = 25

function batchOf(number: number): string {
  const now = `${Date.now()}000000`
  const spans = Array.from({ length: BATCH }, (_, i) => ({
    traceId: (number * BATCH + i + 1).toString(16).padStart(32, '0'),
    spanId: (number * BATCH + i + 1).toString(16).padStart(16, '0'),
    name: 'chat',
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: [
      { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
      { key: 'gen_ai.request.model', value: { stringValue: 'gpt-4o' } },
    ],
  }))
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
}

test('after kill -9 during ingest every acknowledged request is there', async () => {
  const first = await Tetrascope.start()
  let acknowledged = 0
  let sent = 0
  const send = async (): Promise<void> => {
    while (sent < MAX_BATCHES) {
      const response = await first.post('/v1/traces', batchOf(sent++), { 'content-type': 'application/json' })
      if (response.ok) acknowledged++
      if (acknowledged === KILL_AFTER_BATCHES) await first.kill()
    }
  }
  // Three senders, so that batches are under way when the process dies; what is refused afterwards ends them.
  await Promise.allSettled([send(), send(), send()])
  expect(acknowledged).toBeGreaterThanOrEqual(KILL_AFTER_BATCHES)

  const second = await Tetrascope.start({ data: first.data })
  let stored = 0
  let cursor: string | undefined
  do {
    const page: RequestsBody = await second.getJson(
      `/api/tetrascope/v1/requests?limit=1000${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    stored += page.rows.length
    cursor = page.nextCursor
  } while (cursor !== undefined)
  expect(stored).toBeGreaterThanOrEqual(acknowledged * BATCH)
  await second.stop()
})
