import { fnv1a } from '../util/fnv.ts'

/**
 * The next time at which a group is due. Groups are spread over the interval by a hash of their key, so that they do not all
 * query at once, and keep their slot over restarts.
 */
export function nextSlotMs(key: string, nowMs: number, intervalMs: number): number {
  const offset = fnv1a(key) % intervalMs
  return Math.floor((nowMs - offset) / intervalMs) * intervalMs + offset + intervalMs
}
