import { groupKeyHash } from '../../group-key-hash.ts'
import { tlsOptions } from '../../../http/http-access.ts'
import { attempt, unreachable } from '../../http-sender.ts'
import type { Notification } from '../../notify/notification.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { EmailConfig } from './config.ts'

const IMPLICIT_TLS_PORT = 465
const CONNECT_TIMEOUT_MS = 10_000
const DEFAULT_SUBJECT = '{{ template "email.default.subject" . }}'

/** Sends a mail, as HTML and as text, over SMTP (RFC 5321) with STARTTLS, TLS from the start or neither. */
export function createEmail(config: EmailConfig, { templates, secret }: ReceiverContext): Receiver {
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const mail = mailOf(config, notification, templates.render(notification))
        const tls = await tlsOptions(config.tls_config)
        // Loaded with the first mail: who sends none need not have it in memory.
        const { createTransport } = await import('nodemailer')
        const transport = createTransport({ ...connection(config), ...(await identityOf(config, secret)), tls })
        const end = (): void => transport.close()
        signal.addEventListener('abort', end, { once: true })
        try {
          await sendUntil(signal, transport.sendMail(mail))
          return 'sent'
        } catch (error) {
          return judgeSmtp(error)
        } finally {
          signal.removeEventListener('abort', end)
          transport.close()
        }
      }),
  }
}

/** The transport keeps a connection open that is under way; the attempt ends all the same. */
function sendUntil(signal: AbortSignal, sending: Promise<unknown>): Promise<unknown> {
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(new Error('the attempt took too long'))
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })
  return Promise.race([sending, ended])
}

function connection(config: EmailConfig) {
  const separator = config.smarthost.lastIndexOf(':')
  const port = Number(config.smarthost.slice(separator + 1))
  return {
    host: config.smarthost.slice(0, separator).replaceAll(/[[\]]/g, '') || 'localhost',
    port,
    name: config.hello,
    secure: config.force_implicit_tls ?? port === IMPLICIT_TLS_PORT,
    requireTLS: config.require_tls ?? true,
    ignoreTLS: config.require_tls === false,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
  }
}

/** A secret is for CRAM-MD5, a password for PLAIN or LOGIN, whichever the server offers. */
async function identityOf(config: EmailConfig, secretOf: ReceiverContext['secret']) {
  const user = config.auth_username
  if (user === '') return {}
  const secret = await secretOf(config.auth_secret, config.auth_secret_file)
  if (secret !== '') return { auth: { user, pass: secret }, authMethod: 'CRAM-MD5' }
  const pass = await secretOf(config.auth_password, config.auth_password_file)
  return pass === '' ? {} : { auth: { user, pass } }
}

/** Headers of the configuration win over those that it has keys for. */
function mailOf(config: EmailConfig, notification: Notification, { text, html }: Rendering) {
  const headers = new Map(Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), text(value)]))
  const take = (name: string, fallback: string): string => {
    const value = headers.get(name) ?? text(fallback)
    headers.delete(name)
    return value
  }
  const recipients = text(config.to)
  const sender = text(config.from)
  return {
    envelope: { from: sender, to: recipients },
    from: take('from', config.from),
    to: take('to', config.to),
    subject: take('subject', DEFAULT_SUBJECT),
    date: new Date(notification.timeMs),
    text: text(config.text || DEFAULT_TEXT),
    html: html(config.html),
    ...threading(config, notification),
    headers: Object.fromEntries(headers),
  }
}

const DEFAULT_TEXT = '{{ template "email.default.text" . }}'

/** All mails about a group, of a day or ever, answer one that does not exist: mail programs show them as one conversation. */
function threading({ threading: wanted }: EmailConfig, { groupKey, timeMs }: Notification) {
  if (!wanted?.enabled) return {}
  const day = wanted.thread_by_date === 'daily' ? new Date(timeMs).toISOString().slice(0, 10) : ''
  const thread = `<alert-${groupKeyHash(groupKey)}-${day}@alertmanager>`
  return { inReplyTo: thread, references: thread }
}

/** Codes from 500 are final (RFC 5321, 4.2.1). */
function judgeSmtp(error: unknown): SendResult {
  const code: unknown = error instanceof Error && 'responseCode' in error ? error.responseCode : undefined
  const failure = unreachable(error)
  if (failure === 'sent' || typeof code !== 'number') return failure
  return { ...failure, retry: code < 500 }
}
