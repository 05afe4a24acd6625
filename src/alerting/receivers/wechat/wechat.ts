import { answerFields, textField } from '../../answer-fields.ts'
import { attempt, type HttpAnswer, type HttpSender, judge } from '../../http-sender.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { goJsonLine, omitEmpty } from '../../template/go-json.ts'
import type { WechatConfig } from './config.ts'

/** An access token that is wrong or over. */
const TOKEN_CODES = new Set([40014, 42001])
/** Busy, and too often. */
const RETRY_CODES = new Set([-1, 45009])

interface Token {
  readonly value: string
  readonly untilMs: number
}

/** Sends as an application of WeCom (https://developer.work.weixin.qq.com/document/path/90236). */
export function createWechat(config: WechatConfig, { templates, http, clock, secret }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  let token: Token | undefined
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const { text } = templates.render(notification)
        if (token === undefined || token.untilMs <= clock.now()) {
          const corpSecret = text(await secret(config.api_secret, config.api_secret_file))
          const login = await fetchToken(sender, loginUrl(config, text(config.corp_id), corpSecret), signal)
          if ('reason' in login) return login
          token = { value: login.value, untilMs: clock.now() + login.lifetimeMs }
        }
        const url = new URL('message/send', config.api_url)
        url.searchParams.set('access_token', token.value)
        const headers = { 'content-type': 'application/json' }
        const answer = await sender.post({ url: url.href, headers, body: goJsonLine(message(config, text)) }, signal)
        if (TOKEN_CODES.has(Number(answerFields(answer.body)['errcode']))) token = undefined
        return judgeWechat(answer)
      }),
  }
}

function loginUrl(config: WechatConfig, corpId: string, corpSecret: string): string {
  const url = new URL('gettoken', config.api_url)
  url.searchParams.set('corpid', corpId)
  url.searchParams.set('corpsecret', corpSecret)
  return url.href
}

async function fetchToken(
  sender: HttpSender,
  url: string,
  signal: AbortSignal,
): Promise<{ readonly value: string; readonly lifetimeMs: number } | Exclude<SendResult, 'sent'>> {
  const answer = await sender.post({ url, method: 'GET', headers: {}, body: '' }, signal)
  const judged = judgeWechat(answer)
  if (judged !== 'sent') return judged
  const { access_token: value, expires_in: seconds } = answerFields(answer.body)
  if (typeof value !== 'string' || value === '') return { retry: false, reason: 'invalid APISecret for CorpID' }
  return { value, lifetimeMs: Number(seconds ?? 0) * 1000 }
}

function message(config: WechatConfig, text: (template: string) => string) {
  const content = text(config.message)
  const isMarkdown = config.message_type === 'markdown'
  return {
    text: { content: isMarkdown ? '' : content },
    ...omitEmpty({
      touser: text(config.to_user),
      toparty: text(config.to_party),
      totag: text(config.to_tag),
      agentid: text(config.agent_id),
    }),
    safe: '0',
    msgtype: config.message_type,
    markdown: { content: isMarkdown ? content : '' },
  }
}

/** WeCom answers 200 also when it refuses. A new token may help an old one. */
function judgeWechat(answer: HttpAnswer): SendResult {
  const judged = judge(answer, [429])
  const fields = answerFields(answer.body)
  const { errcode } = fields
  const code = Number(errcode)
  if (judged !== 'sent' || code === 0) return judged
  const retry = TOKEN_CODES.has(code) || RETRY_CODES.has(code)
  return { retry, reason: `WeChat refused with errcode ${code}: ${textField(fields, ['errmsg'], answer.body)}` }
}
