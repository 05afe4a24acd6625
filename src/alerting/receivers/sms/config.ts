import { z } from 'zod'
import { httpConfig } from '../../../http/config.ts'
import { text } from '../../../util/yaml-values.ts'
import { sendResolved, textOr } from '../../config-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { completeTelephony, recipients, TELEPHONY_PROVIDERS, telephonyFields } from '../../telephony-account.ts'

/** `sms_configs`: short messages over Twilio, Aliyun or any gateway that takes `{"to", "message"}`. Ours, not Alertmanager's. */
export const smsConfig = z.strictObject({
  ...telephonyFields,
  send_resolved: sendResolved(false),
  http_config: httpConfig.nullish(),
  provider: z.enum(TELEPHONY_PROVIDERS),
  to: recipients('sms_config'),
  message: textOr('{{ template "sms.default.message" . }}'),
  /** Under which Aliyun sends. */
  sign_name: text,
})

export type SmsConfig = z.output<typeof smsConfig>

export function completeSms(config: SmsConfig, global: GlobalConfig): SmsConfig {
  const kind = { name: 'sms_config', aliyunUrl: global.aliyun_sms_api_url, alsoNeeded: ['sign_name'] }
  return completeTelephony(config, global, kind)
}
