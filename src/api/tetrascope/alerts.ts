import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Alerting } from '../../alerting/alerting.ts'
import type { AlertGroup } from '../../alerting/dispatcher.ts'
import { fingerprint } from '../../alerting/fingerprint.ts'
import { parseMatcher } from '../../alerting/matcher/parse-matchers.ts'
import { matchesAll } from '../../alerting/matcher/matchers.ts'
import { groupKey } from '../../alerting/route.ts'
import type { StoredAlert } from '../../alerting/stored-alert.ts'
import { isResolved } from '../../model/alert.ts'
import type { Clock } from '../../util/clock.ts'
import { HttpError } from '../http-error.ts'
import type { AcknowledgedBody, AlertGroupsBody, FiringAlertBody, WithdrawnBody } from '../types.ts'
import { parsed } from './parsed.ts'

const posted = z.strictObject({
  by: z.string().min(1).max(200),
  comment: z.string().max(2_000).default(''),
  via: z.enum(['page', 'api']).default('api'),
  /** Which alerts: of a group, or by their labels. */
  group_key: z.string().optional(),
  matchers: z.array(z.string()).min(1).optional(),
})

/** `GET /alerts`: the groups that fire; `POST /alerts/acknowledgements`: somebody looks after some of them; `DELETE`: nobody does any more. */
export function firingAlertRoutes(app: FastifyInstance, alerting: Alerting, clock: Clock): void {
  app.get(
    '/alerts',
    (): AlertGroupsBody => ({
      groups: firingGroups(alerting, clock).map((group) => groupBody(group, alerting)),
    }),
  )

  app.post('/alerts/acknowledgements', async (request): Promise<AcknowledgedBody> => {
    const said = parsed(posted, request.body)
    const acknowledged = await alerting.onCall.acknowledge(meantBy(said, firingGroups(alerting, clock)), wordsOf(said))
    if (acknowledged.length === 0) throw new HttpError(404, 'no firing alert is meant by this')
    return { acknowledged }
  })

  app.delete('/alerts/acknowledgements', async (request): Promise<WithdrawnBody> => {
    const said = parsed(posted, request.body)
    const withdrawn = await alerting.onCall.withdraw(meantBy(said, firingGroups(alerting, clock)), wordsOf(said))
    if (withdrawn.length === 0) throw new HttpError(404, 'no acknowledged alert is meant by this')
    return { withdrawn }
  })
}

type Said = z.output<typeof posted>

function wordsOf({ by, comment, via }: Said): Pick<Said, 'by' | 'comment' | 'via'> {
  return { by, comment, via }
}

function meantBy({ group_key: key, matchers }: Said, groups: readonly AlertGroup[]): StoredAlert[] {
  if (key === undefined && matchers === undefined)
    throw new HttpError(400, 'which alerts? expected group_key, or matchers such as ["alertname=\\"X\\""]')
  const wanted = (matchers ?? []).map(readMatcher)
  const alerts = groups
    .filter((group) => key === undefined || keyOf(group) === key)
    .flatMap((group) => group.alerts)
    .filter(({ labels }) => matchesAll(wanted, labels))
  // An alert is in every group that a route with `continue` leads it to.
  return [...new Set(alerts)]
}

function readMatcher(text: string): ReturnType<typeof parseMatcher> {
  try {
    return parseMatcher(text)
  } catch (error) {
    throw new HttpError(400, `matchers: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function firingGroups(alerting: Alerting, clock: Clock): AlertGroup[] {
  const nowMs = clock.now()
  return alerting.dispatcher.groups(
    () => true,
    (alert) => !isResolved(alert, nowMs),
  )
}

function keyOf({ route, labels }: AlertGroup): string {
  return groupKey(route, labels)
}

function groupBody(group: AlertGroup, alerting: Alerting): AlertGroupsBody['groups'][number] {
  return {
    receiver: group.receiver,
    key: keyOf(group),
    labels: group.labels.toObject(),
    alerts: group.alerts.map((alert) => alertBody(alert, alerting)),
  }
}

function alertBody(alert: StoredAlert, alerting: Alerting): FiringAlertBody {
  const { silencedBy, inhibitedBy } = alerting.status(alert)
  return {
    fingerprint: fingerprint(alert.labels),
    labels: alert.labels.toObject(),
    annotations: alert.annotations,
    startsAtMs: alert.startsAtMs,
    generatorUrl: alert.generatorUrl,
    silencedBy,
    inhibitedBy: inhibitedBy.map(fingerprint),
    acknowledgement: alerting.onCall.acknowledgement(alert.labels) ?? null,
  }
}
