import { answerFields, textField } from '../../answer-fields.ts'
import { attempt, type HttpAnswer, judge } from '../../http-sender.ts'
import { cutBytes } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import type { WecomConfig } from './config.ts'

/** Codes after which the same message may pass later: busy, and more than 20 messages in a minute. */
const RETRY_CODES = new Set([-1, 45009])
const MAX_BYTES = { markdown: 4_096, text: 2_048 }

/** Posts to a WeCom group robot (https://developer.work.weixin.qq.com/document/path/91770). */
export function createWecom(config: WecomConfig, { templates, http, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const body = JSON.stringify(wecomMessage(config, templates.render(notification).text(config.text)))
        const url = await secret(config.webhook_url, config.webhook_url_file)
        return judgeWecom(await sender.post({ url, body, headers: { 'content-type': 'application/json' } }, signal))
      }),
  }
}

/** Mentions are a list beside plain text and words within markdown; they must survive the cut. */
function wecomMessage(config: WecomConfig, written: string) {
  const users = [...config.mentioned_users, ...(config.mention_all ? ['@all'] : [])]
  if (config.message_type === 'text') {
    const mobiles = config.mentioned_mobiles
    const content = cutBytes(written, MAX_BYTES.text)
    return { msgtype: 'text', text: { content, mentioned_list: users, mentioned_mobile_list: mobiles } }
  }
  const mentions = users.length === 0 ? '' : `\n${users.map((user) => `<@${user.replace(/^@/, '')}>`).join(' ')}`
  const content = cutBytes(written, MAX_BYTES.markdown - Buffer.byteLength(mentions)) + mentions
  return { msgtype: 'markdown', markdown: { content } }
}

/** WeCom answers 200 also when it refuses. */
function judgeWecom(answer: HttpAnswer): SendResult {
  const judged = judge(answer, [429])
  if (judged !== 'sent') return judged
  const fields = answerFields(answer.body)
  const { errcode } = fields
  if (errcode === 0) return 'sent'
  const code = Number(errcode)
  return {
    retry: RETRY_CODES.has(code),
    reason: `WeCom refused with errcode ${code}: ${textField(fields, ['errmsg'], answer.body)}`,
  }
}
