import type { Request, RequestStatus } from '../model/request.ts'
import type { Span } from '../model/span.ts'
import type { TimeRange } from './sample-store.ts'

/** Spans of all kinds; those of a model call come with what was derived from them. */
export interface RequestStore {
  /**
   * Commits spans; `costUsd` belongs to the span of the same index (undefined for spans that are no request or have no known price).
   * A span whose (traceId, spanId) is already stored replaces it, so that one that is sent twice counts once.
   */
  writeSpans(spans: readonly Span[], costsUsd: ReadonlyArray<number | undefined>): Promise<void>
  /** One page of requests, newest first, with what a list shows; bodies are cut to `PREVIEW_LENGTH` characters. */
  listRequests(query: RequestQuery): Promise<RequestPage>
  request(traceId: string, spanId: string): Promise<Request | undefined>
  /** All spans of a trace by start time; empty when unknown. */
  trace(traceId: string): Promise<Span[]>
  /** Sums for the range, by model. A span that came again with another start may count at both. */
  totals(range: TimeRange): Promise<RequestTotals[]>
}

export const PREVIEW_LENGTH = 200

/** Absent fields do not filter. */
export interface RequestFilter {
  readonly model?: string
  readonly provider?: string
  readonly status?: RequestStatus
  readonly userId?: string
  readonly sessionId?: string
  readonly service?: string
  readonly feature?: string
  readonly traceId?: string
  /** Occurs in the prompt or the response, in any case. */
  readonly text?: string
  readonly minLatencyMs?: number
}

export interface RequestQuery {
  readonly range: TimeRange
  readonly filter: RequestFilter
  readonly limit: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

export interface RequestPage {
  /** At most `limit`; a page may hold fewer though there is a next one, because spans that were replaced are taken out after it is cut. */
  readonly rows: readonly RequestRow[]
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined
}

export interface RequestRow {
  readonly traceId: string
  readonly spanId: string
  readonly startMs: number
  readonly latencyMs: number
  readonly ttftMs: number | undefined
  readonly status: RequestStatus
  readonly errorType: string
  readonly provider: string
  readonly model: string
  readonly operation: string
  readonly service: string
  readonly userId: string
  readonly sessionId: string
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly costUsd: number | undefined
  readonly promptPreview: string
  readonly responsePreview: string
}

export interface RequestTotals {
  readonly model: string
  readonly requests: number
  readonly errors: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  /** Requests whose cost is unknown and therefore not in `costUsd`. */
  readonly unpriced: number
  readonly latencyP50Ms: number
  readonly latencyP95Ms: number
}
