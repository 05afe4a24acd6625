import type { Labels } from '../../model/labels.ts'
import type { NotifyReason } from './dedup.ts'

/** An alert as a notification tells of it. */
export interface NotifiedAlert {
  readonly status: 'firing' | 'resolved'
  readonly labels: Labels
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAtMs: number
  /** 0 while it is firing. */
  readonly endsAtMs: number
  readonly generatorUrl: string
}

/** What one channel of a receiver is told about one group. */
export interface Notification {
  readonly receiver: string
  readonly groupKey: string
  readonly groupLabels: Labels
  /** Of the route, templates still. */
  readonly routeLabels: Readonly<Record<string, string>>
  /** Firing as long as one alert is. */
  readonly status: 'firing' | 'resolved'
  /** In order; resolved ones only for channels that want them. */
  readonly alerts: readonly NotifiedAlert[]
  readonly reason: NotifyReason
  readonly externalUrl: string
  /** By which who is told says that they look after it; '' when nothing fires or nobody outside can reach us. */
  readonly acknowledgeUrl: string
  readonly timeMs: number
}
