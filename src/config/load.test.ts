import { describe, expect, test } from 'vitest'
import { ConfigError } from './config-error.ts'
import { parseConfig } from './load.ts'

function problemsIn(text: string): string[] {
  try {
    parseConfig(text, 'tetrascope.yaml')
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
}

describe('configuration', () => {
  test('an empty file has a working default', () => {
    expect(parseConfig('', 'x').server.listen).toBe('127.0.0.1:4600')
  })

  test('keys without a value are as good as absent, as in the examples of Prometheus', () => {
    const text = [
      'global:',
      '  scrape_interval: 15s',
      'rule_files:',
      '  # - "first.rules"',
      'alerting:',
      '  alertmanagers:',
      'host:',
      'scrape_configs:',
      '  - job_name: node',
      '    params:',
      '    static_configs:',
      '      - targets: [127.0.0.1:9100]',
      '        labels:',
    ]
    const config = parseConfig(text.join('\n'), 'x')
    expect(config.rule_files).toEqual([])
    expect(config.host.enabled).toBe(true)
    expect(config.scrape_configs.map(({ job_name: job }) => job)).toEqual(['node'])
  })

  test('a null that means something stays', () => {
    const text = 'evaluation:\n  custom:\n    - {name: nothing, kind: json_schema, schema: {const: null}}\n'
    expect(JSON.stringify(parseConfig(text, 'x').evaluation)).toContain('{"const":null}')
  })

  test('a section of Prometheus that has no part here says where its job is done', () => {
    expect(problemsIn('remote_read:\n  - url: http://127.0.0.1:1/read\n')).toEqual([
      expect.stringContaining('remote_read is not supported by tetrascope; '),
    ])
    expect(problemsIn('storage:\n  tsdb: {out_of_order_time_window: 30m}\n')).toEqual([
      expect.stringContaining('tsdb is not supported by tetrascope; '),
    ])
  })

  test('an unknown key is named with its line, what is allowed and what was likely meant', () => {
    expect(problemsIn('server:\n  lisen: 127.0.0.1:1\n')).toEqual([
      'tetrascope.yaml:2: server.lisen: unknown key; did you mean "listen"? (allowed: listen, otlp_http_listen, otlp_grpc_listen, external_url, body_limit_mb)',
    ])
  })

  test('what spans lines is told of with the line of its key', () => {
    expect(problemsIn('\nscrape_config:\n  - job_name: a\n')).toEqual([
      expect.stringMatching(/^tetrascope.yaml:2: scrape_config: unknown key; did you mean "scrape_configs"\?/),
    ])
  })

  test('a value of the wrong type says what was expected and what was found', () => {
    expect(problemsIn('server:\n  body_limit_mb: lots\n')).toEqual([
      'tetrascope.yaml:2: server.body_limit_mb: expected number, found "lots"',
    ])
  })

  test('a value outside a closed set lists the set', () => {
    const text = 'catalogue:\n  - {name: a, layer: money, title: A, sources: [{value: up}]}\n'
    expect(problemsIn(text)).toEqual([
      'tetrascope.yaml:2: catalogue[0].layer: expected one of infrastructure, application, model_quality, business, found "money"',
    ])
  })

  test('all problems are told at once', () => {
    expect(problemsIn('server:\n  lisen: a\n  body_limit_mb: lots\n')).toHaveLength(2)
  })

  test('text that is not YAML is refused with its line', () => {
    expect(problemsIn('server: [\n')[0]).toMatch(/^tetrascope\.yaml:\d+: /)
  })
})
