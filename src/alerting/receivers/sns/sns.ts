import { createHash, createHmac } from 'node:crypto'
import { attempt, type HttpPost, judge } from '../../http-sender.ts'
import { cutBytes, cutCharacters } from '../../message-text.ts'
import type { Receiver, ReceiverContext, SendResult } from '../../receiver.ts'
import type { Rendering } from '../../template/notification-templates.ts'
import type { SnsConfig } from './config.ts'

const ALGORITHM = 'AWS4-HMAC-SHA256'
const CONTENT_TYPE = 'application/x-www-form-urlencoded; charset=utf-8'
const MAX_SUBJECT_LENGTH = 100
const MAX_MESSAGE_BYTES = 256 * 1024
const MAX_SMS_BYTES = 1_600

/** Publishes to a topic, an endpoint or a telephone (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html). */
export function createSns(config: SnsConfig, { templates, http, clock }: ReceiverContext): Receiver {
  const sender = http(config.http_config)
  return {
    notify: (notification, signal) =>
      attempt(async () => {
        const problem = identityProblem(config)
        if (problem !== undefined) return problem
        const rendering = templates.render(notification)
        const region = config.sigv4.region || regionOf(rendering.text(config.topic_arn || config.target_arn))
        const url = rendering.text(config.api_url) || `https://sns.${region}.amazonaws.com`
        const body = publication(config, rendering)
        return judge(await sender.post(signed({ url, body, region, config, nowMs: clock.now() }), signal), [429])
      }),
  }
}

/** Keys from profiles, roles and the machine are not looked for here. */
function identityProblem({ sigv4 }: SnsConfig): SendResult | undefined {
  if (sigv4.access_key !== '' && sigv4.profile === '' && sigv4.role_arn === '') return undefined
  const reason =
    'sns_configs needs sigv4.access_key and sigv4.secret_key; sigv4.profile, sigv4.role_arn and keys of the environment are not supported'
  return { retry: false, reason }
}

/** `arn:aws:sns:<region>:<account>:<topic>` */
function regionOf(arn: string): string {
  return arn.split(':')[3] ?? ''
}

/** A telephone gets no subject. A FIFO topic keeps the order within a group. */
function publication(config: SnsConfig, { text, data }: Rendering): string {
  const phone = text(config.phone_number)
  const topic = text(config.topic_arn)
  const subject =
    phone === '' ? cutCharacters(text(config.subject).replaceAll(/\s+/g, ' ').trim(), MAX_SUBJECT_LENGTH) : ''
  const form = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31' })
  const given = { TopicArn: topic, TargetArn: text(config.target_arn), PhoneNumber: phone, Subject: subject }
  for (const [name, value] of Object.entries(given)) if (value !== '') form.set(name, value)
  form.set('Message', cutBytes(text(config.message), phone === '' ? MAX_MESSAGE_BYTES : MAX_SMS_BYTES))
  if (topic.endsWith('.fifo')) {
    const group = createHash('sha256').update(data.GroupLabels.String()).digest('hex')
    form.set('MessageGroupId', group)
    form.set('MessageDeduplicationId', createHash('sha256').update(form.toString()).digest('hex'))
  }
  Object.entries(config.attributes).forEach(([name, value], i) => {
    const entry = `MessageAttributes.entry.${i + 1}`
    form.set(`${entry}.Name`, name)
    form.set(`${entry}.Value.DataType`, 'String')
    form.set(`${entry}.Value.StringValue`, text(value))
  })
  return form.toString()
}

interface Unsigned {
  readonly url: string
  readonly body: string
  readonly region: string
  readonly config: SnsConfig
  readonly nowMs: number
}

/** Signature version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html). */
function signed({ url, body, region, config, nowMs }: Unsigned): HttpPost {
  const { host, pathname } = new URL(url)
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const scope = `${day}/${region}/sns/aws4_request`
  const names = 'content-type;host;x-amz-date'
  const headers = `content-type:${CONTENT_TYPE}\nhost:${host}\nx-amz-date:${time}\n`
  const canonical = ['POST', pathname, '', headers, names, sha256(body)].join('\n')
  const key = [day, region, 'sns', 'aws4_request'].reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${config.sigv4.secret_key}`,
  )
  const signature = createHmac('sha256', key)
    .update([ALGORITHM, time, scope, sha256(canonical)].join('\n'))
    .digest('hex')
  const authorization = `${ALGORITHM} Credential=${config.sigv4.access_key}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { url: new URL(url).href, body, headers: { 'content-type': CONTENT_TYPE, 'x-amz-date': time, authorization } }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
