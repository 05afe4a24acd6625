import type { Counter, Gauge, InstrumentRegistry } from '../../telemetry/instruments.ts'

export interface ExternalMetrics {
  readonly sent: Counter<'alertmanager'>
  readonly errors: Counter<'alertmanager'>
  readonly dropped: Counter<'alertmanager'>
  readonly queued: Gauge<'alertmanager'>
}

export function createExternalMetrics(registry: InstrumentRegistry): ExternalMetrics {
  const counter = (name: string, help: string): Counter<'alertmanager'> =>
    registry.counter({ name: `tetrascope_external_alertmanager_${name}`, help, labelNames: ['alertmanager'] })
  return {
    sent: counter('sent_total', 'Alerts sent to an external Alertmanager.'),
    errors: counter('errors_total', 'Alerts that an external Alertmanager did not take.'),
    dropped: counter('dropped_total', 'Alerts dropped because they waited too long for an external Alertmanager.'),
    queued: registry.gauge({
      name: 'tetrascope_external_alertmanager_queue_length',
      help: 'Alerts that wait for an external Alertmanager.',
      labelNames: ['alertmanager'],
    }),
  }
}
