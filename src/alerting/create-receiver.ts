import type { IntegrationConfig } from './receiver-config.ts'
import type { Receiver, ReceiverContext } from './receiver.ts'
import { createDingtalk } from './receivers/dingtalk/dingtalk.ts'
import { createDiscord } from './receivers/discord/discord.ts'
import { createFeishu } from './receivers/feishu/feishu.ts'
import { createMsteams } from './receivers/msteams/msteams.ts'
import { createMsteamsv2 } from './receivers/msteamsv2/msteamsv2.ts'
import { createOpsgenie } from './receivers/opsgenie/opsgenie.ts'
import { createPagerduty } from './receivers/pagerduty/pagerduty.ts'
import { createSlack } from './receivers/slack/slack.ts'
import { createTelegram } from './receivers/telegram/telegram.ts'
import { createWebhook } from './receivers/webhook/webhook.ts'
import { createWecom } from './receivers/wecom/wecom.ts'

/** The receiver of one channel. A channel that cannot be delivered to yet says so with each notification, and that is counted as a failure. */
export function createReceiver(integration: IntegrationConfig, context: ReceiverContext): Receiver {
  switch (integration.channel) {
    case 'webhook':
      return createWebhook(integration.config, context)
    case 'slack':
      return createSlack(integration.config, context)
    case 'dingtalk':
      return createDingtalk(integration.config, context)
    case 'pagerduty':
      return createPagerduty(integration.config, context)
    case 'wecom':
      return createWecom(integration.config, context)
    case 'feishu':
      return createFeishu(integration.config, context)
    case 'telegram':
      return createTelegram(integration.config, context)
    case 'discord':
      return createDiscord(integration.config, context)
    case 'msteams':
      return createMsteams(integration.config, context)
    case 'msteamsv2':
      return createMsteamsv2(integration.config, context)
    case 'opsgenie':
      return createOpsgenie(integration.config, context)
    default:
      return undeliverable(integration.channel)
  }
}

function undeliverable(channel: string): Receiver {
  const reason = `this version of tetrascope cannot deliver to ${channel} yet: use webhook_configs, slack_configs or dingtalk_configs`
  return { notify: () => Promise.resolve({ retry: false, reason }) }
}
