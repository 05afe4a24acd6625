import type { IntegrationConfig } from './receiver-config.ts'
import { createDingtalk } from './receivers/dingtalk/dingtalk.ts'
import type { Receiver, ReceiverContext } from './receiver.ts'
import { createSlack } from './receivers/slack/slack.ts'
import { createWebhook } from './receivers/webhook/webhook.ts'

/** The receiver of one channel. A channel that cannot be delivered to yet says so with each notification, and that is counted as a failure. */
export function createReceiver(integration: IntegrationConfig, context: ReceiverContext): Receiver {
  switch (integration.channel) {
    case 'webhook':
      return createWebhook(integration.config, context)
    case 'slack':
      return createSlack(integration.config, context)
    case 'dingtalk':
      return createDingtalk(integration.config, context)
    default:
      return undeliverable(integration.channel)
  }
}

function undeliverable(channel: string): Receiver {
  const reason = `this version of tetrascope cannot deliver to ${channel} yet: use webhook_configs, slack_configs or dingtalk_configs`
  return { notify: () => Promise.resolve({ retry: false, reason }) }
}
