import type { Request } from '../model/request.ts'
import type { RequestFigures } from './request-figures.ts'
import type { RequestFilter } from './request-store.ts'
import type { TimeRange } from './sample-store.ts'

/** Which requests a question is about. */
export interface RequestSelection {
  readonly range: TimeRange
  readonly filter: RequestFilter
}

/** What requests can be counted and grouped by. `prompt` is name@version. */
export const REQUEST_FIELDS = [
  'model',
  'provider',
  'status',
  'operation',
  'source',
  'service',
  'feature',
  'user',
  'session',
  'prompt',
  'error_type',
  'finish_reason',
] as const
export type RequestField = (typeof REQUEST_FIELDS)[number]

export type ExportFormat = 'jsonl' | 'csv' | 'parquet'

/** Answers questions about many requests. A span that was sent twice counts once. */
export interface RequestExplorer {
  /** For each field its most frequent values; '' is among them when a request says nothing. A request counts for each of its finish reasons. */
  facets(
    query: RequestSelection & { readonly fields: readonly RequestField[]; readonly limit: number },
  ): Promise<Facets>
  /** By multiples of the step since 1970, ascending; steps without requests are left out. */
  histogram(query: RequestSelection & { readonly stepMs: number }): Promise<HistogramStep[]>
  /** Groups with the most requests first. */
  groups(query: RequestSelection & { readonly by: RequestField; readonly limit: number }): Promise<RequestGroup[]>
  /** All of a selection as one group, to be compared with another one. */
  figures(query: RequestSelection): Promise<RequestFigures>
  /** Sessions that have an id, the one with the newest request first. */
  sessions(query: RequestSelection & { readonly limit: number; readonly offset: number }): Promise<Session[]>
  /** The requests of a session, oldest first. */
  turns(query: { readonly sessionId: string; readonly range: TimeRange; readonly limit: number }): Promise<Request[]>
  /** The newest `limit` requests as a file, piece by piece. Throws when it cannot be begun. */
  exportRequests(
    query: RequestSelection & { readonly format: ExportFormat; readonly limit: number },
  ): AsyncIterable<Buffer>
}

export type Facets = Partial<Record<RequestField, ReadonlyArray<{ readonly value: string; readonly count: number }>>>

/** Sums leave out what is unknown; `unpriced` says how many costs are. */
export interface RequestSums {
  readonly requests: number
  readonly errors: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
  readonly unpriced: number
}

export interface HistogramStep extends RequestSums {
  readonly startMs: number
  readonly latencyP95Ms: number
}

export interface RequestGroup extends RequestSums {
  readonly value: string
  readonly cacheReadTokens: number
  readonly latencyP50Ms: number
  readonly latencyP95Ms: number
  readonly latencyP99Ms: number
  /** Undefined when no request of the group says its time to first token. */
  readonly ttftP50Ms: number | undefined
  readonly ttftP95Ms: number | undefined
  /** Output tokens by the time that their requests took; undefined when no output is known. */
  readonly outputTokensPerSecond: number | undefined
}

export interface Session extends RequestSums {
  readonly sessionId: string
  /** Of its newest request. */
  readonly userId: string
  readonly firstMs: number
  readonly lastMs: number
}
