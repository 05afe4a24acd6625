import { z } from 'zod'
import { sendResolved, templateUrl, textOr, url } from '../../config-values.ts'
import { text, textMap, texts } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

/** `phone_configs`: calls over Twilio, Aliyun or any gateway that takes JSON. Ours, not Alertmanager's. */
export const phoneConfig = z.strictObject({
  send_resolved: sendResolved(false),
  http_config: httpConfig.nullish(),
  provider: z.enum(['twilio', 'aliyun', 'http']),
  /** In the form +8613800000000. All are called. */
  to: texts.refine((to) => to.length > 0, 'missing to in phone_config'),
  /** What a voice says; Aliyun says its own template. */
  message: textOr('{{ template "phone.default.message" . }}'),
  /** Of the voice that says it at Twilio: `en-US`, `zh-CN`. */
  language: textOr('en-US'),
  /** Of Twilio, or of Aliyun where it is not the public one. */
  api_url: url,
  account_sid: text,
  auth_token: text,
  auth_token_file: text,
  from: text,
  access_key_id: text,
  access_key_secret: text,
  access_key_secret_file: text,
  /** The number that Aliyun shows; '' takes one from its pool. */
  called_show_number: text,
  template_code: text,
  template_params: textMap,
  /** Of the gateway; it gets `{"to", "message"}`. */
  url: templateUrl,
  url_file: text,
})

export type PhoneConfig = z.output<typeof phoneConfig>

export function completePhone(config: PhoneConfig, global: GlobalConfig): PhoneConfig {
  const complete = {
    ...config,
    api_url: config.api_url || (config.provider === 'twilio' ? global.twilio_api_url : global.aliyun_voice_api_url),
    account_sid: config.account_sid || global.twilio_account_sid,
    from: config.from || global.twilio_from,
    access_key_id: config.access_key_id || global.aliyun_access_key_id,
    ...(config.auth_token || config.auth_token_file
      ? {}
      : { auth_token: global.twilio_auth_token, auth_token_file: global.twilio_auth_token_file }),
    ...(config.access_key_secret || config.access_key_secret_file
      ? {}
      : {
          access_key_secret: global.aliyun_access_key_secret,
          access_key_secret_file: global.aliyun_access_key_secret_file,
        }),
  }
  const missing = missingKey(complete)
  if (missing !== undefined)
    throw new ReceiverConfigError(`missing ${missing} in phone_config with provider ${config.provider}`)
  return complete
}

function missingKey(config: PhoneConfig): string | undefined {
  const needed = {
    twilio: {
      account_sid: config.account_sid,
      auth_token: config.auth_token || config.auth_token_file,
      from: config.from,
    },
    aliyun: {
      access_key_id: config.access_key_id,
      access_key_secret: config.access_key_secret || config.access_key_secret_file,
      template_code: config.template_code,
    },
    http: { url: config.url || config.url_file },
  }
  return Object.entries(needed[config.provider]).find(([, value]) => value === '')?.[0]
}
