import { z } from 'zod'
import { checkHttp, httpFields } from '../../http/config.ts'
import { durationText } from '../../model/duration-text.ts'
import { notSupported } from '../../model/not-supported.ts'
import { relabelConfigs } from '../../relabel/config.ts'

const queueConfig = z
  .strictObject({
    /** Samples that one shard holds in memory. */
    capacity: z.int().min(1).default(10_000),
    min_shards: z.int().min(1).default(1),
    max_shards: z.int().min(1).default(50),
    max_samples_per_send: z.int().min(1).default(2_000),
    /** Longest time that a sample waits for others to be sent with. */
    batch_send_deadline: durationText.prefault('5s'),
    min_backoff: durationText.prefault('30ms'),
    max_backoff: durationText.prefault('5s'),
    retry_on_http_429: z.boolean().default(false),
    /** Samples older than this are not sent any more; 0 sends all. */
    sample_age_limit: durationText.prefault('0'),
  })
  .refine((queue) => queue.min_shards <= queue.max_shards, 'min_shards must not be above max_shards')
  .prefault({})

const metadataConfig = z
  .strictObject({
    send: z.boolean().default(true),
    send_interval: durationText.prefault('1m'),
    max_samples_per_send: z.int().min(1).default(2_000),
  })
  .prefault({})

/** One entry of `remote_write`, in Prometheus's words. */
export const remoteWriteConfig = z
  .strictObject({
    url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }),
    /** Names the queue in metrics and logs; the address when absent. Must be unique. */
    name: z.string().default(''),
    remote_timeout: durationText.prefault('30s'),
    headers: z.record(z.string(), z.string()).default({}),
    ...httpFields,
    /** Applied after `global.external_labels`. */
    write_relabel_configs: relabelConfigs,
    queue_config: queueConfig,
    metadata_config: metadataConfig,
    protobuf_message: z.enum(['prometheus.WriteRequest']).default('prometheus.WriteRequest'),
    round_robin_dns: notSupported('round_robin_dns', 'the first address of a name is used'),
    /** Exemplars of scrapes and senders too, after the samples that they came with. */
    send_exemplars: z.boolean().default(false),
    send_native_histograms: notSupported('send_native_histograms', 'classic buckets are sent'),
    sigv4: notSupported('sigv4', 'use authorization'),
    azuread: notSupported('azuread', 'use authorization'),
    google_iam: notSupported('google_iam', 'use authorization'),
  })
  .superRefine(checkHttp)

export type RemoteWriteConfig = Readonly<z.output<typeof remoteWriteConfig>>

/** `remote_write:` in tetrascope.yaml. */
export const remoteWriteConfigs = z
  .array(remoteWriteConfig)
  .nullish()
  .transform((list) => list ?? [])
  .refine(
    (list) => new Set(list.map(queueName)).size === list.length,
    'two entries have the same name (or, without names, the same url): give each a name of its own',
  )

/** How the queue is called in metrics, logs and on disk: its name, or its address without what may be secret in it. */
export function queueName({ name, url }: Pick<RemoteWriteConfig, 'name' | 'url'>): string {
  if (name !== '') return name
  const { origin, pathname } = new URL(url)
  return origin + pathname
}
