import type { GlobalConfig } from './global-config.ts'
import type { HttpConfig } from '../http/config.ts'
import type { Notification } from './notify/notification.ts'
import type { HttpSender } from './http-sender.ts'
import type { NotificationTemplates } from './template/notification-templates.ts'
import type { Clock } from '../util/clock.ts'

/**
 * Sending once. `retry`: the same notification may succeed later, not before `retryAfterMs` have passed where the other side asks
 * for that. `reason` is for logs and people.
 */
export type SendResult = 'sent' | { readonly retry: boolean; readonly reason: string; readonly retryAfterMs?: number }

/** Where notifications go: one channel with one configuration. */
export interface Receiver {
  /** Tries once; trying again is the pipeline's business. Never throws for what the other side does. The signal ends the attempt. */
  notify(notification: Notification, signal: AbortSignal): Promise<SendResult>
}

/** What receivers are built with. */
export interface ReceiverContext {
  readonly templates: NotificationTemplates
  readonly clock: Clock
  /** A sender that speaks HTTP as the receiver's configuration, or else the global one, says. */
  readonly http: (config: HttpConfig | undefined | null) => HttpSender
  /** A secret as it is written, or from its file, which is read anew each time; '' when there is neither. */
  readonly secret: (written: string, file: string) => Promise<string>
}

/** A receiver's configuration lacks something; `message` is in Alertmanager's words. */
export class ReceiverConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ReceiverConfigError'
  }
}

/** Puts the global settings where the receiver says nothing. Throws `ReceiverConfigError`. */
export type Complete<C> = (config: C, global: GlobalConfig) => C
