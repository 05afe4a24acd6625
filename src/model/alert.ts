import type { Labels } from './labels.ts'

/** An alert as a rule hands it over and as Alertmanager's API takes it. Its identity is its label set. */
export interface Alert {
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAtMs: number
  /** In the past: resolved. In the future: resolves by itself then unless it is sent again. */
  readonly endsAtMs: number
  readonly generatorUrl: string
  readonly updatedAtMs: number
}

export function isResolved(alert: Alert, nowMs: number): boolean {
  return alert.endsAtMs !== 0 && alert.endsAtMs <= nowMs
}
