/** Where a row stands in the order of a list of requests: newest first, then falling trace and span id. */
export interface PagePosition {
  readonly startMs: number
  readonly traceId: string
  readonly spanId: string
}

const CURSOR = /^(-?\d+)-([0-9a-f]{32})-([0-9a-f]{16})$/

/** A cursor names the last row of a page, so that rows which arrive meanwhile neither repeat nor hide one. */
export function encodeCursor({ startMs, traceId, spanId }: PagePosition): string {
  return `${Math.round(startMs * 1000)}-${traceId}-${spanId}`
}

/** Throws when the text is no cursor that this program gave out. */
export function decodeCursor(cursor: string): PagePosition {
  const [, startUs, traceId, spanId] = CURSOR.exec(cursor) ?? []
  if (startUs === undefined || traceId === undefined || spanId === undefined) {
    throw new Error(`not a cursor: ${JSON.stringify(cursor)} (expected the nextCursor of the page before)`)
  }
  return { startMs: Number(startUs) / 1000, traceId, spanId }
}

/** Whether `a` comes after `b` in the list, that is: whether it is older. */
export function isBefore(a: PagePosition, b: PagePosition): boolean {
  if (a.startMs !== b.startMs) return a.startMs < b.startMs
  return a.traceId === b.traceId ? a.spanId < b.spanId : a.traceId < b.traceId
}
