import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { notificationOf, notifyOnce, receiverOf } from '../../../../test/support/provider.ts'

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly isSecure: boolean
  readonly user: string
  readonly source: string
}

const servers: SMTPServer[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A real SMTP server with one account, `u` and `p`, and the mails that it got. */
async function smtp(options: SMTPServerOptions = {}) {
  const got: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    onAuth: (auth, _session, callback) => {
      const isRight =
        auth.username === 'u' && (auth.method === 'CRAM-MD5' ? auth.validatePassword('p') : auth.password === 'p')
      callback(isRight ? null : new Error('Invalid username or password'), { user: auth.username })
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        got.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          isSecure: session.secure,
          user: String(session.user ?? ''),
          source: Buffer.concat(chunks).toString(),
        })
        callback()
      })
    },
    ...options,
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return { got, port }
}

function email(port: number, more: string): ReturnType<typeof receiverOf> {
  return receiverOf(
    `email_configs: [{smarthost: "127.0.0.1:${port}", from: us@example.org, to: "a@example.org, Bo <b@example.org>", ${more}}]`,
  )
}

const INSECURE = 'tls_config: {insecure_skip_verify: true}'

test('HTML and text, over STARTTLS, with a password', async () => {
  const { got, port } = await smtp()
  expect(await notifyOnce(email(port, `auth_username: u, auth_password: p, ${INSECURE}`))).toBe('sent')
  expect(got[0]).toMatchObject({
    from: 'us@example.org',
    to: ['a@example.org', 'b@example.org'],
    isSecure: true,
    user: 'u',
  })
  const { source = '' } = got[0] ?? {}
  expect(source).toContain('Subject: [FIRING:1] SlowFirstToken (application critical)\r\n')
  expect(source).toContain('Date: Mon, 05 Jan 2026 12:00:00 +0000\r\n')
  expect(source).toMatch(/multipart\/alternative[\s\S]*text\/plain[\s\S]*text\/html/)
})

test('exactly these bytes, but for what tells mails apart', async () => {
  const { got, port } = await smtp()
  const more =
    'text: "{{ .Status }}", html: "<b>{{ `<x>` }}</b>", headers: {subject: s, X-Layer: "{{ .CommonLabels.layer }}"}, threading: {enabled: true}'
  await notifyOnce(email(port, `${more}, ${INSECURE}`))
  const source = (got[0]?.source ?? '')
    .replaceAll(/--_NmP-\w+-Part_1/g, '--PART')
    .replace(/Message-ID: <[^>]*>/, 'Message-ID: <ID>')
  const thread = `<alert-${HASH}-2026-01-05@alertmanager>`
  expect(source.replace(/ boundary=".*"/, ' boundary').replaceAll(/\r\n +</g, ' <')).toBe(
    [
      'X-Layer: application',
      'From: us@example.org',
      'To: a@example.org, Bo <b@example.org>',
      `In-Reply-To: ${thread}`,
      `References: ${thread}`,
      'Subject: s',
      'Date: Mon, 05 Jan 2026 12:00:00 +0000',
      'Message-ID: <ID>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative;',
      ' boundary',
      '',
      '----PART',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 7bit',
      '',
      'firing',
      '----PART',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: 7bit',
      '',
      '<b>&lt;x&gt;</b>',
      '----PART--',
      '',
    ].join('\r\n'),
  )
})

const HASH = 'a322baf07d3f8bfb9ac3f57ca15c13058e912536dc26ab3265e81d1ef687f2fe'

test('a secret is for CRAM-MD5; TLS may begin at once', async () => {
  const { got, port } = await smtp({ secure: true, authMethods: ['CRAM-MD5'] })
  const receiver = email(port, `force_implicit_tls: true, auth_username: u, auth_secret: p, ${INSECURE}`)
  expect(await notifyOnce(receiver)).toBe('sent')
  expect(got[0]).toMatchObject({ isSecure: true, user: 'u' })
})

test('without TLS only where the configuration says so', async () => {
  const { got, port } = await smtp({ disabledCommands: ['STARTTLS'] })
  expect(await notifyOnce(email(port, 'require_tls: true'))).toMatchObject({ retry: expect.any(Boolean) })
  expect(got).toEqual([])
  expect(await notifyOnce(email(port, 'require_tls: false'))).toBe('sent')
  expect(got[0]?.isSecure).toBe(false)
})

test('codes from 500 are final, from 400 not, and a server that is away may come back', async () => {
  const wrong = await smtp()
  const login = 'auth_username: u, auth_password: wrong'
  expect(await notifyOnce(email(wrong.port, `${login}, ${INSECURE}`))).toMatchObject({ retry: false })
  const busy = Object.assign(new Error('mailbox busy'), { responseCode: 450 })
  const later = await smtp({ onRcptTo: (_address, _session, callback) => callback(busy) })
  expect(await notifyOnce(email(later.port, INSECURE))).toMatchObject({ retry: true })
  expect(await notifyOnce(email(1, INSECURE))).toMatchObject({ retry: true })
})

test('an attempt ends when it must, also with a server that says nothing', async () => {
  const ending = new AbortController()
  const { port } = await smtp({ onConnect: () => ending.abort() })
  const result = await email(port, INSECURE).notify(notificationOf(), ending.signal)
  expect(result).toEqual({ retry: true, reason: 'the attempt took too long' })
})
