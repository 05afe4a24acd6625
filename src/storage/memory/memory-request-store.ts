import { isLlmSpan, latencyMs, modelOf, requestStatus, type Request } from '../../model/request.ts'
import { textOf, type Span } from '../../model/span.ts'
import { decodeCursor, encodeCursor, isBefore, type PagePosition } from '../page-cursor.ts'
import {
  PREVIEW_LENGTH,
  type RequestDeletion,
  type RequestOrder,
  type RequestPage,
  type RequestQuery,
  type RequestRow,
  type RequestStore,
  type RequestTotals,
} from '../request-store.ts'
import type { RequestSelection } from '../request-explorer.ts'
import type { TimeRange } from '../sample-store.ts'
import type { MemoryEvaluationStore } from './memory-evaluation-store.ts'
import type { MemoryEventStore } from './memory-event-store.ts'
import type { MemoryLogStore } from './memory-log-store.ts'
import { quantile } from './memory-request-explorer.ts'
import { requestPasses, totalTokens } from './request-passes.ts'

interface StoredSpan {
  readonly span: Span
  readonly costUsd: number | undefined
}

/** Where more is kept of requests. */
export interface RelatedStores {
  readonly evaluations: MemoryEvaluationStore
  readonly events: MemoryEventStore
  readonly logs: MemoryLogStore
}

/** Spans by (trace, span); every query looks at all of them. */
export class MemoryRequestStore implements RequestStore {
  readonly #spans = new Map<string, StoredSpan>()
  readonly #related: RelatedStores

  constructor(related: RelatedStores) {
    this.#related = related
  }

  async writeSpans(spans: readonly Span[], costsUsd: ReadonlyArray<number | undefined>): Promise<void> {
    spans.forEach((span, i) => this.#spans.set(spanKey(span.traceId, span.spanId), { span, costUsd: costsUsd[i] }))
  }

  async listRequests({ range, filter, limit, cursor, order = 'start' }: RequestQuery): Promise<RequestPage> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    const matching = this.select({ range, filter })
      .map((request) => ({ request, position: positionOf(request, order) }))
      .filter(({ position }) => after === undefined || isBefore(position, after))
      .sort((a, b) => (isBefore(a.position, b.position) ? 1 : -1))
    const page = matching.slice(0, limit)
    const last = page.at(-1)
    const isLast = last === undefined || matching.length <= limit
    const rows = page.map(({ request }) => toRow(request))
    return { rows, nextCursor: isLast ? undefined : encodeCursor(last.position) }
  }

  /** The requests of a selection, newest first. */
  select({ range, filter }: RequestSelection): Request[] {
    return this.#requestsIn(range)
      .filter((request) => requestPasses(request, filter, this.#related.evaluations.of(request.span)))
      .sort((a, b) => (isBefore(a.span, b.span) ? 1 : -1))
  }

  async tracesOf(deletion: RequestDeletion): Promise<string[]> {
    if ('traceId' in deletion) return []
    return [...new Set(this.#doomed(deletion).map(({ traceId }) => traceId))]
  }

  async deleteRequests(deletion: RequestDeletion): Promise<number> {
    const traces = new Set(await this.tracesOf(deletion))
    const keys = new Set(this.#doomed(deletion).map(({ traceId, spanId }) => spanKey(traceId, spanId)))
    const belongs = (item: { readonly traceId: string; readonly spanId: string }): boolean =>
      traces.has(item.traceId) || keys.has(spanKey(item.traceId, item.spanId))
    for (const key of keys) this.#spans.delete(key)
    this.#related.evaluations.remove(belongs)
    this.#related.logs.remove(belongs)
    this.#related.events.remove((event) => belongs(event) || isOwn(event, deletion))
    return keys.size
  }

  async request(traceId: string, spanId: string): Promise<Request | undefined> {
    const stored = this.#spans.get(spanKey(traceId, spanId))
    return stored === undefined ? undefined : asRequest(stored)
  }

  async trace(traceId: string): Promise<Span[]> {
    return [...this.#spans.values()]
      .map(({ span }) => span)
      .filter((span) => span.traceId === traceId)
      .sort((a, b) => a.startMs - b.startMs)
  }

  async totals(range: TimeRange): Promise<RequestTotals[]> {
    const byModel = new Map<string, Request[]>()
    for (const request of this.#requestsIn(range)) {
      const model = modelOf(request.span)
      const requests = byModel.get(model)
      if (requests === undefined) byModel.set(model, [request])
      else requests.push(request)
    }
    return [...byModel].map(([model, requests]) => sumUp(model, requests)).sort((a, b) => (a.model < b.model ? -1 : 1))
  }

  #doomed(deletion: RequestDeletion): readonly Span[] {
    return spansOf(
      deletion,
      [...this.#spans.values()].map(({ span }) => span),
    )
  }

  #requestsIn(range: TimeRange): Request[] {
    return [...this.#spans.values()]
      .filter(({ span }) => span.startMs >= range.minMs && span.startMs <= range.maxMs)
      .flatMap((stored) => asRequest(stored) ?? [])
  }
}

function spansOf(deletion: RequestDeletion, spans: readonly Span[]): readonly Span[] {
  if ('traceId' in deletion) {
    return spans.filter((span) => span.traceId === deletion.traceId && span.spanId === deletion.spanId)
  }
  const traces = new Set(spans.filter((span) => isOwn(span, deletion)).map(({ traceId }) => traceId))
  return spans.filter(({ traceId }) => traces.has(traceId))
}

function isOwn(item: { readonly userId: string; readonly sessionId: string }, deletion: RequestDeletion): boolean {
  if ('userId' in deletion) return item.userId === deletion.userId
  return 'sessionId' in deletion && item.sessionId === deletion.sessionId
}

function positionOf(request: Request, order: RequestOrder): PagePosition {
  const { traceId, spanId, startMs } = request.span
  return order === 'start'
    ? { traceId, spanId, startMs }
    : { traceId, spanId, startMs, figure: figureOf(request, order) }
}

/** -1 for what is unknown. */
function figureOf(request: Request, order: Exclude<RequestOrder, 'start'>): number {
  switch (order) {
    case 'latency':
      return latencyMs(request.span)
    case 'ttft':
      return request.span.llm.ttftMs ?? -1
    case 'cost':
      return request.costUsd ?? -1
    case 'tokens':
      return totalTokens(request) ?? -1
  }
}

function spanKey(traceId: string, spanId: string): string {
  return `${traceId}/${spanId}`
}

function asRequest({ span, costUsd }: StoredSpan): Request | undefined {
  return isLlmSpan(span) ? { span, costUsd } : undefined
}

function toRow({ span, costUsd }: Request): RequestRow {
  const { llm } = span
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    startMs: span.startMs,
    latencyMs: latencyMs(span),
    ttftMs: llm.ttftMs,
    status: requestStatus(span),
    errorType: llm.errorType,
    provider: llm.provider,
    model: modelOf(span),
    operation: llm.operation,
    service: span.service,
    userId: span.userId,
    sessionId: span.sessionId,
    inputTokens: llm.usage.inputTokens,
    outputTokens: llm.usage.outputTokens,
    costUsd,
    promptPreview: preview(textOf(llm.inputMessages)),
    responsePreview: preview(textOf(llm.outputMessages)),
  }
}

/** Counted in code points, so that no character is cut in half. */
function preview(text: string): string {
  return Array.from(text.slice(0, 2 * PREVIEW_LENGTH))
    .slice(0, PREVIEW_LENGTH)
    .join('')
}

function sumUp(model: string, requests: readonly Request[]): RequestTotals {
  const sum = (value: (request: Request) => number | undefined): number =>
    requests.reduce((total, request) => total + (value(request) ?? 0), 0)
  const latencies = requests.map(({ span }) => latencyMs(span)).sort((a, b) => a - b)
  return {
    model,
    requests: requests.length,
    errors: requests.filter(({ span }) => requestStatus(span) === 'error').length,
    inputTokens: sum(({ span }) => span.llm.usage.inputTokens),
    outputTokens: sum(({ span }) => span.llm.usage.outputTokens),
    costUsd: sum(({ costUsd }) => costUsd),
    unpriced: requests.filter(({ costUsd }) => costUsd === undefined).length,
    latencyP50Ms: quantile(latencies, 0.5),
    latencyP95Ms: quantile(latencies, 0.95),
  }
}
