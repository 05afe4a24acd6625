import { z } from 'zod'
import { atMostOne, hostPort, sendResolved, textOr } from '../../config-values.ts'
import { flag, text, textMap } from '../../../util/yaml-values.ts'
import type { GlobalConfig } from '../../global-config.ts'
import { tlsConfig } from '../../../http/config.ts'
import { ReceiverConfigError } from '../../receiver.ts'

export const emailConfig = z
  .strictObject({
    send_resolved: sendResolved(false),
    to: text.refine((value) => value !== '', 'missing to address in email config'),
    from: text,
    hello: text,
    smarthost: hostPort,
    auth_username: text,
    auth_password: text,
    auth_password_file: text,
    auth_secret: text,
    auth_secret_file: text,
    auth_identity: text,
    headers: textMap.refine((headers) => duplicateHeader(headers) === undefined, {
      error: (issue) =>
        `duplicate header ${JSON.stringify(duplicateHeader(issue.input as Record<string, string>))} in email config`,
    }),
    html: textOr('{{ template "email.default.html" . }}'),
    text,
    require_tls: z.boolean().nullish(),
    tls_config: tlsConfig.nullish(),
    force_implicit_tls: z.boolean().nullish(),
    threading: z
      .strictObject({ enabled: flag(false), thread_by_date: z.enum(['daily', 'none']).default('daily') })
      .nullish(),
  })
  .refine(...atMostOne('auth_password', 'auth_password_file'))
  .refine(...atMostOne('auth_secret', 'auth_secret_file'))

export type EmailConfig = z.output<typeof emailConfig>

/** Header names do not distinguish case. */
function duplicateHeader(headers: Readonly<Record<string, string>>): string | undefined {
  const names = Object.keys(headers).map((name) => name.toLowerCase())
  return Object.keys(headers).find((name, i) => names.indexOf(name.toLowerCase()) < i)
}

export function completeEmail(config: EmailConfig, global: GlobalConfig): EmailConfig {
  const hasPassword = config.auth_password !== '' || config.auth_password_file !== ''
  const hasSecret = config.auth_secret !== '' || config.auth_secret_file !== ''
  const complete = {
    ...config,
    smarthost: config.smarthost || global.smtp_smarthost,
    from: config.from || global.smtp_from,
    hello: config.hello || global.smtp_hello,
    auth_username: config.auth_username || global.smtp_auth_username,
    auth_identity: config.auth_identity || global.smtp_auth_identity,
    ...(hasPassword
      ? {}
      : { auth_password: global.smtp_auth_password, auth_password_file: global.smtp_auth_password_file }),
    ...(hasSecret ? {} : { auth_secret: global.smtp_auth_secret, auth_secret_file: global.smtp_auth_secret_file }),
    require_tls: config.require_tls ?? global.smtp_require_tls,
    tls_config: config.tls_config ?? global.smtp_tls_config,
    force_implicit_tls: config.force_implicit_tls ?? global.smtp_force_implicit_tls,
  }
  if (complete.smarthost === '') throw new ReceiverConfigError('no global SMTP smarthost set')
  if (complete.from === '') throw new ReceiverConfigError('no global SMTP from set')
  return complete
}
