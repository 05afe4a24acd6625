import { createHash, randomFillSync } from 'node:crypto'
import type { SpanIds } from './model-call.ts'

/** Random bytes are fetched in stock: a system call for each id would be the larger part of recording a call. */
const stock = Buffer.alloc(4_096)
let used = stock.length

/** So many random bytes as lower-case hex. */
export function randomHex(bytes: number): string {
  if (used + bytes > stock.length) {
    randomFillSync(stock)
    used = 0
  }
  used += bytes
  return stock.toString('hex', used - bytes, used)
}

/** The ids that the server gives to a call of this name, so that feedback by that name finds it. */
export function idsOfName(name: string): SpanIds {
  const hash = createHash('sha256').update(name).digest('hex')
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) }
}
