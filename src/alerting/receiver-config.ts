import { z } from 'zod'
import { text } from '../util/yaml-values.ts'
import { escalationConfig } from './escalation/config.ts'
import type { Escalation } from './escalation/escalation.ts'
import type { GlobalConfig } from './global-config.ts'
import { dingtalkConfig } from './receivers/dingtalk/config.ts'
import { discordConfig } from './receivers/discord/config.ts'
import { completeEmail, emailConfig } from './receivers/email/config.ts'
import { feishuConfig } from './receivers/feishu/config.ts'
import { incidentioConfig } from './receivers/incidentio/config.ts'
import { completeJira, jiraConfig } from './receivers/jira/config.ts'
import { completeMattermost, mattermostConfig } from './receivers/mattermost/config.ts'
import { msteamsConfig } from './receivers/msteams/config.ts'
import { msteamsv2Config } from './receivers/msteamsv2/config.ts'
import { completeOpsgenie, opsgenieConfig } from './receivers/opsgenie/config.ts'
import { completePagerduty, pagerdutyConfig } from './receivers/pagerduty/config.ts'
import { completePhone, phoneConfig } from './receivers/phone/config.ts'
import { pushoverConfig } from './receivers/pushover/config.ts'
import type { Complete } from './receiver.ts'
import { completeRocketchat, rocketchatConfig } from './receivers/rocketchat/config.ts'
import { completeSlack, slackConfig } from './receivers/slack/config.ts'
import { completeSms, smsConfig } from './receivers/sms/config.ts'
import { snsConfig } from './receivers/sns/config.ts'
import { completeTelegram, telegramConfig } from './receivers/telegram/config.ts'
import { completeVictorops, victoropsConfig } from './receivers/victorops/config.ts'
import { completeWebex, webexConfig } from './receivers/webex/config.ts'
import { webhookConfig } from './receivers/webhook/config.ts'
import { completeWechat, wechatConfig } from './receivers/wechat/config.ts'
import { wecomConfig } from './receivers/wecom/config.ts'

/** A kind of channel: its configuration, and how the global settings complete it. */
function channel<T extends z.ZodType>(config: T, complete: Complete<z.output<T>> = (same) => same) {
  return { config, complete }
}

/** Every channel by the name that metrics, logs and the notification log know it by; `<name>_configs` in the file. */
export const CHANNELS = {
  discord: channel(discordConfig),
  email: channel(emailConfig, completeEmail),
  incidentio: channel(incidentioConfig),
  jira: channel(jiraConfig, completeJira),
  mattermost: channel(mattermostConfig, completeMattermost),
  msteams: channel(msteamsConfig),
  msteamsv2: channel(msteamsv2Config),
  opsgenie: channel(opsgenieConfig, completeOpsgenie),
  pagerduty: channel(pagerdutyConfig, completePagerduty),
  pushover: channel(pushoverConfig),
  rocketchat: channel(rocketchatConfig, completeRocketchat),
  slack: channel(slackConfig, completeSlack),
  sns: channel(snsConfig),
  telegram: channel(telegramConfig, completeTelegram),
  victorops: channel(victoropsConfig, completeVictorops),
  webex: channel(webexConfig, completeWebex),
  webhook: channel(webhookConfig),
  wechat: channel(wechatConfig, completeWechat),
  // Not of Alertmanager:
  dingtalk: channel(dingtalkConfig),
  feishu: channel(feishuConfig),
  phone: channel(phoneConfig, completePhone),
  sms: channel(smsConfig, completeSms),
  wecom: channel(wecomConfig),
} as const

export type ChannelName = keyof typeof CHANNELS
export type ChannelConfig<N extends ChannelName> = z.output<(typeof CHANNELS)[N]['config']>

/** One channel of one receiver. `index` counts the channels of a kind within the receiver. */
export type IntegrationConfig = {
  [N in ChannelName]: { readonly channel: N; readonly index: number; readonly config: ChannelConfig<N> }
}[ChannelName]

export interface ReceiverConfig {
  readonly name: string
  /** Whom to call until somebody acknowledges. */
  readonly escalation: Escalation | undefined
  readonly integrations: readonly IntegrationConfig[]
}

export const CHANNEL_NAMES = Object.keys(CHANNELS) as readonly ChannelName[]

type ConfigLists = {
  [N in ChannelName as `${N}_configs`]: z.ZodOptional<z.ZodNullable<z.ZodArray<(typeof CHANNELS)[N]['config']>>>
}

const configLists = Object.fromEntries(
  CHANNEL_NAMES.map((name) => [`${name}_configs`, z.array(CHANNELS[name].config).nullish()]),
) as ConfigLists

/** One of `receivers`, before the global settings complete it. */
export const receiverConfig = z
  .strictObject({
    name: text.refine((value) => value !== '', 'missing name in receiver'),
    escalation: escalationConfig.nullish(),
    ...configLists,
  })
  .transform((receiver): ReceiverConfig => {
    const integrations = CHANNEL_NAMES.flatMap((channelName) =>
      (receiver[`${channelName}_configs`] ?? []).map(
        (config, index) => ({ channel: channelName, index, config }) as IntegrationConfig,
      ),
    )
    return { name: receiver.name, escalation: receiver.escalation ?? undefined, integrations }
  })

/** The receiver with the global settings where it says nothing. Throws `ReceiverConfigError`. */
export function completeReceiver(receiver: ReceiverConfig, global: GlobalConfig): ReceiverConfig {
  const integrations = receiver.integrations.map((integration) => {
    const complete = CHANNELS[integration.channel].complete as Complete<IntegrationConfig['config']>
    return { ...integration, config: complete(integration.config, global) } as IntegrationConfig
  })
  return { ...receiver, integrations }
}
