import { createHmac } from 'node:crypto'
import { type HttpAnswer, judge, unreachable } from '../../http-sender.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import type { DingtalkConfig } from './config.ts'

/** Codes after which the same message may pass later: busy, and more than 20 messages in a minute. */
const RETRY_CODES = new Set([-1, 130101, 410100])

/** Posts to a DingTalk group robot (https://open.dingtalk.com/document/robots/custom-robot-access). */
export function createDingtalk(
  config: DingtalkConfig,
  { templates, http, clock, secret: secretOf }: ReceiverContext,
): Receiver {
  const sender = http(config.http_config)
  return {
    async notify(notification, signal): Promise<SendResult> {
      try {
        const body = JSON.stringify(dingtalkMessage(config, templates.render(notification)))
        const address = await secretOf(config.webhook_url, config.webhook_url_file)
        const secret = await secretOf(config.secret, config.secret_file)
        const url = secret === '' ? address : signedUrl(address, secret, clock.now())
        return judgeDingtalk(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal))
      } catch (error) {
        return unreachable(error)
      }
    },
  }
}

/** HMAC-SHA256 over time and secret, valid for an hour around that time. */
export function signedUrl(address: string, secret: string, nowMs: number): string {
  const url = new URL(address)
  const sign = createHmac('sha256', secret).update(`${nowMs}\n${secret}`).digest('base64')
  url.searchParams.set('timestamp', String(nowMs))
  url.searchParams.set('sign', sign)
  return url.href
}

function dingtalkMessage(config: DingtalkConfig, rendering: Rendering) {
  const mentions = [...config.at_mobiles, ...config.at_user_ids].map((who) => `@${who}`).join(' ')
  const written = rendering.text(config.text)
  // A mention is shown only where the text names it.
  const content = mentions === '' ? written : `${written}\n\n${mentions}`
  const at = { atMobiles: config.at_mobiles, atUserIds: config.at_user_ids, isAtAll: config.at_all }
  if (config.message_type === 'text') return { msgtype: 'text', text: { content }, at }
  return { msgtype: 'markdown', markdown: { title: rendering.text(config.title), text: content }, at }
}

/** DingTalk answers 200 also when it refuses. */
function judgeDingtalk(answer: HttpAnswer): SendResult {
  const judged = judge(answer, [429])
  if (judged !== 'sent') return judged
  const { code, message } = parseAnswer(answer.body)
  if (code === 0) return 'sent'
  return { retry: RETRY_CODES.has(code), reason: `DingTalk refused with errcode ${code}: ${message}` }
}

function parseAnswer(body: string): { code: number; message: string } {
  try {
    const parsed: unknown = JSON.parse(body)
    const record: object = typeof parsed === 'object' && parsed !== null ? parsed : {}
    return {
      code: Number(Reflect.get(record, 'errcode') ?? NaN),
      message: String(Reflect.get(record, 'errmsg') ?? body),
    }
  } catch {
    return { code: NaN, message: `not JSON: ${body.slice(0, 200)}` }
  }
}
