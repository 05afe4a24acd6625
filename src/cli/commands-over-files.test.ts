import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { checkAlertmanager } from './check-alertmanager.ts'
import { checkRules } from './check-rules.ts'
import { testPromql } from './test-promql.ts'
import { testRules } from './test-rules.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-files-'))
let output = ''
const write = (text: string): void => {
  output += text.replaceAll(`${folder}/`, '')
}

beforeEach(() => {
  output = ''
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text)
  return path.join(folder, name)
}

const RULES = 'groups:\n- name: hosts\n  rules:\n  - {alert: Down, expr: up == 0, for: 1m}\n'

describe('test promql', () => {
  test('counts what passes', async () => {
    await testPromql([file('good.test', 'load 1m\n  a 0+1x5\n\neval instant at 2m a\n  a 2\n')], write)
    expect(output).toBe('1 passed, 0 failed\n')
  })

  test('names file, line, what was expected and what came instead', async () => {
    const script = file(
      'bad.test',
      'load 1m\n  a 0+1x5\n\neval instant at 2m a\n  a 3\n\neval instant at 1m a\n  a 1\n',
    )
    await expect(testPromql([script], write)).rejects.toThrow()
    expect(output).toMatch(/^bad\.test:4: a: expected .*3.*, got .*2.*\n1 passed, 1 failed\n$/)
  })

  test('goes on behind a file that is no script', async () => {
    const files = [file('no.test', 'evaluate this\n'), file('good.test', 'eval instant at 0 1\n  1\n')]
    await expect(testPromql(files, write)).rejects.toThrow()
    expect(output).toMatch(/^no\.test:1: line 1: .*\n1 passed, 1 failed\n$/)
  })
})

describe('test rules', () => {
  const testFile = (severity: string): string =>
    `rule_files: [rules.yml]\ntests:\n- interval: 1m\n  input_series: [{series: 'up{job="a"}', values: '0x5'}]\n` +
    `  alert_rule_test:\n  - {eval_time: 3m, alertname: Down, exp_alerts: [{exp_labels: {job: ${severity}}}]}\n`

  test('says SUCCESS or what was expected', async () => {
    file('rules.yml', RULES)
    await testRules([file('good.yml', testFile('a'))], write)
    expect(output).toBe('Unit Testing:  good.yml\n  SUCCESS\n\n')
    await expect(testRules([file('bad.yml', testFile('b'))], write)).rejects.toThrow()
    expect(output).toMatch(/FAILED:\n {4}alertname: Down, time: 3m/)
  })
})

describe('check', () => {
  test('rules: counts them, or says line, group and rule', () => {
    checkRules([file('rules.yml', RULES)], write)
    expect(output).toBe('Checking rules.yml\n  SUCCESS: 1 rules found\n\n')
    expect(() => checkRules([file('broken.yml', RULES.replace('up ==', 'up == =='))], write)).toThrow()
    expect(output).toMatch(/FAILED:\nbroken\.yml: 4:\d+: group "hosts", rule 1, "Down": could not parse expression/)
  })

  test('alertmanager: counts receivers, or says what is missing', () => {
    checkAlertmanager([file('am.yml', 'route: {receiver: x}\nreceivers: [{name: x}]\n')], write)
    expect(output).toContain(
      "Checking 'am.yml'  SUCCESS\nFound:\n - global config\n - route\n - 0 inhibit rules\n - 1 rec",
    )
    expect(() => checkAlertmanager([file('bad.yml', 'route: {receiver: y}\nreceivers: []\n')], write)).toThrow('1 file')
    expect(output).toContain("'bad.yml'  FAILED: line 1")
  })

  test('alertmanager: reads the template files too, and says where one is broken', () => {
    const config = file('with.yml', 'templates: ["*.tmpl"]\nroute: {receiver: x}\nreceivers: [{name: x}]\n')
    file('own.tmpl', '{{ define "own" }}fine{{ end }}')
    checkAlertmanager([config], write)
    expect(output).toMatch(/ - 1 templates\n {2}SUCCESS\n/)
    file('own.tmpl', 'first line\n{{ define "own" }}{{ nonsense }}{{ end }}')
    expect(() => checkAlertmanager([config], write)).toThrow('failed to validate 1 file(s)')
    expect(output).toContain('  FAILED: template: own.tmpl:2: function "nonsense" not defined')
  })
})
