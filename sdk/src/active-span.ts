import { AsyncLocalStorage } from 'node:async_hooks'
import type { CallContext, SpanIds } from './model-call.ts'

/** What holds for everything that runs inside: who asks, and the span that is under way. */
export interface ActiveScope {
  readonly context: CallContext
  readonly span: SpanIds | undefined
}

const storage = new AsyncLocalStorage<ActiveScope>()

const NOTHING: ActiveScope = { context: {}, span: undefined }

/** The innermost scope around the caller. */
export function activeScope(): ActiveScope {
  return storage.getStore() ?? NOTHING
}

export function runInScope<T>(scope: ActiveScope, work: () => T): T {
  return storage.run(scope, work)
}

/** W3C trace context (https://www.w3.org/TR/trace-context/); undefined when the header is none. */
export function parseTraceparent(header: string): SpanIds | undefined {
  const [, traceId, spanId] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/.exec(header) ?? []
  return traceId === undefined || spanId === undefined || /^0+$/.test(traceId) ? undefined : { traceId, spanId }
}

/** The header that hands the innermost span on to another service; undefined outside of any span. */
export function traceparent(): string | undefined {
  const { span } = activeScope()
  return span === undefined ? undefined : `00-${span.traceId}-${span.spanId}-01`
}
