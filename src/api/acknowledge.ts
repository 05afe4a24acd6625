import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Alerting } from '../alerting/alerting.ts'
import { ACKNOWLEDGE_PATH } from '../alerting/acknowledgement/acknowledge-link.ts'
import type { StoredAlert } from '../alerting/stored-alert.ts'
import { isResolved } from '../model/alert.ts'
import type { Clock } from '../util/clock.ts'
import { escapeHtml } from '../util/go-template/builtins.ts'
import { acknowledgePage } from './acknowledge-page.ts'
import { HttpError } from './http-error.ts'

/** What the digit is that a called person presses. */
const ACKNOWLEDGE_DIGIT = '1'

interface Link {
  Params: { token: string }
}

const form = z.object({ by: z.string().trim().min(1).max(200), comment: z.string().trim().max(2_000).catch('') })
const callback = z.record(z.string(), z.string()).catch({})

/** What Twilio calls a call that nobody took (https://www.twilio.com/docs/voice/api/call-resource#call-status-values). */
const UNANSWERED = new Set(['busy', 'no-answer', 'failed', 'canceled'])

/**
 * Where links in messages lead; the link itself is what shows that somebody may. Looking changes nothing, because programs that show a
 * preview look too: only what is sent from the page acknowledges. `/voice` is asked by Twilio after a called person pressed a digit
 * (https://www.twilio.com/docs/voice/twiml/gather), `/status` is told how a call ended.
 */
export function acknowledgeRoutes(app: FastifyInstance, alerting: Alerting, clock: Clock): void {
  const meant = (token: string): StoredAlert[] | undefined => {
    const alerts = alerting.groupsOfLink(token)?.flatMap((group) => group.alerts)
    return alerts === undefined ? undefined : [...new Set(alerts)].filter((alert) => !isResolved(alert, clock.now()))
  }
  const show = (reply: FastifyReply, token: string, status = 200): FastifyReply => {
    const alerts = meant(token)
    const shown = alerts?.map((alert) => ({ alert, acknowledgement: alerting.onCall.acknowledgement(alert.labels) }))
    return reply
      .code(alerts === undefined ? 404 : status)
      .header('cache-control', 'no-store')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
      .type('text/html; charset=utf-8')
      .send(acknowledgePage(shown))
  }

  const genuine = async (request: FastifyRequest<Link>, suffix: string): Promise<z.output<typeof callback>> => {
    const said = callback.parse(fields(request.body))
    const signature = String(request.headers['x-twilio-signature'] ?? '')
    if (!(await alerting.isFromTwilio(request.params.token, suffix, { form: said, signature })))
      throw new HttpError(403, 'X-Twilio-Signature is not that of an account that calls are made from')
    return said
  }

  app.get<Link>(`${ACKNOWLEDGE_PATH}/:token`, (request, reply) => show(reply, request.params.token))

  app.post<Link>(`${ACKNOWLEDGE_PATH}/:token`, async (request, reply) => {
    const said = form.safeParse(fields(request.body))
    if (!said.success) return show(reply, request.params.token, 400)
    await alerting.onCall.acknowledge(meant(request.params.token) ?? [], { ...said.data, via: 'link' })
    return show(reply, request.params.token)
  })

  app.post<Link>(`${ACKNOWLEDGE_PATH}/:token/voice`, async (request, reply) => {
    const { token } = request.params
    const form = await genuine(request, '/voice')
    const alerts = form.Digits === ACKNOWLEDGE_DIGIT ? (meant(token) ?? []) : []
    const acknowledged = await alerting.onCall.acknowledge(alerts, {
      by: form.To || 'phone',
      comment: '',
      via: 'phone',
    })
    const text = acknowledged.length > 0 ? 'Acknowledged. 已确认。' : 'Not acknowledged. 未确认。'
    return reply.type('text/xml').send(`<Response><Say>${escapeHtml(text)}</Say></Response>`)
  })

  app.post<Link>(`${ACKNOWLEDGE_PATH}/:token/status`, async (request, reply) => {
    const { token } = request.params
    const { CallStatus = '', To = '' } = await genuine(request, '/status')
    if (UNANSWERED.has(CallStatus) && !alerting.callFailed(token, To, CallStatus))
      throw new HttpError(404, 'this link is not valid or too old')
    return reply.code(204).send()
  })
}

function fields(body: unknown): unknown {
  return body instanceof URLSearchParams ? Object.fromEntries(body) : body
}
