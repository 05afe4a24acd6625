import path from 'node:path'
import { z } from 'zod'
import { durationText } from '../model/duration-text.ts'
import { listOf, scalarText } from '../util/yaml-values.ts'
import { notSupported } from '../model/not-supported.ts'
import { checkHttp, httpConfigIn, httpFields } from '../http/config.ts'

const targetAddress = z
  .string()
  .refine(
    (address) => !address.includes('/'),
    'is not a valid hostname: give host:port; scheme and path have keys of their own',
  )

/** One group of targets as static_configs, files and HTTP endpoints write it. */
export const targetGroupConfig = z.strictObject({
  targets: listOf(targetAddress),
  labels: z
    .record(z.string(), scalarText)
    .nullish()
    .transform((labels) => labels ?? {}),
})

export type TargetGroupConfig = z.output<typeof targetGroupConfig>

/** The last segment of the path, and only it, may have one `*`. */
const FILE_PATTERN = /^[^*]*(\*[^/]*)?\.(json|yml|yaml|JSON|YML|YAML)$/

const fileDiscovery = z.strictObject({
  files: z
    .array(
      z.string().regex(FILE_PATTERN, 'path must end in .json, .yml or .yaml and may have one * in its last segment'),
    )
    .min(1, 'file service discovery config must contain at least one path name'),
  refresh_interval: durationText.default(300_000),
})

const httpDiscovery = z
  .strictObject({
    ...httpFields,
    url: z.url({ protocol: /^https?$/, error: "URL scheme must be 'http' or 'https'" }),
    refresh_interval: durationText.default(60_000),
  })
  .superRefine(checkHttp)

const dnsDiscovery = z
  .strictObject({
    names: z.array(z.string()).min(1, 'DNS-SD config must contain at least one SRV record name'),
    type: z
      .string()
      .default('SRV')
      .transform((type) => type.toUpperCase())
      .pipe(z.enum(['SRV', 'A', 'AAAA', 'MX', 'NS'])),
    port: z.int().min(1).max(65_535).optional(),
    refresh_interval: durationText.default(30_000),
  })
  .refine(
    (config) => config.type === 'SRV' || config.port !== undefined,
    'a port is required in DNS-SD configs for all record types except SRV',
  )

export type FileDiscoveryConfig = z.output<typeof fileDiscovery>
export type HttpDiscoveryConfig = z.output<typeof httpDiscovery>
export type DnsDiscoveryConfig = z.output<typeof dnsDiscovery>

/** Prometheus's other ways to discover. Each is refused by name, since a job without its targets would look healthy. */
const OTHERS = [
  'azure',
  'consul',
  'digitalocean',
  'docker',
  'dockerswarm',
  'ec2',
  'ecs',
  'eureka',
  'gce',
  'hetzner',
  'ionos',
  'kubernetes',
  'kuma',
  'lightsail',
  'linode',
  'marathon',
  'msk',
  'nerve',
  'nomad',
  'openstack',
  'ovhcloud',
  'puppetdb',
  'scaleway',
  'serverset',
  'stackit',
  'triton',
  'uyuni',
  'vultr',
] as const

type OtherKey = `${(typeof OTHERS)[number]}_sd_configs`

const refused = Object.fromEntries(
  OTHERS.map((name) => [
    `${name}_sd_configs`,
    notSupported(
      `${name}_sd_configs`,
      'targets are found by static_configs, file_sd_configs, http_sd_configs and dns_sd_configs',
    ),
  ]),
) as Record<OtherKey, ReturnType<typeof notSupported>>

/** The keys of a scrape configuration that say where its targets come from. */
export const discoveryFields = {
  static_configs: listOf(targetGroupConfig),
  file_sd_configs: listOf(fileDiscovery),
  http_sd_configs: listOf(httpDiscovery),
  dns_sd_configs: listOf(dnsDiscovery),
  ...refused,
}

/** Where targets come from. */
export interface DiscoveryConfig {
  readonly static_configs: readonly TargetGroupConfig[]
  readonly file_sd_configs: readonly FileDiscoveryConfig[]
  readonly http_sd_configs: readonly HttpDiscoveryConfig[]
  readonly dns_sd_configs: readonly DnsDiscoveryConfig[]
}

/** The keys of a larger object that say where targets come from, and only those, with every file's path taken relative to `folder`. */
export function discoveryIn(config: DiscoveryConfig, folder: string): DiscoveryConfig {
  return {
    static_configs: config.static_configs,
    file_sd_configs: config.file_sd_configs.map((one) => ({
      ...one,
      files: one.files.map((file) => path.resolve(folder, file)),
    })),
    http_sd_configs: config.http_sd_configs.map((one) => ({ ...one, ...httpConfigIn(one, folder) })),
    dns_sd_configs: config.dns_sd_configs,
  }
}
