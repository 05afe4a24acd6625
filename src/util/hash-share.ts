import { fnv1a } from './fnv.ts'

/**
 * A number in [0, 1) that looks random and depends on the id alone: who keeps what is below a share keeps that share of all ids, also of
 * ids that count up (FNV-1a, then mixed as in MurmurHash3).
 */
export function hashShare(id: string): number {
  let hash = fnv1a(id)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
