/**
 * The next time at which a group is due. Groups are spread over the interval by a hash of their key, so that they do not all
 * query at once, and keep their slot over restarts.
 */
export function nextSlotMs(key: string, nowMs: number, intervalMs: number): number {
  const offset = hash(key) % intervalMs
  return Math.floor((nowMs - offset) / intervalMs) * intervalMs + offset + intervalMs
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value >>> 0
}
