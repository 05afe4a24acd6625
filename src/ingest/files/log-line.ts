import type { BodyContext } from '../http/body.ts'
import { readLogs } from '../http/logs.ts'
import { readRequests } from '../http/requests.ts'
import { firstNumber, firstText, type JsonRecord } from '../json-value.ts'
import type { ImportedLine } from './imported-line.ts'

/**
 * A line of a structured log (`timestamp`, `level`, `service`, `request_id`, `event`, `model`, tokens, `latency_ms`, `ttft_ms`,
 * `status`, `error`, `user_id`, `cost_usd`, `extra`). A line about a finished model call is also a request; the log record then
 * points to its span. Loggers of this shape leave out what is empty or 0.
 */
export function logLine(line: JsonRecord, context: BodyContext): ImportedLine {
  const call = isCall(line) ? readRequests(line, context, 'file') : undefined
  const [span] = call?.items ?? []
  const ids = span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }
  const taken = readLogs({ ...line, ...ids }, context)
  const failures = [...(call?.failures ?? []), ...taken.failures]
  return {
    spans: call?.items ?? [],
    events: [],
    logs: taken.items,
    problem: failures.map((failure) => failure.message).join('; '),
  }
}

function isCall(line: JsonRecord): boolean {
  if (firstText(line, 'model') === '') return false
  const isFinished = /request_(completed|failed|finished)|completion/.test(firstText(line, 'event'))
  return isFinished || firstNumber(line, 'latency_ms', 'output_tokens') !== undefined
}
