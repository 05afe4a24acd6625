import type { Span } from '../../../src/model/span.ts'

/** One bar of a waterfall: `left` and `width` are shares of the whole trace. */
export interface TraceRow {
  readonly span: Span
  readonly depth: number
  readonly left: number
  readonly width: number
}

/** Spans depth first, siblings by start. A span whose parent never arrived stands at the top. */
export function traceRows(spans: readonly Span[]): TraceRow[] {
  const startMs = Math.min(...spans.map((span) => span.startMs))
  const lengthMs = Math.max(1e-6, Math.max(...spans.map((span) => span.endMs)) - startMs)
  const known = new Set(spans.map(({ spanId }) => spanId))
  const childrenOf = (parentSpanId: string | undefined): Span[] =>
    spans
      .filter((span) =>
        known.has(span.parentSpanId) ? span.parentSpanId === parentSpanId : parentSpanId === undefined,
      )
      .toSorted((a, b) => a.startMs - b.startMs)
  const walk = (parentSpanId: string | undefined, depth: number): TraceRow[] =>
    childrenOf(parentSpanId).flatMap((span) => [
      { span, depth, left: (span.startMs - startMs) / lengthMs, width: (span.endMs - span.startMs) / lengthMs },
      // A span that names itself as its parent would never end.
      ...(span.spanId === parentSpanId ? [] : walk(span.spanId, depth + 1)),
    ])
  return walk(undefined, 0)
}
