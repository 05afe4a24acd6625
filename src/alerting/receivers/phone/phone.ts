import { escapeHtml } from '../../../util/go-template/builtins.ts'
import { acs3Request } from '../../acs3-request.ts'
import { judgeAliyun } from '../../aliyun-answer.ts'
import { EachRecipient } from '../../each-recipient.ts'
import { attempt, type HttpAnswer, type HttpPost, judge } from '../../http-sender.ts'
import { cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import { twilioRequest } from '../../twilio-request.ts'
import type { PhoneConfig } from './config.ts'

/** A voice takes about a minute for it; Twilio takes 4,000 characters of TwiML. */
const MAX_SPOKEN_LENGTH = 600
/** Of one variable in a template of Aliyun. */
const MAX_PARAMETER_LENGTH = 35
/** How often the voice says it: who is woken does not hear the first words. */
const TIMES = 2
const WAIT_FOR_DIGIT_SECONDS = 8

type Text = (template: string) => string

/** Calls each number: Twilio (https://www.twilio.com/docs/voice/api/call-resource), Aliyun (SingleCallByTts) or JSON to a gateway. */
export function createPhone(config: PhoneConfig, context: ReceiverContext): Receiver {
  const sender = context.http(config.http_config)
  const recipients = new EachRecipient()
  return {
    notify: (notification, signal) => {
      const call = (to: string): Promise<SendResult> =>
        attempt(async () => {
          const { data, text } = context.templates.render(notification)
          const request = await requestFor({ config, to, text, context, acknowledgeUrl: data.AcknowledgeURL })
          return judgeCall(config, await sender.post(request, signal))
        })
      return recipients.send(notification, config.to, call)
    },
  }
}

interface PhoneCall {
  readonly config: PhoneConfig
  readonly to: string
  readonly text: Text
  readonly context: ReceiverContext
  readonly acknowledgeUrl: string
}

async function requestFor(call: PhoneCall): Promise<HttpPost> {
  const { config, to, text, context, acknowledgeUrl } = call
  switch (config.provider) {
    case 'twilio':
      return twilio(call)
    case 'aliyun':
      return aliyun(config, to, text, context)
    case 'http': {
      const url = text(await context.secret(config.url, config.url_file))
      const message = text(config.message)
      const body = JSON.stringify(acknowledgeUrl === '' ? { to, message } : { to, message, acknowledgeUrl })
      return { url, body, headers: { 'content-type': 'application/json' } }
    }
  }
}

async function twilio({ config, to, text, context, acknowledgeUrl }: PhoneCall): Promise<HttpPost> {
  const token = await context.secret(config.auth_token, config.auth_token_file)
  const spoken = escapeHtml(cutCharacters(text(config.message), MAX_SPOKEN_LENGTH))
  const twiml = acknowledgeUrl === '' ? say(config.language, spoken) : ask(config.language, spoken, acknowledgeUrl)
  const account = { apiUrl: config.api_url, sid: config.account_sid, token }
  const call = { To: to, From: config.from, Twiml: `<Response>${twiml}</Response>` }
  // The one event that says how a call ended, whether somebody answered or not.
  const report = { StatusCallback: `${acknowledgeUrl}/status`, StatusCallbackEvent: 'completed' }
  return twilioRequest('Calls', account, acknowledgeUrl === '' ? call : { ...call, ...report })
}

function say(language: string, spoken: string): string {
  return `<Say language="${escapeHtml(language)}" loop="${TIMES}">${spoken}</Say>`
}

/** Pressing a digit interrupts the voice; Twilio then asks us at the address (https://www.twilio.com/docs/voice/twiml/gather). */
function ask(language: string, spoken: string, acknowledgeUrl: string): string {
  const action = escapeHtml(`${acknowledgeUrl}/voice`)
  const offer = language.startsWith('zh') ? '按 1 键确认。' : 'Press 1 to acknowledge.'
  return `<Gather numDigits="1" timeout="${WAIT_FOR_DIGIT_SECONDS}" method="POST" action="${action}">${say(language, `${spoken} ${offer}`)}</Gather>`
}

async function aliyun(
  config: PhoneConfig,
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
    CalledNumber: to,
    ...(config.called_show_number === '' ? {} : { CalledShowNumber: config.called_show_number }),
    TtsCode: config.template_code,
    TtsParam: JSON.stringify(Object.fromEntries(parameters)),
    PlayTimes: String(TIMES),
  }
  const endpoint = config.api_url.replace(/\/+$/, '')
  return acs3Request({ endpoint, action: 'SingleCallByTts', version: '2017-05-25', query }, key, clock.now())
}

function judgeCall(config: PhoneConfig, answer: HttpAnswer): SendResult {
  return config.provider === 'aliyun' ? judgeAliyun(answer) : judge(answer, [429])
}
