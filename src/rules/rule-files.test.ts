import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { STOCK_SYNTAX } from '../../test/support/stock-syntax.ts'
import { LAYERS } from '../catalogue/entry.ts'
import type { AlertingRuleDefinition } from './rule-definition.ts'
import { loadDefaultRules, loadRuleFiles, RuleFilesError } from './rule-files.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'rule-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const RULE = 'groups:\n- name: a\n  rules:\n  - {alert: A, expr: up}\n'

describe('the shipped rules', () => {
  const alerts = loadDefaultRules(STOCK_SYNTAX)
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is AlertingRuleDefinition => rule.kind === 'alerting')

  test('load, with names that occur once', () => {
    expect(alerts.length).toBeGreaterThan(12)
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length)
  })

  test.each(alerts.filter(({ name }) => name !== 'Watchdog'))(
    '$name has a level, a layer and both languages',
    ({ labels, annotations }) => {
      expect(['P1', 'P2', 'P3']).toContain(labels.severity)
      expect(LAYERS).toContain(labels.layer)
      expect(Object.keys(annotations)).toEqual(['summary', 'summary_zh', 'description', 'description_zh'])
    },
  )

  test('there is a dead-man switch that belongs to no level', () => {
    expect(alerts.find(({ name }) => name === 'Watchdog')?.labels).toEqual({ severity: 'none' })
  })

  test('one that is not wanted is left out', () => {
    const left = loadDefaultRules(STOCK_SYNTAX, ['Watchdog']).flatMap(({ rules }) => rules.map(({ name }) => name))
    expect(left).not.toContain('Watchdog')
    expect(left).toContain('ServiceDown')
  })
})

describe('rule_files', () => {
  test('globs and paths, relative to the configuration', () => {
    mkdirSync(path.join(folder, 'rules'))
    for (const name of ['b.yml', 'a.yml', 'c.txt']) writeFileSync(path.join(folder, 'rules', name), RULE)
    const files = (patterns: string[]): string[] =>
      loadRuleFiles(patterns, folder, STOCK_SYNTAX).map(({ file }) => path.relative(folder, file))
    expect(files(['rules/*.yml'])).toEqual(['rules/a.yml', 'rules/b.yml'])
    expect(files(['rules/a.yml', 'rules/[ab].yml'])).toEqual(['rules/a.yml', 'rules/b.yml'])
    expect(files(['nothing/*.yml'])).toEqual([])
  })

  test('every problem of every file is named', () => {
    writeFileSync(
      path.join(folder, 'broken.yml'),
      'groups:\n- name: a\n  rules:\n  - {alert: A}\n  - {alert: B, expr: "("}\n',
    )
    const load = (): unknown => loadRuleFiles(['broken.yml', 'missing.yml'], folder, STOCK_SYNTAX)
    expect(load).toThrow(RuleFilesError)
    expect(load).toThrow(/broken\.yml: 4:5: group "a", rule 1, "A": field 'expr' must be set in rule/)
    expect(load).toThrow(/rule 2, "B": could not parse expression/)
    expect(load).toThrow(/missing\.yml: ENOENT/)
  })
})
