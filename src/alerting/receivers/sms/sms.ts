import { acs3Request } from '../../acs3-request.ts'
import { judgeAliyun } from '../../aliyun-answer.ts'
import { EachRecipient } from '../../each-recipient.ts'
import { attempt, type HttpAnswer, type HttpPost, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { twilioRequest } from '../../twilio-request.ts'
import type { SmsConfig } from './config.ts'

/** Twilio refuses longer messages. */
const MAX_MESSAGE_LENGTH = 1_600
/** Of one variable in a template of Aliyun. */
const MAX_PARAMETER_LENGTH = 35

type Text = (template: string) => string

/** Sends a short message to each number: Twilio (https://www.twilio.com/docs/messaging/api/message-resource), Aliyun (SendSms) or JSON to a gateway. */
export function createSms(config: SmsConfig, context: ReceiverContext): Receiver {
  const sender = context.http(config.http_config)
  const recipients = new EachRecipient()
  return {
    notify: (notification, signal) => {
      const send = (to: string): Promise<SendResult> =>
        attempt(async () => {
          const request = await requestFor(config, to, context.templates.render(notification).text, context)
          return judgeSms(config, await sender.post(request, signal))
        })
      return recipients.send(notification, config.to, send)
    },
  }
}

async function requestFor(config: SmsConfig, to: string, text: Text, context: ReceiverContext): Promise<HttpPost> {
  switch (config.provider) {
    case 'twilio':
      return twilio(config, to, text, context)
    case 'aliyun':
      return aliyun(config, to, text, context)
    case 'http': {
      const url = text(await context.secret(config.url, config.url_file))
      const body = JSON.stringify({ to, message: text(config.message) })
      return { url, body, headers: { 'content-type': 'application/json' } }
    }
  }
}

async function twilio(config: SmsConfig, to: string, text: Text, { secret }: ReceiverContext): Promise<HttpPost> {
  const token = await secret(config.auth_token, config.auth_token_file)
  const from = config.from.startsWith('MG') ? { MessagingServiceSid: config.from } : { From: config.from }
  return twilioRequest(
    'Messages',
    { apiUrl: config.api_url, sid: config.account_sid, token },
    {
      To: to,
      ...from,
      Body: cutCharacters(text(config.message), MAX_MESSAGE_LENGTH),
    },
  )
}

async function aliyun(
  config: SmsConfig,
  to: string,
  text: Text,
  { secret, clock }: ReceiverContext,
): Promise<HttpPost> {
  const key = {
    id: config.access_key_id,
    secret: await secret(config.access_key_secret, config.access_key_secret_file),
  }
  const parameters = Object.entries(config.template_params).map(([name, value]) => [
    name,
    cutCharacters(text(value), MAX_PARAMETER_LENGTH),
  ])
  const query = {
    PhoneNumbers: to,
    SignName: config.sign_name,
    TemplateCode: config.template_code,
    TemplateParam: JSON.stringify(Object.fromEntries(parameters)),
  }
  const endpoint = config.api_url.replace(/\/+$/, '')
  return acs3Request({ endpoint, action: 'SendSms', version: '2017-05-25', query }, key, clock.now())
}

function judgeSms(config: SmsConfig, answer: HttpAnswer): SendResult {
  return config.provider === 'aliyun' ? judgeAliyun(answer) : judge(answer, [429])
}
