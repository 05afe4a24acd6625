import { describe, expect, test } from 'vitest'
import { remoteWriteConfigs } from './config.ts'

function messageOf(config: unknown): string {
  return (
    remoteWriteConfigs
      .safeParse(config)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('\n') ?? 'ok'
  )
}

describe('remote_write in the configuration', () => {
  test('has the defaults of Prometheus', () => {
    const [config] = remoteWriteConfigs.parse([{ url: 'http://receiver/api/v1/write' }])
    expect(config).toMatchObject({
      remote_timeout: 30_000,
      send_exemplars: false,
      queue_config: {
        capacity: 10_000,
        max_shards: 50,
        min_shards: 1,
        max_samples_per_send: 2_000,
        batch_send_deadline: 5_000,
      },
      metadata_config: { send: true, send_interval: 60_000 },
    })
  })

  test.each([
    ['an address that is none', [{ url: 'receiver:9090' }], '0.url: must be an http or https address'],
    [
      'two ways to authorise',
      [{ url: 'http://r', basic_auth: {}, authorization: {} }],
      '0: at most one of basic_auth, oauth2 & authorization must be configured',
    ],
    [
      'what is not built',
      [{ url: 'http://r', send_native_histograms: true }],
      '0.send_native_histograms: send_native_histograms is not supported by tetrascope; classic buckets are sent',
    ],
    [
      'the same queue twice',
      [{ url: 'http://r' }, { url: 'http://r' }],
      ': two entries have the same name (or, without names, the same url): give each a name of its own',
    ],
    [
      'a strange duration',
      [{ url: 'http://r', remote_timeout: 'soon' }],
      '0.remote_timeout: not a valid duration string: "soon" (expected for example 15s, 5m, 1h30m)',
    ],
  ])('refuses %s', (_, config, message) => {
    expect(messageOf(config)).toBe(message)
  })

  test('speaks HTTP in all the ways of Prometheus', () => {
    const ways = { oauth2: { client_id: 'i', token_url: 'http://t' }, proxy_url: 'http://p', bearer_token_file: '' }
    expect(messageOf([{ url: 'http://r', ...ways, http_headers: { 'X-Scope-OrgID': { values: ['a'] } } }])).toBe('ok')
    expect(messageOf([{ url: 'http://r', bearer_token: 'a', bearer_token_file: 'b' }])).toBe(
      '0: at most one of bearer_token & bearer_token_file must be configured',
    )
  })

  test('may ask for nothing', () => {
    expect(remoteWriteConfigs.parse(null)).toEqual([])
    expect(messageOf([{ url: 'http://r', send_exemplars: false, write_relabel_configs: [] }])).toBe('ok')
  })
})
