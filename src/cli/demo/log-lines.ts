/** One question of a user, as the application's own log tells of it. */
export interface LoggedTurn {
  readonly user: string
  readonly session: string
  readonly feature: string
  readonly traceId: string
  readonly spanId: string
  /** HTTP status of the model call. */
  readonly status: number
  readonly startedMs: number
  readonly endedMs: number
}

/** From here on the application complains. */
const SLOW_MS = 4_000

/** What the application logs about a turn, in the shape of the logs API, with the ids of its trace. */
export function logLines({
  user,
  session,
  feature,
  traceId,
  spanId,
  status,
  startedMs,
  endedMs,
}: LoggedTurn): object[] {
  const common = { service: 'assistant-app', trace_id: traceId, span_id: spanId, user_id: user, session_id: session }
  const durationMs = Math.round(endedMs - startedMs)
  const [level, message] = outcomeOf(status, durationMs)
  return [
    { ...common, timestamp: startedMs, level: 'info', message: `${feature}: question of ${user}` },
    { ...common, timestamp: endedMs, level, message: `${feature}: ${message}`, duration_ms: durationMs },
  ]
}

function outcomeOf(status: number, durationMs: number): readonly [level: string, message: string] {
  if (status >= 400) return ['error', `the model did not answer: HTTP ${status} after ${durationMs} ms`]
  if (durationMs >= SLOW_MS) return ['warn', `slow answer after ${durationMs} ms`]
  return ['info', `answered after ${durationMs} ms`]
}
