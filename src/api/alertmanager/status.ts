import type { FastifyInstance } from 'fastify'
import type { Alerting } from '../../alerting/alerting.ts'

export interface AlertmanagerFacts {
  readonly version: string
  readonly startedMs: number
  /** The Alertmanager configuration in force, YAML. */
  configText(): string
}

/** `/status` and `/receivers` of Alertmanager's API v2. One process is a cluster of none. */
export function alertmanagerStatusRoutes(app: FastifyInstance, alerting: Alerting, facts: AlertmanagerFacts): void {
  app.get('/status', () => ({
    cluster: { status: 'disabled', peers: [] },
    config: { original: facts.configText() },
    uptime: new Date(facts.startedMs).toISOString(),
    versionInfo: { branch: '', buildDate: '', buildUser: '', goVersion: '', revision: '', version: facts.version },
  }))

  app.get('/receivers', () => alerting.settings.config.receivers.map(({ name }) => ({ name })))
}
