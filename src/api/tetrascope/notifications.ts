import type { FastifyInstance } from 'fastify'
import type { StoredHistory } from '../../alerting/stored-history.ts'
import type { NotificationsBody } from '../types.ts'

const SHOWN = 200

/** GET /notifications: what was told to receivers, newest first. */
export function notificationRoutes(app: FastifyInstance, history: StoredHistory): void {
  app.get('/notifications', (): NotificationsBody => {
    const sent = history.events.flatMap((event) => (event.kind === 'notification' ? [event] : [])).slice(0, SHOWN)
    return {
      notifications: sent.map(({ timeMs, receiver, channel, groupKey, status, alerts, reason, outcome, error }) => ({
        timeMs,
        receiver,
        integration: channel,
        groupKey,
        status,
        alerts: alerts.length,
        reason: error ?? reason,
        outcome,
      })),
    }
  })
}
