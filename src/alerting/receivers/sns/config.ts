import { z } from 'zod'
import { sendResolved, textOr } from '../../config-values.ts'
import { flag, text, textMap } from '../../../util/yaml-values.ts'
import { httpConfig } from '../../../http/config.ts'

export const snsConfig = z
  .strictObject({
    send_resolved: sendResolved(true),
    http_config: httpConfig.nullish(),
    api_url: text,
    sigv4: z
      .strictObject({
        region: text,
        access_key: text,
        secret_key: text,
        profile: text,
        role_arn: text,
        external_id: text,
        use_fips_sts_endpoint: flag(false),
      })
      .prefault({})
      .refine(
        (keys) => (keys.access_key === '') === (keys.secret_key === ''),
        'must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 config',
      ),
    topic_arn: text,
    phone_number: text,
    target_arn: text,
    subject: textOr('{{ template "sns.default.subject" . }}'),
    message: textOr('{{ template "sns.default.message" . }}'),
    attributes: textMap,
    use_aws_http_client: flag(false),
  })
  // Alertmanager takes one of the three, and by its arithmetic also all of them.
  .refine(
    (to) => [to.topic_arn, to.phone_number, to.target_arn].filter((address) => address === '').length % 2 === 0,
    'must provide either a Target ARN, Topic ARN, or Phone Number for SNS config',
  )

export type SnsConfig = z.output<typeof snsConfig>
