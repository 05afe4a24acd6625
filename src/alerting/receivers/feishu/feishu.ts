import { createHmac } from 'node:crypto'
import { answerFields, textField } from '../../answer-fields.ts'
import { attempt, type HttpAnswer, judge } from '../../http-sender.ts'
import { cutBytes } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { FeishuConfig } from './config.ts'

/** Codes after which the same message may pass later: more than 5 messages in a second or 100 in a minute, of the robot or of the app. */
const RETRY_CODES = new Set([11232, 99991400])
/** Of a request at most 20 KB are taken; JSON makes the text longer. */
const MAX_TEXT_BYTES = 15_000

/** Posts a card to a Feishu or Lark group robot (https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot). */
export function createFeishu(config: FeishuConfig, { templates, http, clock, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const url = await secret(config.webhook_url, config.webhook_url_file)
        const key = await secret(config.secret, config.secret_file)
        const message = {
          ...(key === '' ? {} : signature(key, clock.now())),
          msg_type: 'interactive',
          card: card(config, templates.render(notification)),
        }
        const body = JSON.stringify(message)
        return judgeFeishu(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal))
      }),
  }
}

/** HMAC-SHA256 of nothing, whose key is time and secret; valid for an hour around that time. */
function signature(secret: string, nowMs: number) {
  const timestamp = String(Math.floor(nowMs / 1000))
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') }
}

function card(config: FeishuConfig, { data, text }: Rendering) {
  const mentioned = config.at_all ? ['all', ...config.at_user_ids] : config.at_user_ids
  const mentions = mentioned.map((id) => `<at id=${id}></at>`).join('')
  const written = cutBytes(text(config.text), MAX_TEXT_BYTES)
  return {
    config: { wide_screen_mode: true },
    header: {
      template: data.Status === 'firing' ? 'red' : 'green',
      title: { tag: 'plain_text', content: text(config.title) },
    },
    elements: [{ tag: 'markdown', content: mentions === '' ? written : `${written}\n${mentions}` }],
  }
}

/** Feishu answers 200 also when it refuses, and robots of the first kind name the code differently. */
function judgeFeishu(answer: HttpAnswer): SendResult {
  const fields = answerFields(answer.body)
  const { code: newer, StatusCode } = fields
  const said = textField(fields, ['msg', 'StatusMessage'], answer.body)
  const code = Number(newer ?? StatusCode)
  if (RETRY_CODES.has(code)) return { retry: true, reason: `Feishu is busy, code ${code}: ${said}` }
  const judged = judge(answer, [429])
  if (judged !== 'sent' || code === 0) return judged
  return { retry: false, reason: `Feishu refused with code ${code}: ${said}` }
}
