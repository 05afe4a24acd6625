import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { globalConfig, scrapeConfigs } from './config.ts'
import { faultsOfScrapeConfigs, scrapeJobs } from './scrape/scrape-job.ts'

function faultsIn(text: string): string[] {
  const { global, scrape_configs: configs }: { global?: unknown; scrape_configs?: unknown } = parse(text)
  const checked = [globalConfig.safeParse(global), scrapeConfigs.safeParse(configs)] as const
  const issues = checked.flatMap(
    ({ error }) => error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [],
  )
  const [globals, jobs] = checked
  if (!globals.success || !jobs.success) return issues
  return faultsOfScrapeConfigs(globals.data, jobs.data).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

describe('scrape configuration', () => {
  test('a complete example loads, and defaults come from global', () => {
    const { global, scrape_configs: configs } = parse(EXAMPLE)
    const [llm, node] = scrapeJobs(globalConfig.parse(global), scrapeConfigs.parse(configs), '/etc/tetrascope')
    expect(llm).toMatchObject({
      name: 'llm',
      settings: {
        intervalMs: 10_000,
        timeoutMs: 5_000,
        scheme: 'https',
        metricsPath: '/metrics',
        honorLabels: true,
        params: { module: ['a', 'b'] },
        limits: { samples: 1000, bodyBytes: 10 * 1024 * 1024, labels: 30, labelNameLength: 100 },
        http: {
          basic_auth: { username: 'u', password_file: '/etc/tetrascope/secret' },
          tls_config: { ca_file: '/ca.pem', insecure_skip_verify: true },
        },
      },
    })
    expect(node?.settings).toMatchObject({ intervalMs: 30_000, timeoutMs: 5_000, limits: { samples: 0, labels: 30 } })
    expect(node?.discovery.file_sd_configs[0]?.files).toEqual(['/etc/tetrascope/sd/*.yml'])
  })

  test('without any times, targets are asked every 15 s and may take 10 s', () => {
    const [job] = scrapeJobs(globalConfig.parse(undefined), scrapeConfigs.parse([{ job_name: 'a' }]), '/')
    expect(job?.settings).toMatchObject({ intervalMs: 15_000, timeoutMs: 10_000 })
    const [quick] = scrapeJobs(
      globalConfig.parse(undefined),
      scrapeConfigs.parse([{ job_name: 'a', scrape_interval: '5s' }]),
      '/',
    )
    expect(quick?.settings).toMatchObject({ intervalMs: 5_000, timeoutMs: 5_000 })
  })

  test('null sections are empty ones', () => {
    expect(faultsIn('scrape_configs:\n')).toEqual([])
    expect(faultsIn('scrape_configs: [{job_name: a, static_configs: null, relabel_configs: null}]')).toEqual([])
  })

  test.each([
    ['0.job_name: job_name is empty', 'scrape_configs: [{job_name: ""}]'],
    [
      'scrape_configs.1.job_name: found multiple scrape configs with job name "a"',
      'scrape_configs: [{job_name: a}, {job_name: a}]',
    ],
    [
      'scrape_configs.0.scrape_timeout: scrape timeout greater than scrape interval for scrape config with job name "a"',
      'scrape_configs: [{job_name: a, scrape_interval: 5s, scrape_timeout: 6s}]',
    ],
    [
      'global.scrape_timeout: global scrape timeout greater than scrape interval',
      'global: {scrape_interval: 5s, scrape_timeout: 6s}',
    ],
    ['0.scrape_interval: not a valid duration string: "15"', 'scrape_configs: [{job_name: a, scrape_interval: "15"}]'],
    ['0.body_size_limit: not a valid size: "10 MB"', 'scrape_configs: [{job_name: a, body_size_limit: 10 MB}]'],
    [
      '0.static_configs.0.targets.0: is not a valid hostname',
      'scrape_configs: [{job_name: a, static_configs: [{targets: ["http://a:1"]}]}]',
    ],
    ['0: Unrecognized key: "metric_path"', 'scrape_configs: [{job_name: a, metric_path: /x}]'],
    ['0.scheme: Invalid option', 'scrape_configs: [{job_name: a, scheme: ftp}]'],
    [
      'scrape_configs.0: at most one of basic_auth, oauth2 & authorization',
      'scrape_configs: [{job_name: a, basic_auth: {username: u}, authorization: {credentials: x}}]',
    ],
    [
      '0.basic_auth: at most one of basic_auth password & password_file',
      'scrape_configs: [{job_name: a, basic_auth: {username: u, password: p, password_file: f}}]',
    ],
    [
      '0.authorization.type: authorization type cannot be set to "basic"',
      'scrape_configs: [{job_name: a, authorization: {type: Basic}}]',
    ],
    ['0.tls_config: exactly one of key or key_file', 'scrape_configs: [{job_name: a, tls_config: {cert_file: c}}]'],
    [
      'scrape_configs.0: at most one of basic_auth, oauth2 & authorization must be configured',
      'scrape_configs: [{job_name: a, basic_auth: {username: u}, oauth2: {client_id: x}}]',
    ],
    ['0.http_headers', 'scrape_configs: [{job_name: a, http_headers: {Authorization: {values: [x]}}}]'],
    [
      '0.consul_sd_configs: consul_sd_configs is not supported',
      'scrape_configs: [{job_name: a, consul_sd_configs: [{}]}]',
    ],
    [
      '0.file_sd_configs.0.files.0: path must end in',
      'scrape_configs: [{job_name: a, file_sd_configs: [{files: ["a*/b.yml"]}]}]',
    ],
    ['0.http_sd_configs.0.url: URL scheme', 'scrape_configs: [{job_name: a, http_sd_configs: [{url: "ftp://a"}]}]'],
    [
      '0.scrape_protocols: a protocol may be named once',
      'scrape_configs: [{job_name: a, scrape_protocols: [PrometheusText0.0.4, PrometheusText0.0.4]}]',
    ],
  ])('refuses: %s', (fault, text) => {
    expect(faultsIn(text).join('\n')).toContain(fault)
  })
})

const EXAMPLE = `
global:
  scrape_interval: 30s
  scrape_timeout: 5s
  label_limit: 30
  external_labels: {region: eu}
scrape_configs:
  - job_name: llm
    scrape_interval: 10s
    scheme: https
    honor_labels: true
    params: {module: [a, b]}
    sample_limit: 1000
    body_size_limit: 10MB
    label_name_length_limit: 100
    basic_auth: {username: u, password_file: secret}
    tls_config: {ca_file: /ca.pem, insecure_skip_verify: true}
    static_configs:
      - targets: ["127.0.0.1:8000"]
        labels: {tier: 1}
  - job_name: node
    file_sd_configs:
      - files: [sd/*.yml]
    relabel_configs:
      - source_labels: [__address__]
        target_label: instance
`
