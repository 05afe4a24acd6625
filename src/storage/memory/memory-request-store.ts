import { isLlmSpan, latencyMs, modelOf, requestStatus, type LlmSpan, type Request } from '../../model/request.ts'
import { textOf, type Span } from '../../model/span.ts'
import { decodeCursor, encodeCursor, isBefore, type PagePosition } from '../page-cursor.ts'
import {
  PREVIEW_LENGTH,
  type RequestFilter,
  type RequestPage,
  type RequestQuery,
  type RequestRow,
  type RequestStore,
  type RequestTotals,
} from '../request-store.ts'
import type { TimeRange } from '../sample-store.ts'

interface StoredSpan {
  readonly span: Span
  readonly costUsd: number | undefined
}

/** Spans by (trace, span); every query looks at all of them. */
export class MemoryRequestStore implements RequestStore {
  readonly #spans = new Map<string, StoredSpan>()

  async writeSpans(spans: readonly Span[], costsUsd: ReadonlyArray<number | undefined>): Promise<void> {
    spans.forEach((span, i) => this.#spans.set(spanKey(span.traceId, span.spanId), { span, costUsd: costsUsd[i] }))
  }

  async listRequests({ range, filter, limit, cursor }: RequestQuery): Promise<RequestPage> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor)
    const matching = this.#requestsIn(range)
      .filter((request) => passes(request.span, filter))
      .filter(({ span }) => after === undefined || isBefore(span, after))
      .sort((a, b) => (isBefore(a.span, b.span) ? 1 : -1))
    const page = matching.slice(0, limit)
    const last = page.at(-1)
    const isLast = last === undefined || matching.length <= limit
    return { rows: page.map(toRow), nextCursor: isLast ? undefined : encodeCursor(last.span satisfies PagePosition) }
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

  #requestsIn(range: TimeRange): Request[] {
    return [...this.#spans.values()]
      .filter(({ span }) => span.startMs >= range.minMs && span.startMs <= range.maxMs)
      .flatMap((stored) => asRequest(stored) ?? [])
  }
}

function spanKey(traceId: string, spanId: string): string {
  return `${traceId}/${spanId}`
}

function asRequest({ span, costUsd }: StoredSpan): Request | undefined {
  return isLlmSpan(span) ? { span, costUsd } : undefined
}

function passes(span: LlmSpan, filter: RequestFilter): boolean {
  const { llm } = span
  const equal: ReadonlyArray<readonly [wanted: string | undefined, found: string]> = [
    [filter.model, modelOf(span)],
    [filter.provider, llm.provider],
    [filter.status, requestStatus(span)],
    [filter.userId, span.userId],
    [filter.sessionId, span.sessionId],
    [filter.service, span.service],
    [filter.feature, llm.feature],
    [filter.traceId, span.traceId],
  ]
  if (equal.some(([wanted, found]) => wanted !== undefined && wanted !== found)) return false
  if (filter.minLatencyMs !== undefined && latencyMs(span) < filter.minLatencyMs) return false
  return filter.text === undefined || hasText(span, filter.text)
}

function hasText({ llm }: LlmSpan, text: string): boolean {
  const wanted = text.toLowerCase()
  return [llm.inputMessages, llm.outputMessages].some((messages) => textOf(messages).toLowerCase().includes(wanted))
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

/** Linear interpolation between the two nearest ranks, as ClickHouse's `quantileExactInclusive`. */
function quantile(ascending: readonly number[], q: number): number {
  const rank = q * (ascending.length - 1)
  const low = ascending[Math.floor(rank)] ?? 0
  const high = ascending[Math.ceil(rank)] ?? low
  return low + (high - low) * (rank - Math.floor(rank))
}
