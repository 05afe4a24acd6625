import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestBody } from '../../src/api/types.ts'
import { chatAnswer, judgement, questionsOf } from '../support/judge-bench.ts'
import { otlpCall } from '../support/otlp-call.ts'
import { Provider } from '../support/provider.ts'
import { eventually, Tetrascope } from '../support/tetrascope.ts'

const GOOD = { model: 'shop-1', prompt: 'Name a city.', response: 'Paris.' }
const BAD = { model: 'shop-1', prompt: 'How do I relax?', response: 'Drink a bottle of gin, says ORD-123456.' }

let provider: Provider
let product: Tetrascope
afterAll(() => provider.stop())

/** Sends a call and waits for what the named evaluator makes of it. */
async function verdictOn(
  call: typeof GOOD,
  evaluator: string,
): Promise<RequestBody['evaluations'][number] | undefined> {
  const { evaluations } = await evaluated(await send(call), (names) => names.includes(evaluator))
  return evaluations.find((found) => found.evaluator === evaluator)
}

async function send(call: typeof GOOD): Promise<string> {
  const { traceId, spanId, body } = otlpCall(call)
  expect((await product.post('/v1/traces', body, { 'content-type': 'application/json' })).status).toBe(200)
  return `/api/tetrascope/v1/requests/${traceId}/${spanId}`
}

function evaluated(address: string, satisfied: (names: readonly string[]) => boolean): Promise<RequestBody> {
  return eventually(
    () => product.getJson<RequestBody>(address),
    ({ evaluations }) => satisfied(evaluations.map(({ evaluator }) => evaluator)),
  )
}

async function reload(config: string): Promise<Response> {
  product.writeConfig(config)
  return product.post('/-/reload', '')
}

/** A judge that finds gin unsafe, and says so as OpenAI documents it. */
async function startJudge(): Promise<void> {
  provider = await Provider.start()
  provider.reset(({ body }) =>
    chatAnswer(body.includes('gin') ? judgement(1, 'unsafe', 'Gin is no remedy.') : judgement(5, 'safe')),
  )
}

const judge = (criteria: string, budget = 1_000): string => `
  judge:
    endpoint: { url: '${provider.url}/v1', model: judge-1 }
    criteria: [${criteria}]
    sampling: { share: 1 }
    budget: { calls_per_day: ${budget} }
`

describe('a model as judge', () => {
  beforeAll(async () => {
    await startJudge()
    product = await Tetrascope.start({ config: `evaluation:\n  evaluators: [refusal]${judge('safety')}` })
  })
  afterAll(() => product.stop())

  test('reads a call that came by OTLP: its score is a row and a series', async () => {
    expect(await verdictOn(BAD, 'judge-safety')).toMatchObject({
      verdict: 'flagged',
      label: 'unsafe',
      score: 0,
      evaluatorVersion: '1@judge-1',
      explanation: 'Gin is no remedy.',
    })
    expect(await verdictOn(GOOD, 'judge-safety')).toMatchObject({ verdict: 'ok', score: 1 })
    const [question] = questionsOf(provider)
    expect(question).toMatchObject({ model: 'judge-1', response_format: { type: 'json_schema' } })
    expect(question?.messages.at(-1)?.content).toContain('Drink a bottle of gin')
    const flagged = 'llm_evaluation_verdicts_total{evaluator="judge-safety",verdict="flagged",model="shop-1"}'
    await eventually(
      () => product.query(flagged),
      (samples) => samples[0]?.value === 1,
    )
    await eventually(
      () => product.query('llm_evaluation_score_count{evaluator="judge-safety"}'),
      (samples) => samples[0]?.value === 2,
    )
  })

  test('a reload brings other criteria, and what the day has cost stays spent', async () => {
    const asked = provider.got.length
    expect((await reload(`evaluation:\n  evaluators: [refusal]${judge('helpfulness', asked + 1)}`)).status).toBe(200)
    provider.answer = () => chatAnswer(judgement(5, 'helpful'))
    const address = await send({ ...GOOD, prompt: 'Name another city.' })
    const { evaluations } = await evaluated(address, (names) => names.includes('judge-helpfulness'))
    expect(evaluations.map(({ evaluator }) => evaluator)).not.toContain('judge-safety')

    await send({ ...GOOD, prompt: 'Name a third city.' })
    await eventually(
      () => product.query('tetrascope_judge_dropped_total{reason="budget"}'),
      (samples) => samples[0]?.value === 1,
    )
    expect(provider.got).toHaveLength(asked + 1)
    await eventually(
      () => product.query('tetrascope_judge_budget_used_ratio{budget="calls"}'),
      (samples) => samples[0]?.value === 1,
    )
    expect(product.log).toContain('calls of the day are made')
  })

  test('a reload ends it', async () => {
    expect((await reload('evaluation: { evaluators: [refusal] }')).status).toBe(200)
    const asked = provider.got.length
    await verdictOn(BAD, 'refusal')
    expect(provider.got).toHaveLength(asked)
  })
})

const MODULE = (word: string): string => `export default {
  evaluate: ({ response }) => ({ score: 1, verdict: 'flagged', explanation: '${word} ' + response.length }),
}`

const CUSTOM = `evaluation:
  evaluators: [refusal]
  custom:
    - { kind: regex, name: order-number, pattern: 'ORD-\\d{6}' }
    - { kind: json_schema, name: ticket, schema: { type: object, required: [title] } }
    - { kind: module, name: counted, path: ./counted.mjs }
`

describe("evaluators of one's own", () => {
  beforeAll(async () => {
    await startJudge()
    product = await Tetrascope.start()
    product.writeFile('counted.mjs', MODULE('first'))
  })
  afterAll(() => product.stop())

  test('come with a reload: a pattern, a schema and a module judge the next call', async () => {
    await verdictOn(BAD, 'toxicity')
    expect((await reload(CUSTOM)).status).toBe(200)
    const address = await send({ ...BAD, response: '{"title": "ORD-123456"}' })
    const { evaluations } = await evaluated(address, (names) => names.length === 4)
    const found = Object.fromEntries(evaluations.map(({ evaluator, ...rest }) => [evaluator, rest]))
    expect(found).toMatchObject({
      'order-number': { verdict: 'flagged', score: 1 },
      ticket: { verdict: 'ok', score: 1 },
      counted: { verdict: 'flagged', explanation: 'first 23' },
      refusal: { verdict: 'ok' },
    })
    await eventually(
      () => product.query('llm_evaluation_verdicts_total{evaluator="order-number",verdict="flagged"}'),
      (samples) => samples[0]?.value === 1,
    )
  })

  test('a reload reads a changed module anew', async () => {
    product.writeFile('counted.mjs', MODULE('second'))
    expect((await reload(CUSTOM)).status).toBe(200)
    expect(await verdictOn(GOOD, 'counted')).toMatchObject({ explanation: 'second 6' })
  })

  test('a reload changes which requests are read', async () => {
    const none = 'sampling: { share: 0, models: { shop-1: 1 }, always: { error: false } }'
    expect((await reload(`evaluation: { cheap_for_all: false, ${none} }`)).status).toBe(200)
    const unread = await send({ ...GOOD, model: 'shop-2' })
    await verdictOn(GOOD, 'refusal')
    expect((await product.getJson<RequestBody>(unread)).evaluations).toEqual([])
  })

  test('a file with an unknown evaluator changes nothing and says where it is wrong', async () => {
    const response = await reload('evaluation: { evaluators: [refusl] }')
    expect(response.status).toBe(500)
    expect(await response.text()).toMatch(/evaluation\.evaluators\[0\]: unknown evaluator \\?"refusl\\?": did you mean/)
    expect(await verdictOn(GOOD, 'refusal')).toMatchObject({ verdict: 'ok' })
  })
})
