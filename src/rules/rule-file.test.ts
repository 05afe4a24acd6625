import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { STOCK_SYNTAX } from '../../test/support/stock-syntax.ts'
import { parseRuleFile } from './rule-file.ts'

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const SHARED = path.resolve(import.meta.dirname, '../../../shared/data/alert-rules')

const folder = mkdtempSync(path.join(tmpdir(), 'rule-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

function promtoolAccepts(file: string): boolean {
  return spawnSync('promtool', ['check', 'rules', '--lint=none', file]).status === 0
}

function errorsOf(text: string): readonly string[] {
  return parseRuleFile('test.yml', text, STOCK_SYNTAX).errors
}

describe.skipIf(!existsSync(SHARED) || !hasPromtool)('real rule files, against promtool', () => {
  const files = readdirSync(SHARED, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yml'))

  test('all have the verdict of promtool', () => {
    const verdicts = files.map((name) => {
      const file = path.join(SHARED, name)
      const { errors } = parseRuleFile(name, readFileSync(file, 'utf8'), STOCK_SYNTAX)
      return { name, errors, accepted: promtoolAccepts(file) }
    })
    expect(verdicts.length).toBeGreaterThan(100)
    expect(verdicts.filter(({ errors, accepted }) => (errors.length === 0) !== accepted)).toEqual([])
  }, 120_000)
})

/** Each is accepted or refused; where promtool is there, its verdict must be the same. */
const CASES: ReadonlyArray<readonly [name: string, text: string, error: string | undefined]> = [
  ['an empty file', '', undefined],
  ['no groups', 'groups:\n', undefined],
  ['no rules', 'groups:\n- name: a\n', undefined],
  ['an alert called on', group('- alert: on\n  expr: up == 0'), undefined],
  ['numbers as label values', group('- alert: A\n  expr: up\n  labels: {n: 1, b: true}'), undefined],
  ['a recording rule', group('- record: a:b\n  expr: sum(up)\n  labels: {x: y}'), undefined],
  ['limit and interval', 'groups:\n- name: a\n  interval: 1m30s\n  limit: 5\n  rules: []\n', undefined],
  ['anchors', 'groups:\n- name: a\n  rules:\n  - &r\n    alert: A\n    expr: up\n  - *r\n', undefined],
  [
    'an unknown key',
    group('- alert: A\n  exprr: up\n  expr: up'),
    'line 5: field exprr not found in a rule, did you mean "expr"?',
  ],
  [
    'an unknown key of a group',
    'groups:\n- name: a\n  intervall: 1m\n',
    'line 3: field intervall not found in a group',
  ],
  [
    'a list for a text',
    group('- alert: [A]\n  expr: up'),
    'line 4: cannot unmarshal !!seq into groups.0.rules.0.alert',
  ],
  ['a bad duration', group('- alert: A\n  expr: up\n  for: 5x'), 'line 6: not a valid duration string: "5x"'],
  [
    'neither record nor alert',
    group('- expr: up'),
    '4:5: group "a", rule 1, "": one of \'record\' or \'alert\' must be set',
  ],
  ['record and alert', group('- record: a\n  alert: b\n  expr: up'), "only one of 'record' and 'alert' must be set"],
  ['no expression', group('- alert: A'), 'group "a", rule 1, "A": field \'expr\' must be set in rule'],
  [
    'a broken expression',
    group('- alert: A\n  expr: up ==='),
    '5:11: group "a", rule 1, "A": could not parse expression: 1:6: parse error',
  ],
  ['for in a recording rule', group('- record: a\n  expr: up\n  for: 1m'), "invalid field 'for' in recording rule"],
  [
    'annotations in a recording rule',
    group('- record: a\n  expr: up\n  annotations: {a: b}'),
    "invalid field 'annotations' in recording rule",
  ],
  ['a reserved label', group('- alert: A\n  expr: up\n  labels: {__name__: x}'), 'invalid label name: __name__'],
  [
    'a bad template',
    group('- alert: A\n  expr: up\n  annotations: {s: "{{ foo }}"}'),
    '6:22: group "a", rule 1, "A": annotation "s": template: __alert_A:1: function "foo" not defined',
  ],
  [
    'an unclosed template',
    group('- alert: A\n  expr: up\n  labels: {s: "{{ if }"}'),
    'label "s": template: __alert_A:1: unexpected',
  ],
  [
    'a group twice',
    'groups:\n- name: a\n  rules: []\n- name: a\n  rules: []\n',
    '4:3: groupname: "a" is repeated in the same file',
  ],
  ['a group without a name', 'groups:\n- rules: []\n', '2:3: Groupname must not be empty'],
  ['a key twice', group('- alert: A\n  expr: up\n  expr: up'), 'yaml: line 6'],
  ['no YAML', 'groups: [', 'yaml: line 1'],
  ['text instead of groups', 'groups: x', 'line 1: cannot unmarshal !!str `x` into groups: expected a list'],
]

function group(rules: string): string {
  return `groups:\n- name: a\n  rules:\n${rules.replace(/^/gm, '  ')}\n`
}

describe('verdicts', () => {
  test.each(CASES)('%s', (_name, text, error) => {
    const errors = errorsOf(text)
    if (error === undefined) expect(errors).toEqual([])
    else expect(errors.join('\n')).toContain(error)
  })

  test.skipIf(!hasPromtool).each(CASES)('%s: as promtool', (name, text, error) => {
    const file = path.join(folder, `${name.replaceAll(' ', '-')}.yml`)
    writeFileSync(file, text)
    expect(promtoolAccepts(file)).toBe(error === undefined)
  })
})

test('definitions carry durations in milliseconds and the labels of their group', () => {
  const text = `groups:
- name: a
  interval: 30s
  query_offset: 1m
  labels: {team: ai, severity: info}
  rules:
  - alert: A
    expr: up == 0
    for: 5m
    keep_firing_for: 10m
    labels: {severity: page}
    annotations: {summary: down}
`
  expect(parseRuleFile('f.yml', text, STOCK_SYNTAX).groups).toEqual([
    {
      file: 'f.yml',
      name: 'a',
      intervalMs: 30_000,
      queryOffsetMs: 60_000,
      limit: 0,
      rules: [
        {
          kind: 'alerting',
          name: 'A',
          expr: 'up == 0',
          holdMs: 300_000,
          keepFiringMs: 600_000,
          labels: { team: 'ai', severity: 'page' },
          annotations: { summary: 'down' },
        },
      ],
    },
  ])
})
