import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { chatAnswer, judgement } from '../../test/support/judge-bench.ts'
import { Provider } from '../../test/support/provider.ts'
import { evaluate, type EvaluateFlags } from './evaluate.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'evaluate-command-'))
let provider: Provider
beforeAll(async () => {
  provider = await Provider.start()
})
beforeEach(() => provider.reset(() => chatAnswer(judgement(1, 'unhelpful', 'Says nothing.'))))
afterEach(() => vi.restoreAllMocks())
afterAll(() => {
  provider.stop()
  rmSync(folder, { recursive: true })
})

function file(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text)
  return path.join(folder, name)
}

const lines = file('lines.jsonl', '{"id":"a","prompt":"Name a city.","response":"I like Acme."}\n')

/** What is printed, and what is complained of. */
async function run(flags: Partial<EvaluateFlags>): Promise<{ scores: Record<string, unknown>; complaints: string }> {
  let [printed, complaints] = ['', '']
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)) !== '')
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => (complaints += String(text)) !== '')
  await evaluate(lines, { format: 'jsonl', ...flags })
  const { scores } = JSON.parse(printed) as { readonly scores: Record<string, unknown> }
  return { scores, complaints }
}

function config(): string {
  file('boom.mjs', 'export default { evaluate() { throw new Error("boom") } }')
  return file(
    'tetrascope.yaml',
    `evaluation:
  custom:
    - { kind: keyword, name: names-others, keywords: [Acme] }
    - { kind: module, name: breaks, path: ./boom.mjs }
  judge:
    endpoint: { url: '${provider.url}/v1', model: judge-1 }
    criteria: [helpfulness, faithfulness]
`,
  )
}

describe('evaluate with a configuration', () => {
  test('runs its own evaluators; one that fails is named and keeps no other back', async () => {
    const { scores, complaints } = await run({ config: config(), evaluators: 'refusal,names-others,breaks' })
    expect(scores).toMatchObject({ refusal: { verdict: 'ok' }, 'names-others': { score: 1, verdict: 'flagged' } })
    expect(Object.keys(scores)).toEqual(['refusal', 'names-others'])
    expect(complaints).toBe('breaks: boom\n')
    expect(provider.got).toHaveLength(0)
  })

  test('asks its judge when told to, by the criteria that apply', async () => {
    const { scores } = await run({ config: config(), evaluators: 'length', judge: true })
    expect(Object.keys(scores)).toEqual(['length', 'judge-helpfulness'])
    expect(scores['judge-helpfulness']).toEqual({
      score: 0,
      verdict: 'flagged',
      label: 'unhelpful',
      explanation: 'Says nothing.',
    })
  })

  test('needs one for the judge, and says where it is wrong', async () => {
    await expect(run({ judge: true })).rejects.toThrow('--judge needs --config FILE')
    const wrong = file('wrong.yaml', 'evaluation:\n  custom:\n    - {kind: regex, name: x, pattern: "("}\n')
    await expect(run({ config: wrong })).rejects.toThrow(
      /wrong\.yaml:3: evaluation\.custom\[0\]\.pattern: .*missing closing \)/,
    )
    const absent = file('absent.yaml', 'evaluation:\n  custom:\n    - {kind: module, name: x, path: ./no.mjs}\n')
    await expect(run({ config: absent })).rejects.toThrow(/evaluation\.custom\[0\]\.path: found "\.\/no\.mjs"/)
    const criteria = 'evaluation: {judge: {endpoint: {url: "http://127.0.0.1:1/v1", model: m}, criteria: [safty]}}\n'
    await expect(run({ config: file('criteria.yaml', criteria) })).rejects.toThrow(
      /evaluation\.judge\.criteria: unknown criterion "safty": did you mean "safety"\?/,
    )
  })
})
