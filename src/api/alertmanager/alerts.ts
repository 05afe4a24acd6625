import type { FastifyInstance } from 'fastify'
import type { Alerting } from '../../alerting/alerting.ts'
import { fingerprint } from '../../alerting/fingerprint.ts'
import { matchesAll } from '../../alerting/matcher/matchers.ts'
import type { Route } from '../../alerting/route.ts'
import type { StoredAlert } from '../../alerting/stored-alert.ts'
import { isResolved } from '../../model/alert.ts'
import type { Matcher } from '../../model/matcher.ts'
import { AnchoredRegex } from '../../util/anchored-regex.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import { filterMatchers, flag, parametersOf } from './parameters.ts'
import { postedAlerts } from './posted-alerts.ts'

/** What an alert list or a list of groups is narrowed to. */
interface AlertFilter {
  readonly matchers: readonly Matcher[]
  readonly receiver: AnchoredRegex | undefined
  readonly active: boolean
  readonly silenced: boolean
  readonly inhibited: boolean
}

/** `/alerts` and `/alerts/groups` of Alertmanager's API v2 (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). */
export function alertRoutes(app: FastifyInstance, alerting: Alerting, clock: Clock): void {
  app.post('/alerts', async (request, reply) => {
    const problems = alerting.send(postedAlerts(request.body, clock.now()))
    // Alertmanager takes the good ones of a batch and answers 400 all the same.
    if (problems.length > 0) throw new HttpError(400, problems.join('; '))
    return reply.send()
  })

  app.get('/alerts', (request) => {
    const filter = filterOf(parametersOf(request))
    const nowMs = clock.now()
    return [...alerting.provider.alerts()]
      .filter((alert) => !isResolved(alert, nowMs) && passes(alert, filter, alerting))
      .map((alert) => alertBody(alert, alerting, receiversOf(alert, alerting)))
      .filter(
        ({ receivers }) => filter.receiver === undefined || receivers.some(({ name }) => filter.receiver?.test(name)),
      )
      .toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
  })

  app.get('/alerts/groups', (request) => {
    const filter = filterOf(parametersOf(request))
    const nowMs = clock.now()
    const routePasses = (route: Route): boolean => filter.receiver?.test(route.options.receiver) ?? true
    const groups = alerting.dispatcher.groups(
      routePasses,
      (alert) => !isResolved(alert, nowMs) && passes(alert, filter, alerting),
    )
    return groups.map(({ receiver, labels, alerts }) => ({
      labels: labels.toObject(),
      receiver: { name: receiver },
      alerts: alerts.map((alert) => alertBody(alert, alerting, [{ name: receiver }])),
    }))
  })
}

function filterOf(parameters: URLSearchParams): AlertFilter {
  const receiver = parameters.get('receiver')
  return {
    matchers: filterMatchers(parameters),
    receiver: receiver === null || receiver === '' ? undefined : AnchoredRegex.compile(receiver),
    active: flag(parameters, 'active', true),
    silenced: flag(parameters, 'silenced', true),
    inhibited: flag(parameters, 'inhibited', true),
  }
}

function passes(alert: StoredAlert, filter: AlertFilter, alerting: Alerting): boolean {
  if (!matchesAll(filter.matchers, alert.labels)) return false
  const { state, silencedBy, inhibitedBy } = alerting.status(alert)
  if (!filter.active && state === 'active') return false
  if (!filter.silenced && silencedBy.length > 0) return false
  return filter.inhibited || inhibitedBy.length === 0
}

function receiversOf(alert: StoredAlert, alerting: Alerting): { name: string }[] {
  return alerting.dispatcher.receivers(alert.labels).map((name) => ({ name }))
}

function alertBody(alert: StoredAlert, alerting: Alerting, receivers: readonly { name: string }[]) {
  const { state, silencedBy, inhibitedBy } = alerting.status(alert)
  return {
    annotations: alert.annotations,
    endsAt: new Date(alert.endsAtMs).toISOString(),
    fingerprint: fingerprint(alert.labels),
    receivers,
    startsAt: new Date(alert.startsAtMs).toISOString(),
    status: { inhibitedBy: inhibitedBy.map(fingerprint), mutedBy: [], silencedBy, state },
    updatedAt: new Date(alert.updatedAtMs).toISOString(),
    generatorURL: alert.generatorUrl,
    labels: alert.labels.toObject(),
  }
}
