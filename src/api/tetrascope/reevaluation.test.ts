import { afterEach, beforeEach, expect, test } from 'vitest'
import { testRequest } from '../../../test/support/test-request.ts'
import { evaluationConfig } from '../../evaluation/config.ts'
import { Reevaluation } from '../../evaluation/reevaluation.ts'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { createServer } from '../server.ts'
import { reevaluationRoutes } from './reevaluation.ts'

const URL = '/evaluations/reruns'
let reevaluation: Reevaluation
let app: ReturnType<typeof createServer>

beforeEach(async () => {
  const { requests, evaluations } = createMemoryStore()
  const { span } = testRequest({ response: "I'm sorry, but I can't help with that." })
  await requests.writeSpans([span], [undefined])
  const clock = new ManualClock(span.startMs + 60_000)
  const config = evaluationConfig.parse({})
  reevaluation = new Reevaluation({ config, requests, evaluations, clock, logger: silentLogger })
  app = createServer({ auth: { tokens: [] }, bodyLimit: 10_000, logger: silentLogger })
  reevaluationRoutes(app, reevaluation, clock)
})
afterEach(async () => {
  await reevaluation.stop()
  await app.close()
})

const post = (payload: object) => app.inject({ method: 'POST', url: URL, payload })

test('is begun, refused while it runs, and told of when it has ended', async () => {
  const begun = await post({ since: '1h', evaluators: ['refusal'] })
  expect([begun.statusCode, begun.json()]).toEqual([202, expect.objectContaining({ state: 'running', total: 1 })])
  expect((await post({ since: '1h' })).statusCode).toBe(409)
  await reevaluation.ended()
  expect((await app.inject(URL)).json()).toMatchObject({
    state: 'done',
    requests: 1,
    evaluations: 1,
    evaluators: ['refusal'],
  })
})

test.each([
  [{}, 'since'],
  [{ since: 'soon' }, 'since'],
  [{ since: '1h', evaluators: ['refusl'] }, 'did you mean'],
  [{ since: '1h', modell: 'm' }, 'modell'],
])('%j is refused by name', async (payload, message) => {
  const { statusCode, body } = await post(payload)
  expect([statusCode, body]).toEqual([400, expect.stringContaining(message)])
})
