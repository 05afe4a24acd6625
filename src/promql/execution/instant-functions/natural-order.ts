import { compareText } from '../../../model/labels.ts'

const CHUNKS = /\d+|\D+/g

/** Orders texts as people count: `node-2` before `node-10`. A text comes before what continues it. */
export function compareNatural(a: string, b: string): number {
  const left = a.match(CHUNKS) ?? []
  const right = b.match(CHUNKS) ?? []
  const length = Math.min(left.length, right.length)
  for (let i = 0; i < length; i++) {
    const order = compareChunks(left[i] ?? '', right[i] ?? '')
    if (order !== 0) return order
  }
  return left.length - right.length
}

function compareChunks(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareText(a, b)
  const [left, right] = [BigInt(a), BigInt(b)]
  return left < right ? -1 : Number(left > right)
}
