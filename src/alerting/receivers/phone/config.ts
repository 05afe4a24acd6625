import { z } from 'zod'
import { httpConfig } from '../../../http/config.ts'
import { text } from '../../../util/yaml-values.ts'
import { sendResolved, textOr } from '../../config-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { completeTelephony, recipients, TELEPHONY_PROVIDERS, telephonyFields } from '../../telephony-account.ts'

/** `phone_configs`: calls over Twilio, Aliyun or any gateway that takes `{"to", "message"}`. Ours, not Alertmanager's. */
export const phoneConfig = z.strictObject({
  ...telephonyFields,
  send_resolved: sendResolved(false),
  http_config: httpConfig.nullish(),
  provider: z.enum(TELEPHONY_PROVIDERS),
  to: recipients('phone_config'),
  /** What a voice says; Aliyun says its own template. */
  message: textOr('{{ template "phone.default.message" . }}'),
  /** Of the voice that says it at Twilio: `en-US`, `zh-CN`. */
  language: textOr('en-US'),
  /** The number that Aliyun shows; '' takes one from its pool. */
  called_show_number: text,
})

export type PhoneConfig = z.output<typeof phoneConfig>

export function completePhone(config: PhoneConfig, global: GlobalConfig): PhoneConfig {
  return completeTelephony(config, global, { name: 'phone_config', aliyunUrl: global.aliyun_voice_api_url })
}
