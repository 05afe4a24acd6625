import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { STOCK_SYNTAX } from '../../test/support/stock-syntax.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import { MemorySampleStore } from '../storage/memory/memory-sample-store.ts'
import { runRuleTests } from './rule-test-run.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const folder = mkdtempSync(path.join(tmpdir(), 'rule-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

writeFileSync(
  path.join(folder, 'rules.yml'),
  `groups:
- name: recording
  rules:
  - {record: 'up:sum', expr: sum by (job) (up)}
- name: alerts
  rules:
  - alert: Down
    expr: up == 0
    for: 5m
    labels: {severity: page, zone: '{{ $externalLabels.zone }}'}
    annotations: {summary: '{{ $labels.instance }} of {{ $labels.job }} is down'}
  - alert: Few
    expr: 'up:sum < 2'
    keep_firing_for: 3m
`,
)

const HEAD = 'rule_files: [rules.yml]\nevaluation_interval: 1m\n'

const SERIES = `
  input_series:
  - {series: 'up{job="a", instance="1"}', values: '1x3 0x20'}
  - {series: 'up{job="a", instance="2"}', values: '1+0x20 stale'}
`

function oneTest(rest: string, head = HEAD): string {
  return `${head}tests:\n- interval: 1m${SERIES}${rest}`
}

/** Each passes or fails; where promtool is there, its verdict must be the same. */
const CASES: ReadonlyArray<readonly [name: string, content: string, failure: string | undefined]> = [
  [
    'an alert that fires',
    oneTest(`  external_labels: {zone: z1}
  alert_rule_test:
  - eval_time: 4m
    alertname: Down
    exp_alerts: []
  - eval_time: 10m
    alertname: Down
    exp_alerts:
    - exp_labels: {severity: page, zone: z1, job: a, instance: '1'}
      exp_annotations: {summary: 1 of a is down}
`),
    undefined,
  ],
  [
    'an alert that was not expected',
    oneTest(`  alert_rule_test:
  - {eval_time: 10m, alertname: Down, exp_alerts: []}
`),
    'alertname: Down, time: 10m',
  ],
  [
    'another label',
    oneTest(`  name: labels
  alert_rule_test:
  - eval_time: 10m
    alertname: Few
    exp_alerts: [{exp_labels: {job: b}}]
`),
    'name: labels',
  ],
  [
    'a rule over a recording rule',
    oneTest(`  alert_rule_test:
  - eval_time: 6m
    alertname: Few
    exp_alerts: [{exp_labels: {job: a}}]
`),
    undefined,
  ],
  [
    'an evaluation time between two evaluations',
    oneTest(`  alert_rule_test:
  - eval_time: 6m30s
    alertname: Few
    exp_alerts: [{exp_labels: {job: a}}]
`),
    undefined,
  ],
  [
    'expressions',
    oneTest(`  promql_expr_test:
  - expr: up:sum
    eval_time: 3m
    exp_samples: [{labels: 'up:sum{job="a"}', value: 2}]
  - expr: sum_over_time(up{instance="1"}[5m])
    eval_time: 5m30s
    exp_samples: [{labels: '{job="a", instance="1"}', value: 3}]
  - expr: 1 / 0
    eval_time: 1m
    exp_samples: [{labels: '{}', value: .inf}]
  - expr: nothing
    eval_time: 1m
`),
    undefined,
  ],
  [
    'another value',
    oneTest(`  promql_expr_test:
  - {expr: 'count(up)', eval_time: 3m, exp_samples: [{labels: '{}', value: 3}]}
`),
    'exp: {} 3\n        got: {} 2',
  ],
  [
    'a broken expression',
    oneTest(`  promql_expr_test:
  - {expr: 'count(', eval_time: 3m}
`),
    'parse error',
  ],
  [
    'ALERTS can be queried',
    oneTest(`  promql_expr_test:
  - expr: ALERTS{alertname="Few"}
    eval_time: 6m
    exp_samples: [{labels: 'ALERTS{alertname="Few", alertstate="firing", job="a"}', value: 1}]
`),
    undefined,
  ],
  [
    'an order of groups',
    oneTest(
      `  promql_expr_test:
  - {expr: 'up:sum', eval_time: 0m, exp_samples: [{labels: 'up:sum{job="a"}', value: 2}]}
`,
      `${HEAD}group_eval_order: [alerts, recording]\n`,
    ),
    undefined,
  ],
]

function run(content: string): Promise<string[]> {
  return runRuleTests(content, {
    baseDir: folder,
    syntax: STOCK_SYNTAX,
    createBench: () => {
      const store = new MemorySampleStore()
      return { store, engine: createEngine(store, DEFAULT_ENGINE_OPTIONS) }
    },
  })
}

describe('unit tests of rules', () => {
  test.each(CASES)('%s', async (_name, content, failure) => {
    const failures = (await run(content)).join('\n')
    if (failure === undefined) expect(failures).toBe('')
    else expect(failures).toContain(failure)
  })

  test.skipIf(!hasPromtool).each(CASES)('%s: as promtool', (name, content, failure) => {
    const file = path.join(folder, `${name.replaceAll(' ', '-')}.test.yml`)
    writeFileSync(file, content)
    const { status, stderr, stdout } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' })
    expect({ passes: status === 0, output: stdout + stderr }).toEqual({
      passes: failure === undefined,
      output: expect.anything(),
    })
  })
})

test('a file that is none says where', async () => {
  await expect(run('tests:\n- intervall: 1m\n')).rejects.toThrow('line 2: field intervall not found')
  await expect(run('tests:\n- alert_rule_test: [{eval_time: 1m}]\n')).rejects.toThrow(
    'an item under alert_rule_test misses required attribute alertname',
  )
  await expect(run('rule_files: [missing.yml]\ntests: [{}]\n')).rejects.toThrow('missing.yml')
})
