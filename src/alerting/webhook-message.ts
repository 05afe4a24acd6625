import type { Notification } from './notify/notification.ts'
import { goJsonLine } from './template/go-json.ts'
import type { TemplateData } from './template/template-data.ts'

/** The first alerts only, 0 for all; what is common to them and their status follow from these. */
export function firstAlerts(notification: Notification, maxAlerts: number): Notification {
  if (maxAlerts === 0 || notification.alerts.length <= maxAlerts) return notification
  const alerts = notification.alerts.slice(0, maxAlerts)
  return { ...notification, alerts, status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved' }
}

/** A notification in version 4 of Alertmanager's format (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
export function webhookMessage(data: TemplateData, groupKey: string, truncatedAlerts: number): string {
  return goJsonLine({
    receiver: data.Receiver,
    status: data.Status,
    alerts: Array.from(data.Alerts),
    groupLabels: data.GroupLabels,
    commonLabels: data.CommonLabels,
    commonAnnotations: data.CommonAnnotations,
    externalURL: data.ExternalURL,
    version: '4',
    groupKey,
    truncatedAlerts,
  })
}
