import { z } from 'zod'
import { atMostOne, durationOr, hostPort, secretUrl, textOr, url } from './config-values.ts'
import { flag, text } from '../util/yaml-values.ts'
import { httpConfig, tlsConfig } from '../http/config.ts'

/** `global:` of Alertmanager's file: what receivers take where they say nothing themselves. */
export const globalConfig = z
  .strictObject({
    resolve_timeout: durationOr(5 * 60_000),
    http_config: httpConfig.nullish(),
    jira_api_url: url,
    smtp_from: text,
    smtp_hello: textOr('localhost'),
    smtp_smarthost: hostPort,
    smtp_auth_username: text,
    smtp_auth_password: text,
    smtp_auth_password_file: text,
    smtp_auth_secret: text,
    smtp_auth_secret_file: text,
    smtp_auth_identity: text,
    smtp_require_tls: flag(true),
    smtp_tls_config: tlsConfig.nullish(),
    smtp_force_implicit_tls: z.boolean().nullish(),
    slack_api_url: secretUrl,
    slack_api_url_file: text,
    slack_app_token: text,
    slack_app_token_file: text,
    slack_app_url: url.transform((value) => value || 'https://slack.com/api/chat.postMessage'),
    pagerduty_url: url.transform((value) => value || 'https://events.pagerduty.com/v2/enqueue'),
    opsgenie_api_url: url.transform((value) => value || 'https://api.opsgenie.com/'),
    opsgenie_api_key: text,
    opsgenie_api_key_file: text,
    wechat_api_url: url.transform((value) => value || 'https://qyapi.weixin.qq.com/cgi-bin/'),
    wechat_api_secret: text,
    wechat_api_secret_file: text,
    wechat_api_corp_id: text,
    victorops_api_url: url.transform(
      (value) => value || 'https://alert.victorops.com/integrations/generic/20131114/alert/',
    ),
    victorops_api_key: text,
    victorops_api_key_file: text,
    telegram_api_url: url.transform((value) => value || 'https://api.telegram.org'),
    telegram_bot_token: text,
    telegram_bot_token_file: text,
    webex_api_url: url.transform((value) => value || 'https://webexapis.com/v1/messages'),
    rocketchat_api_url: url.transform((value) => value || 'https://open.rocket.chat/'),
    rocketchat_token: text,
    rocketchat_token_file: text,
    rocketchat_token_id: text,
    rocketchat_token_id_file: text,
    mattermost_webhook_url: secretUrl,
    mattermost_webhook_url_file: text,
    // Ours, for sms_configs and phone_configs:
    twilio_api_url: url.transform((value) => value || 'https://api.twilio.com'),
    twilio_account_sid: text,
    twilio_auth_token: text,
    twilio_auth_token_file: text,
    twilio_from: text,
    aliyun_access_key_id: text,
    aliyun_access_key_secret: text,
    aliyun_access_key_secret_file: text,
    aliyun_sms_api_url: url.transform((value) => value || 'https://dysmsapi.aliyuncs.com'),
    aliyun_voice_api_url: url.transform((value) => value || 'https://dyvmsapi.aliyuncs.com'),
  })
  .refine(...atMostOne('twilio_auth_token', 'twilio_auth_token_file'))
  .refine(...atMostOne('aliyun_access_key_secret', 'aliyun_access_key_secret_file'))
  .refine(...atMostOne('slack_app_token', 'slack_app_token_file'))
  .refine(...atMostOne('slack_api_url', 'slack_api_url_file'))
  .refine(
    (config) =>
      !(
        (config.slack_app_token || config.slack_app_token_file) &&
        (config.slack_api_url || config.slack_api_url_file)
      ) || config.slack_api_url === config.slack_app_url,
    'at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file must be configured',
  )
  .refine(...atMostOne('opsgenie_api_key', 'opsgenie_api_key_file'))
  .refine(...atMostOne('victorops_api_key', 'victorops_api_key_file'))
  .refine(...atMostOne('telegram_bot_token', 'telegram_bot_token_file'))
  .refine(...atMostOne('smtp_auth_password', 'smtp_auth_password_file'))
  .refine(...atMostOne('smtp_auth_secret', 'smtp_auth_secret_file'))
  .refine(...atMostOne('rocketchat_token', 'rocketchat_token_file'))
  .refine(...atMostOne('rocketchat_token_id', 'rocketchat_token_id_file'))
  .refine(...atMostOne('wechat_api_secret', 'wechat_api_secret_file'))
  .refine(...atMostOne('mattermost_webhook_url', 'mattermost_webhook_url_file'))

export type GlobalConfig = z.output<typeof globalConfig>
