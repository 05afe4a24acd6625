import { text, textMap, texts } from '../util/yaml-values.ts'
import { templateUrl, url } from './config-values.ts'
import type { GlobalConfig } from './global-config.ts'
import { ReceiverConfigError } from './receiver.ts'

export const TELEPHONY_PROVIDERS = ['twilio', 'aliyun', 'http'] as const

/** What it takes to reach a telephone over Twilio, Aliyun or any gateway that takes JSON, for short messages and calls alike. */
export const telephonyFields = {
  /** Of Twilio, or of Aliyun where it is not the public one. */
  api_url: url,
  account_sid: text,
  auth_token: text,
  auth_token_file: text,
  /** Twilio's number; for short messages also the SID of a messaging service. */
  from: text,
  access_key_id: text,
  access_key_secret: text,
  access_key_secret_file: text,
  template_code: text,
  /** What Aliyun puts into its own template; values are templates of ours. */
  template_params: textMap,
  /** Of the gateway. */
  url: templateUrl,
  url_file: text,
}

/** Numbers in the form +8613800000000, all of which are reached. `name` is `sms_config`, say. */
export function recipients(name: string) {
  return texts.refine((to) => to.length > 0, `missing to in ${name}`)
}

export interface TelephonyConfig {
  readonly provider: (typeof TELEPHONY_PROVIDERS)[number]
  readonly api_url: string
  readonly account_sid: string
  readonly auth_token: string
  readonly auth_token_file: string
  readonly from: string
  readonly access_key_id: string
  readonly access_key_secret: string
  readonly access_key_secret_file: string
  readonly template_code: string
  readonly url: string
  readonly url_file: string
}

interface Kind {
  /** `sms_config`, in errors. */
  readonly name: string
  readonly aliyunUrl: string
  /** Keys that Aliyun wants beside those of every kind. */
  readonly alsoNeeded?: readonly string[]
}

/** The configuration with what `global` says where it says nothing itself. Throws `ReceiverConfigError` for what is missing then. */
export function completeTelephony<T extends TelephonyConfig>(config: T, global: GlobalConfig, kind: Kind): T {
  const complete = {
    ...config,
    api_url: config.api_url || (config.provider === 'twilio' ? global.twilio_api_url : kind.aliyunUrl),
    account_sid: config.account_sid || global.twilio_account_sid,
    from: config.from || global.twilio_from,
    access_key_id: config.access_key_id || global.aliyun_access_key_id,
    ...secretsOf(config, global),
  }
  const missing = missingKey(complete, kind)
  if (missing === undefined) return complete
  throw new ReceiverConfigError(`missing ${missing} in ${kind.name} with provider ${config.provider}`)
}

/** A secret and the file of one are alternatives: whoever says one does not inherit the other. */
function secretsOf(config: TelephonyConfig, global: GlobalConfig): Partial<TelephonyConfig> {
  const hasToken = config.auth_token !== '' || config.auth_token_file !== ''
  const hasKey = config.access_key_secret !== '' || config.access_key_secret_file !== ''
  return {
    ...(!hasToken && { auth_token: global.twilio_auth_token, auth_token_file: global.twilio_auth_token_file }),
    ...(!hasKey && {
      access_key_secret: global.aliyun_access_key_secret,
      access_key_secret_file: global.aliyun_access_key_secret_file,
    }),
  }
}

function missingKey(config: TelephonyConfig, { alsoNeeded = [] }: Kind): string | undefined {
  const given: Readonly<Record<string, unknown>> = { ...config }
  const needed = {
    twilio: {
      account_sid: config.account_sid,
      auth_token: config.auth_token || config.auth_token_file,
      from: config.from,
    },
    aliyun: {
      access_key_id: config.access_key_id,
      access_key_secret: config.access_key_secret || config.access_key_secret_file,
      ...Object.fromEntries(alsoNeeded.map((key) => [key, given[key]])),
      template_code: config.template_code,
    },
    http: { url: config.url || config.url_file },
  }
  return Object.entries(needed[config.provider]).find(([, value]) => value === '')?.[0]
}
