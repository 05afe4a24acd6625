/** Where a row stands in the order of a list of requests: newest first, then falling trace and span id. */
export interface PagePosition {
  readonly startMs: number
  readonly traceId: string
  readonly spanId: string
  /** What the list is ordered by, when that is not the start. */
  readonly figure?: number
}

const CURSOR = /^(-?\d+)-([0-9a-f]{32})-([0-9a-f]{16})(?:@(-?[\d.]+(?:e[+-]?\d+)?))?$/

/** A cursor names the last row of a page, so that rows which arrive meanwhile neither repeat nor hide one. */
export function encodeCursor({ startMs, traceId, spanId, figure }: PagePosition): string {
  const position = `${Math.round(startMs * 1000)}-${traceId}-${spanId}`
  return figure === undefined ? position : `${position}@${figure}`
}

/** Throws when the text is no cursor that this program gave out. */
export function decodeCursor(cursor: string): PagePosition {
  const [, startUs, traceId, spanId, figure] = CURSOR.exec(cursor) ?? []
  if (startUs === undefined || traceId === undefined || spanId === undefined) {
    throw new Error(`not a cursor: ${JSON.stringify(cursor)} (expected the nextCursor of the page before)`)
  }
  return { startMs: Number(startUs) / 1000, traceId, spanId, ...(figure !== undefined && { figure: Number(figure) }) }
}

/** Whether `a` comes after `b` in the list, that is: whether its figure is less or it is older. */
export function isBefore(a: PagePosition, b: PagePosition): boolean {
  if ((a.figure ?? 0) !== (b.figure ?? 0)) return (a.figure ?? 0) < (b.figure ?? 0)
  if (a.startMs !== b.startMs) return a.startMs < b.startMs
  return a.traceId === b.traceId ? a.spanId < b.spanId : a.traceId < b.traceId
}
