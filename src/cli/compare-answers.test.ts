import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chatAnswer, judgement } from '../../test/support/judge-bench.ts'
import { Provider } from '../../test/support/provider.ts'
import { compareAnswers, type CompareFlags } from './compare-answers.ts'
import { probe } from './probe.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'compare-command-'))
let provider: Provider
let config = ''
beforeAll(async () => {
  provider = await Provider.start()
  config = file(
    'tetrascope.yaml',
    `evaluation: {judge: {endpoint: {url: '${provider.url}/v1', model: judge-1}, criteria: [helpfulness]}}\n`,
  )
})
afterAll(() => {
  provider.stop()
  rmSync(folder, { recursive: true })
})

function file(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text)
  return path.join(folder, name)
}

const lines = (responses: readonly string[]): string =>
  responses.map((response, i) => JSON.stringify({ id: i, prompt: `Question ${i}?`, response })).join('\n')

/** The place in which the judge finds the text: `A`, `B` or undefined. */
function placeOf(body: string, text: string): 'A' | 'B' | undefined {
  const found = /<(answer_[ab])[^>]*>\s*([\s\S]*?)<\/\1/g
  const { messages } = JSON.parse(body) as { readonly messages: ReadonlyArray<{ readonly content: string }> }
  for (const [, tag, content = ''] of (messages.at(-1)?.content ?? '').matchAll(found))
    if (content.includes(text)) return tag === 'answer_a' ? 'A' : 'B'
  return undefined
}

async function run(a: string, b: string, flags: Partial<CompareFlags> = {}) {
  let [printed, complaints] = ['', '']
  const output = {
    write: (text: string): unknown => (printed += text),
    complain: (text: string): unknown => (complaints += text),
  }
  await compareAnswers(a, { compare: b, config, format: 'jsonl', ...flags }, output)
  return { printed, complaints }
}

describe('evaluate --compare', () => {
  test('asks with the places swapped: who is better in both places wins, who is only first does not', async () => {
    provider.reset(({ body }) => {
      const winner = placeOf(body, 'thorough') ?? 'A'
      return chatAnswer(JSON.stringify({ reason: 'More of it.', winner }))
    })
    const a = file('a.jsonl', lines(['short', 'short', 'short', 'short', 'short', 'short', 'only in A']))
    const b = file('b.jsonl', lines(['thorough', 'thorough', 'thorough', 'thorough', 'thorough', 'another']))
    const { printed, complaints } = await run(a, b)
    const found = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(found).toHaveLength(6)
    expect(found[0]).toEqual({
      id: 0,
      results: { helpfulness: { winner: 'b', isConsistent: true, explanation: 'More of it.' } },
    })
    expect(found[5]).toMatchObject({ results: { helpfulness: { winner: 'tie', isConsistent: false } } })
    expect(complaints).toBe(
      'helpfulness: 6 pairs, A 0, B 5, ties 1 (1 changed with the places); ' +
        'B wins 100.0 % of the decided (95 %: 56.6–100.0 %); B is better\n',
    )
    expect(provider.got).toHaveLength(12)
  })

  test('says where the questions differ, and what it needs', async () => {
    const a = file('a.jsonl', lines(['x']))
    const b = file('b.jsonl', '\n{"id": 0, "prompt": "Something else?", "response": "y"}\n')
    await expect(run(a, b)).rejects.toThrow(/a\.jsonl:1: prompt: differs from that of id 0 at .*b\.jsonl:2/)
    await expect(run(a, b, { config: file('none.yaml', '') })).rejects.toThrow('--compare needs --config FILE')
  })
})

describe('probe run with a judge', () => {
  const golden = file(
    'golden.jsonl',
    JSON.stringify({ id: 'sky', prompt: 'Why is the sky blue?', checks: [{ type: 'judged', expected: 'Rayleigh' }] }),
  )
  const flags = () => ({
    endpoint: `${provider.url}/v1`,
    model: 'm',
    concurrency: 1,
    timeout: '10s',
    format: 'text' as const,
  })

  test('judged checks are rated by the judge of the configuration, and are errors without one', async () => {
    provider.reset(({ body }) =>
      chatAnswer(
        body.includes('judge-1') ? judgement(1, 'incorrect', 'Says nothing of scattering.') : 'It is the sea.',
      ),
    )
    let printed = ''
    const write = (text: string): unknown => (printed += text)
    await probe(golden, { ...flags(), config }, write)
    expect(printed).toContain('FAILED sky (judged)')
    expect(printed).toContain('0 passed, 1 failed, 0 without an answer')
    await expect(probe(golden, flags(), write)).rejects.toThrow('nothing was answered: there is no judge')
    await expect(probe(golden, { ...flags(), config: file('none.yaml', '') }, write)).rejects.toThrow(
      'has no section evaluation.judge',
    )
  })
})
