import type { Labels } from '../model/labels.ts'

const OFFSET = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const MASK = 0xffffffffffffffffn
const SEPARATOR = 0xff

const known = new WeakMap<Labels, string>()

/**
 * Alertmanager's fingerprint of a label set, 16 hexadecimal digits: FNV-1a over names and values in the order of names, each ended by a
 * byte 0xff (prometheus/common, model/signature.go). It names alerts in the API and in webhooks.
 */
export function fingerprint(labels: Labels): string {
  const before = known.get(labels)
  if (before !== undefined) return before
  let hash = OFFSET
  for (const text of labels.pairs) {
    for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK
    hash = ((hash ^ BigInt(SEPARATOR)) * PRIME) & MASK
  }
  const hex = hash.toString(16).padStart(16, '0')
  known.set(labels, hex)
  return hex
}
