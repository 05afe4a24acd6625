import { createHash } from 'node:crypto'

/** What a provider knows a group by, so that later notifications update or close what the first one opened: SHA-256 in hex, as Alertmanager's. */
export function groupKeyHash(groupKey: string): string {
  return createHash('sha256').update(groupKey).digest('hex')
}
