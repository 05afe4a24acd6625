import { z } from 'zod'
import { sendResolved, templateUrl, textOr, url } from '../../config-values.ts'
import { text, textMap, texts } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

/** `sms_configs`: short messages over Twilio, Aliyun or any gateway that takes JSON. Ours, not Alertmanager's. */
export const smsConfig = z.strictObject({
  send_resolved: sendResolved(false),
  http_config: httpConfig.nullish(),
  provider: z.enum(['twilio', 'aliyun', 'http']),
  /** In the form +8613800000000. */
  to: texts.refine((to) => to.length > 0, 'missing to in sms_config'),
  message: textOr('{{ template "sms.default.message" . }}'),
  /** Of Twilio, or of Aliyun where it is not the public one. */
  api_url: url,
  account_sid: text,
  auth_token: text,
  auth_token_file: text,
  /** Twilio's number, or the SID of a messaging service. */
  from: text,
  access_key_id: text,
  access_key_secret: text,
  access_key_secret_file: text,
  sign_name: text,
  template_code: text,
  /** What Aliyun puts into its own template; values are templates of ours. */
  template_params: textMap,
  /** Of the gateway; it gets `{"to", "message"}`. */
  url: templateUrl,
  url_file: text,
})

export type SmsConfig = z.output<typeof smsConfig>

export function completeSms(config: SmsConfig, global: GlobalConfig): SmsConfig {
  const complete = {
    ...config,
    api_url: config.api_url || (config.provider === 'twilio' ? global.twilio_api_url : global.aliyun_sms_api_url),
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
    throw new ReceiverConfigError(`missing ${missing} in sms_config with provider ${config.provider}`)
  return complete
}

function missingKey(config: SmsConfig): string | undefined {
  const needed = {
    twilio: {
      account_sid: config.account_sid,
      auth_token: config.auth_token || config.auth_token_file,
      from: config.from,
    },
    aliyun: {
      access_key_id: config.access_key_id,
      access_key_secret: config.access_key_secret || config.access_key_secret_file,
      sign_name: config.sign_name,
      template_code: config.template_code,
    },
    http: { url: config.url || config.url_file },
  }
  return Object.entries(needed[config.provider]).find(([, value]) => value === '')?.[0]
}
