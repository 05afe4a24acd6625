import { expect, test } from 'vitest'
import { runInScope } from './active-span.ts'
import { createLogger, type LoggerOptions } from './logger.ts'

function loggerInto(lines: Record<string, unknown>[], options: Partial<LoggerOptions> = {}) {
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  return createLogger({ service: 'shop', destination, ...options })
}

test('a line has the fields of the format and nothing else', () => {
  const lines: Record<string, unknown>[] = []
  const fields = { request_id: 'r', model: 'm', tokens: 9, latency_ms: 8, ttft_ms: 2, status: 'success', cost_usd: 0.1 }
  loggerInto(lines).info('llm_request_completed', { ...fields, user_id: 'u', extra: { try: 1 } })
  const [line] = lines
  expect(Date.parse(String(line?.['timestamp']))).toBeGreaterThan(0)
  expect(line).toEqual({
    timestamp: line?.['timestamp'],
    level: 'info',
    service: 'shop',
    event: 'llm_request_completed',
    ...fields,
    user_id: 'u',
    extra: { try: 1 },
  })
})

test('inside a span a line points to it', () => {
  const lines: Record<string, unknown>[] = []
  const log = loggerInto(lines)
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }
  runInScope({ context: { userId: 'u-1' }, span }, () => log.error('failed', { error: new Error('no') }))
  expect(lines[0]).toMatchObject({ trace_id: span.traceId, span_id: span.spanId, user_id: 'u-1', error: 'no' })
})

test('lines below the level are left out, and secrets are redacted', () => {
  const lines: Record<string, unknown>[] = []
  const log = loggerInto(lines, { level: 'warn', redact: ['extra.token'] })
  log.info('quiet')
  log.warn('loud', { extra: { token: 'secret' } })
  expect(lines.map(({ event, extra }) => ({ event, extra }))).toEqual([
    { event: 'loud', extra: { token: '[redacted]' } },
  ])
})
