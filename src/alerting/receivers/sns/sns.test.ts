import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { notifyOnce, Provider, type ProviderRequest, receiverOf } from '../../../../test/support/provider.ts'

const provider = await Provider.start()
beforeEach(() => provider.reset())
afterAll(() => provider.stop())

function sns(more: string, secret = 'SK'): ReturnType<typeof receiverOf> {
  return receiverOf(
    `sns_configs: [{api_url: "${provider.url}", sigv4: {region: eu-west-1, access_key: AK, secret_key: ${secret}}, subject: s, message: "{{ .Status }}", ${more}}]`,
  )
}

/** As AWS checks it: the key is derived from day, region and service, the signature is over what came. */
function checkSignature({ headers, body }: ProviderRequest) {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const date = String(headers['x-amz-date'])
  const canonical = `POST\n/\n\ncontent-type:${headers['content-type']}\nhost:${headers.host}\nx-amz-date:${date}\n\ncontent-type;host;x-amz-date\n${hash(body)}`
  const key = mac(mac(mac(mac('AWS4SK', date.slice(0, 8)), 'eu-west-1'), 'sns'), 'aws4_request')
  const scope = `${date.slice(0, 8)}/eu-west-1/sns/aws4_request`
  const signature = mac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`).toString('hex')
  const isRight = headers.authorization?.endsWith(`Signature=${signature}`) ?? false
  return isRight ? { body: '<PublishResponse/>' } : { status: 403, body: '<Code>SignatureDoesNotMatch</Code>' }
}

test('a signed publication to a topic', async () => {
  provider.reset(checkSignature)
  expect(
    await notifyOnce(sns('topic_arn: "arn:aws:sns:eu-west-1:1:t", attributes: {layer: "{{ .CommonLabels.layer }}"}')),
  ).toBe('sent')
  expect(provider.got[0]?.body).toBe(
    'Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At&Subject=s&Message=firing' +
      '&MessageAttributes.entry.1.Name=layer&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=application',
  )
})

test('a telephone gets no subject', async () => {
  await notifyOnce(sns('phone_number: "+1"'))
  expect(provider.got[0]?.body).toBe('Action=Publish&Version=2010-03-31&PhoneNumber=%2B1&Message=firing')
})

test('a wrong key stays wrong, too often may come later', async () => {
  provider.reset(checkSignature)
  expect(await notifyOnce(sns('topic_arn: t', 'WRONG'))).toMatchObject({ retry: false })
  provider.reset(() => ({ status: 429 }))
  expect(await notifyOnce(sns('topic_arn: t'))).toMatchObject({ retry: true })
})

test('keys of the machine are not used, and that is said', async () => {
  expect(await notifyOnce(receiverOf('sns_configs: [{topic_arn: t}]'))).toMatchObject({
    retry: false,
    reason: expect.stringContaining('needs sigv4.access_key') as string,
  })
})
