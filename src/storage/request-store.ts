import type { Verdict } from '../model/evaluation.ts'
import type { Request, RequestStatus } from '../model/request.ts'
import type { RequestSource, Span } from '../model/span.ts'
import type { TimeRange } from './sample-store.ts'

/** Spans of all kinds; those of a model call come with what was derived from them. */
export interface RequestStore {
  /**
   * Commits spans; `costUsd` belongs to the span of the same index (undefined for spans that are no request or have no known price).
   * A span whose (traceId, spanId) is already stored replaces it, so that one that is sent twice counts once.
   */
  writeSpans(spans: readonly Span[], costsUsd: ReadonlyArray<number | undefined>): Promise<void>
  /** One page of requests in the order of the query, with what a list shows; bodies are cut to `PREVIEW_LENGTH` characters. */
  listRequests(query: RequestQuery): Promise<RequestPage>
  request(traceId: string, spanId: string): Promise<Request | undefined>
  /** All spans of a trace by start time; empty when unknown. */
  trace(traceId: string): Promise<Span[]>
  /** Sums for the range, by model. A span that came again with another start may count at both. */
  totals(range: TimeRange): Promise<RequestTotals[]>
  /** The traces that a deletion takes as a whole, also those that are being written; none when it is about a single span. */
  tracesOf(deletion: RequestDeletion): Promise<string[]>
  /**
   * Removes spans for good, with their evaluations, events and log records: of a user or a session whole traces, because the prompts of
   * a model call stand in the spans around it too. Resolves with the number of spans when nothing of it can be read any more.
   */
  deleteRequests(deletion: RequestDeletion): Promise<number>
}

/** What is to be forgotten. */
export type RequestDeletion =
  | { readonly userId: string }
  | { readonly sessionId: string }
  | { readonly traceId: string; readonly spanId: string }

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
  /** As costs are broken down: by `OWNER_ATTRIBUTES`. */
  readonly team?: string
  readonly key?: string
  readonly traceId?: string
  /** Occurs in the prompt or the response, in any case. */
  readonly text?: string
  readonly minLatencyMs?: number
  readonly maxLatencyMs?: number
  readonly promptName?: string
  readonly promptVersion?: string
  /** One of the finish reasons of the call. */
  readonly finishReason?: string
  readonly errorType?: string
  readonly operation?: string
  readonly source?: RequestSource
  /** Input and output together; a request with unknown tokens does not pass. */
  readonly minTokens?: number
  readonly maxTokens?: number
  /** A request with an unknown cost does not pass. */
  readonly minCostUsd?: number
  readonly maxCostUsd?: number
  /** Some evaluator, or the one that is named, came to the verdict. */
  readonly evaluation?: { readonly evaluator?: string; readonly verdict: Verdict }
}

/** What a list is ordered by, the greatest first; unknown figures last. */
export type RequestOrder = 'start' | 'latency' | 'ttft' | 'cost' | 'tokens'

export interface RequestQuery {
  readonly range: TimeRange
  readonly filter: RequestFilter
  readonly limit: number
  /** `start` when absent: newest first. */
  readonly order?: RequestOrder
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
