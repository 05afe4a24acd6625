import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConfigFile } from '../src/alerting/config-file.ts'
import { readSettings } from '../src/app/settings.ts'
import { probe } from '../src/cli/probe.ts'
import { parseConfig } from '../src/config/load.ts'
import { runCheck } from '../src/evaluation/probes/check.ts'
import { readGoldenSet } from '../src/evaluation/probes/golden-set.ts'
import { type Call, chooseUpstream } from '../src/ingest/gateway/upstream.ts'
import { chooseCapture } from '../src/ingest/privacy/choose-capture.ts'
import type { LlmCall, Span } from '../src/model/span.ts'
import { Provider } from './support/provider.ts'
import { testRequest } from './support/test-request.ts'

const root = path.resolve(import.meta.dirname, '..')
const examples = path.join(root, 'examples')
const SKY = 'Because air scatters blue light much more than it scatters red light.'
const configurations = readdirSync(examples).filter((file) => file.endsWith('.yaml'))

describe('examples', () => {
  test('there are some', () => {
    expect(configurations.length).toBeGreaterThan(1)
  })

  test.each(configurations)('%s loads with every file that it names', (file) => {
    expect(readSettings(path.join(examples, file)).config.scrape_configs.length).toBeGreaterThan(0)
  })

  test.each(['README.md', 'README.zh-CN.md'])('the configuration in %s loads', (file) => {
    const blocks = yamlBlocks(file)
    expect(blocks.length).toBeGreaterThan(0)
    for (const block of blocks) expect(parseConfig(block, file).scrape_configs.length).toBe(2)
  })

  test('the configurations in docs/evaluators.md and docs/alerting.md load', () => {
    const [evaluators = ''] = yamlBlocks('docs/evaluators.md')
    expect(parseConfig(evaluators, 'docs/evaluators.md').evaluation.evaluators).toHaveLength(3)
    const [contacts = '', escalation = '', others = ''] = yamlBlocks('docs/alerting.md')
    expect(parseConfig(contacts, 'docs/alerting.md').alerting.contacts?.phone).toHaveLength(2)
    const { alertmanagers } = parseConfig(others, 'docs/alerting.md').alerting
    expect(alertmanagers.map(({ dns_sd_configs: names }) => names.length)).toEqual([1])
    const route = 'route: { receiver: oncall }\n'
    const receivers = escalation.replace('receivers:', 'receivers:\n  - name: first\n  - name: second')
    expect(parseConfigFile(route + receivers).errors ?? []).toEqual([])
  })

  test('the configuration in docs/gateway.md loads, and sends calls where the page says', () => {
    const [block = ''] = yamlBlocks('docs/gateway.md')
    const { upstreams } = parseConfig(block, 'docs/gateway.md').gateway
    const reached = (call: Partial<Call>): string | undefined =>
      chooseUpstream({ target: '/v1/chat/completions', named: '', model: '', ...call }, upstreams)?.upstream.name
    expect(reached({ model: 'gpt-4o' })).toBe('openai')
    expect(reached({ model: 'llama-3' })).toBe('vllm')
    expect(reached({ target: '/bedrock/model/m/converse' })).toBe('bedrock')
    expect(reached({ target: '/bedrock/model/m/converse', named: 'qwen' })).toBe('qwen')
  })

  test('the configuration in docs/privacy.md loads and does what the page says', () => {
    const [block = ''] = yamlBlocks('docs/privacy.md')
    const { privacy } = parseConfig(block, 'docs/privacy.md')
    const { span } = testRequest({ prompt: 'Hi' })
    const captureOf = (fields: Partial<Span>, call: Partial<LlmCall> = {}): string =>
      chooseCapture({ ...span, ...fields, llm: { ...span.llm, ...call } }, { ...privacy, sample: 1 })
    expect(captureOf({})).toBe('redacted')
    expect(captureOf({ userId: 'vip-7' })).toBe('none')
    expect(captureOf({}, { requestModel: 'text-embedding-3-small' })).toBe('hashed')
    expect(captureOf({ service: 'playground' })).toBe('full')
    expect(privacy).toMatchObject({ sample: 0.5, logs: 'redacted' })
  })

  test.each(['docs/files.md'])('the configuration in %s loads', (file) => {
    const [block = ''] = yamlBlocks(file)
    expect(parseConfig(block, file).files).toHaveLength(2)
  })
})

describe('the golden data set of the examples', () => {
  const file = path.join(examples, 'probes/basics.jsonl')
  const right = ['Paris.', '17 * 23 = 391', '1969-07-20', '{"name": "Ann", "age": 31}', SKY, '北京']
  const wrong = ['Lyon', '17 * 23 = 390', '20 July 1969', '{"name": "Ann"}', 'It is an ocean.', '上海']

  test('passes right answers and no wrong one', () => {
    const items = readGoldenSet(file)
    expect(items).toHaveLength(right.length)
    const passed = (answers: readonly string[]): boolean[] =>
      items.map(({ checks }, i) =>
        checks.every((check) => check.type !== 'judged' && runCheck(check, answers[i] ?? '').isPassed),
      )
    expect(passed(right)).toEqual(right.map(() => true))
    expect(passed(wrong)).toEqual(wrong.map(() => false))
  })

  test('is asked by the command as the page about probes says; a low accuracy fails', async () => {
    const provider = await Provider.start()
    provider.reset(({ body }) => {
      const at = readGoldenSet(file).findIndex(({ messages }) => body.includes(JSON.stringify(messages)))
      return { body: { choices: [{ message: { content: at === 0 ? 'Lyon' : right[at] } }] } }
    })
    let output = ''
    const write = (text: string): unknown => (output += text)
    const flags = {
      endpoint: `${provider.url}/v1`,
      model: 'm',
      concurrency: 2,
      timeout: '10s',
      format: 'text',
    } as const
    await probe(file, { ...flags, minAccuracy: 0.8 }, write)
    expect(output).toContain('FAILED capital (exact): expected Paris | 巴黎, found Lyon')
    expect(output).toContain('m: 5 passed, 1 failed, 0 without an answer')
    await expect(probe(file, { ...flags, minAccuracy: 0.9 }, write)).rejects.toThrow('accuracy 0.833 is below 0.9')
    provider.stop()
  })

  test('is named by a configuration from its own folder', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-probes-'))
    const [block = ''] = yamlBlocks('docs/probes.md')
    mkdirSync(path.join(folder, 'probes'))
    copyFileSync(file, path.join(folder, 'probes/basics.jsonl'))
    writeFileSync(path.join(folder, 'tetrascope.yaml'), block)
    const { probes } = readSettings(path.join(folder, 'tetrascope.yaml'))
    expect(probes.sets.map(({ items }) => items.length)).toEqual([6])
    rmSync(folder, { recursive: true })
  })
})

function yamlBlocks(file: string): string[] {
  return [...readFileSync(path.join(root, file), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  )
}
