import { z } from 'zod'
import { atMostOne, goDurationOr, oneOf, sendResolved, textOr } from '../../config-values.ts'
import { flag, text } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

export const pushoverConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    user_key: text,
    user_key_file: text,
    token: text,
    token_file: text,
    title: textOr('{{ template "pushover.default.title" . }}'),
    message: textOr('{{ template "pushover.default.message" . }}'),
    url: textOr('{{ template "pushover.default.url" . }}'),
    url_title: text,
    device: text,
    sound: text,
    // Emergency while firing, which asks for an acknowledgement; normal when resolved.
    priority: textOr('{{ if eq .Status "firing" }}2{{ else }}0{{ end }}'),
    retry: goDurationOr(60_000),
    expire: goDurationOr(3_600_000),
    ttl: goDurationOr(0),
    html: flag(false),
    monospace: flag(false),
  })
  .refine(...oneOf('user_key', 'user_key_file'))
  .refine(...atMostOne('user_key', 'user_key_file'))
  .refine(...oneOf('token', 'token_file'))
  .refine(...atMostOne('token', 'token_file'))
  .refine(...atMostOne('monospace', 'html'))

export type PushoverConfig = z.output<typeof pushoverConfig>
