import { z } from 'zod'
import { atMostOne, sendResolved, textOr, url } from '../../config-values.ts'
import { flag, text } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { httpConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

const integer = z
  .int()
  .nullish()
  .transform((value) => value ?? 0)

export const telegramConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    api_url: url,
    bot_token: text,
    bot_token_file: text,
    chat_id: integer,
    chat_id_file: text,
    message_thread_id: integer,
    message: textOr('{{ template "telegram.default.message" . }}'),
    disable_notifications: flag(false),
    parse_mode: textOr('HTML').refine(
      (mode) => ['', 'Markdown', 'MarkdownV2', 'HTML'].includes(mode),
      'unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string',
    ),
  })
  .refine(...atMostOne('bot_token', 'bot_token_file'))
  .refine(
    ({ chat_id, chat_id_file }) => chat_id !== 0 || chat_id_file !== '',
    'missing chat_id or chat_id_file on telegram_config',
  )
  .refine(...atMostOne('chat_id', 'chat_id_file'))

export type TelegramConfig = z.output<typeof telegramConfig>

export function completeTelegram(config: TelegramConfig, global: GlobalConfig): TelegramConfig {
  const hasToken = config.bot_token !== '' || config.bot_token_file !== ''
  const complete = {
    ...config,
    api_url: config.api_url || global.telegram_api_url,
    ...(hasToken ? {} : { bot_token: global.telegram_bot_token, bot_token_file: global.telegram_bot_token_file }),
  }
  if (complete.bot_token === '' && complete.bot_token_file === '') {
    throw new ReceiverConfigError('missing bot_token or bot_token_file on telegram_config')
  }
  return complete
}
