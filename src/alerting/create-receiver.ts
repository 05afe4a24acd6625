import type { IntegrationConfig } from './receiver-config.ts'
import type { Receiver, ReceiverContext } from './receiver.ts'
import { createDingtalk } from './receivers/dingtalk/dingtalk.ts'
import { createDiscord } from './receivers/discord/discord.ts'
import { createEmail } from './receivers/email/email.ts'
import { createFeishu } from './receivers/feishu/feishu.ts'
import { createIncidentio } from './receivers/incidentio/incidentio.ts'
import { createJira } from './receivers/jira/jira.ts'
import { createMattermost } from './receivers/mattermost/mattermost.ts'
import { createMsteams } from './receivers/msteams/msteams.ts'
import { createMsteamsv2 } from './receivers/msteamsv2/msteamsv2.ts'
import { createOpsgenie } from './receivers/opsgenie/opsgenie.ts'
import { createPagerduty } from './receivers/pagerduty/pagerduty.ts'
import { createPhone } from './receivers/phone/phone.ts'
import { createPushover } from './receivers/pushover/pushover.ts'
import { createRocketchat } from './receivers/rocketchat/rocketchat.ts'
import { createSlack } from './receivers/slack/slack.ts'
import { createSms } from './receivers/sms/sms.ts'
import { createSns } from './receivers/sns/sns.ts'
import { createTelegram } from './receivers/telegram/telegram.ts'
import { createVictorops } from './receivers/victorops/victorops.ts'
import { createWebex } from './receivers/webex/webex.ts'
import { createWebhook } from './receivers/webhook/webhook.ts'
import { createWechat } from './receivers/wechat/wechat.ts'
import { createWecom } from './receivers/wecom/wecom.ts'

/** The receiver of one channel. */
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
    case 'incidentio':
      return createIncidentio(integration.config, context)
    case 'jira':
      return createJira(integration.config, context)
    case 'mattermost':
      return createMattermost(integration.config, context)
    case 'pushover':
      return createPushover(integration.config, context)
    case 'rocketchat':
      return createRocketchat(integration.config, context)
    case 'victorops':
      return createVictorops(integration.config, context)
    case 'webex':
      return createWebex(integration.config, context)
    case 'wechat':
      return createWechat(integration.config, context)
    case 'email':
      return createEmail(integration.config, context)
    case 'phone':
      return createPhone(integration.config, context)
    case 'sms':
      return createSms(integration.config, context)
    case 'sns':
      return createSns(integration.config, context)
  }
}
