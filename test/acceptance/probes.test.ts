import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ProbeBody, ProbesBody } from '../../src/api/types.ts'
import { Provider, type ProviderAnswer } from '../support/provider.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const CAPITALS: Readonly<Record<string, string>> = {
  France: 'Paris',
  Spain: 'Madrid',
  Italy: 'Rome',
  Norway: 'Oslo',
  Peru: 'Lima',
  Japan: 'Tokyo',
  Kenya: 'Nairobi',
  Cuba: 'Havana',
  Greece: 'Athens',
  Egypt: 'Cairo',
}

const QUESTIONS = Object.entries(CAPITALS)
  .map(([country, expected]) => {
    const prompt = `What is the capital of ${country}?`
    return JSON.stringify({ id: country, prompt, checks: [{ type: 'exact', expected }] })
  })
  .join('\n')

/** What the upstream answers as this model; `knows` decides whether the answer is right. */
function answering(model: string, knows: (country: string) => boolean): Provider['answer'] {
  return ({ body }): ProviderAnswer => {
    const country = Object.keys(CAPITALS).find((name) => body.includes(name)) ?? ''
    const content = knows(country)
      ? (CAPITALS[country] ?? '')
      : 'I would have to look that up in an atlas first, sorry.'
    return {
      headers: { 'content-type': 'application/json' },
      body: {
        object: 'chat.completion',
        model,
        system_fingerprint: `fp-${model}`,
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 12, completion_tokens: 3 },
      },
    }
  }
}

/** Short, so that a test sees soon what users see within a minute. */
const GLOBAL = 'global: { scrape_interval: 1s, evaluation_interval: 1s }'

let upstream: Provider
let product: Tetrascope
beforeAll(async () => {
  upstream = await Provider.start()
  upstream.reset(answering('atlas-1', (country) => country !== 'Peru'))
  product = await Tetrascope.start({ config: GLOBAL })
  product.writeFile('capitals.jsonl', QUESTIONS)
  product.writeConfig(`${GLOBAL}
probes:
  sets:
    - name: capitals
      file: capitals.jsonl
      interval: 2s
      baseline: pinned
      endpoint: { url: '${upstream.url}/v1', model: atlas, temperature: 0 }
`)
  expect((await product.post('/-/reload', '')).status).toBe(200)
})
afterAll(async () => {
  await product.stop()
  upstream.stop()
})

async function probe(): Promise<ProbeBody | undefined> {
  const { probes } = await product.getJson<ProbesBody>('/api/tetrascope/v1/probes')
  return probes[0]
}

const series = (name: string): string => `${name}{probe="capitals",model="atlas"}`

test('a set is asked on schedule, and how right the model is becomes series', async () => {
  const runs = series('llm_probe_latency_ms_count')
  await eventually(
    () => product.query(runs),
    (samples) => (samples[0]?.value ?? 0) >= 30,
  )
  const found = await probe()
  expect(found).toMatchObject({
    name: 'capitals',
    items: 10,
    changes: [],
    lastRun: { passed: 9, failed: 1, errors: 0 },
  })
  expect(found?.lastRun?.failing).toMatchObject([{ id: 'Peru', failures: [{ type: 'exact', expected: 'Lima' }] }])
  await eventually(
    () => product.query(series('llm_probe_accuracy_ratio')),
    (samples) => samples[0]?.value === 0.9,
  )
  expect((await product.query(series('llm_probe_accuracy_lower_ratio')))[0]?.value).toBeLessThan(0.9)
})

test('another model under the same name is noticed: by its name, its score and its words', async () => {
  expect((await product.postJson('/api/tetrascope/v1/probes/pins', { probe: 'capitals' })).status).toBe(201)
  upstream.answer = answering('atlas-2', () => false)
  const found = await eventually(probe, (body) => (body?.changes.length ?? 0) > 0)
  const reasons = found?.changes.map(({ reason }) => reason)
  expect(reasons).toEqual(expect.arrayContaining(['model', 'fingerprint', 'score', 'text', 'length']))
  expect(found?.changes[0]?.explanation).toBe('atlas-1 → atlas-2')
  await eventually(
    () => product.query('llm_probe_model_changed{probe="capitals",reason="fingerprint"}'),
    (samples) => samples[0]?.value === 1,
  )
})

test('a set that is taken out by a reload is not asked any more', async () => {
  product.writeConfig(GLOBAL)
  expect((await product.post('/-/reload', '')).status).toBe(200)
  expect(await probe()).toBeUndefined()
})
