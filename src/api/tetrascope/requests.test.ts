import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testRequest } from '../../../test/support/test-request.ts'
import { Forgetting } from '../../ingest/forgetting.ts'
import type { Span } from '../../model/span.ts'
import { openClickHouseStore } from '../../storage/clickhouse/clickhouse-store.ts'
import { retentionConfig } from '../../storage/config.ts'
import type { Store } from '../../storage/store.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { HttpError } from '../http-error.ts'
import { comparisonRoutes } from './comparison.ts'
import { explorationRoutes } from './exploration.ts'
import { requestRoutes } from './requests.ts'

const NOW_MS = 1_750_000_000_000
const FOR_EVER = retentionConfig.parse({ samples: '0', requests: '0', evaluations: '0', events: '0', logs: '0' })

let app: FastifyInstance
let store: Store
let dataDirectory: string

function call(secondsAgo: number, fields: Partial<Span> = {}, model = 'gpt'): Span {
  const startMs = NOW_MS - secondsAgo * 1_000
  const { span } = testRequest({ prompt: 'a "quoted", prompt\nof two lines', response: '你好', requestModel: model })
  return { ...span, startMs, endMs: startMs + secondsAgo * 10, ...fields }
}

beforeAll(async () => {
  dataDirectory = await mkdtemp(path.join(tmpdir(), 'tetrascope-requests-'))
  store = await openClickHouseStore({
    storage: { type: 'embedded' },
    retention: FOR_EVER,
    dataDirectory,
    commitIntervalMs: 2,
  })
  const clock = new ManualClock(NOW_MS)
  app = fastify()
  app.setErrorHandler((error, _request, reply) => {
    return reply.code(error instanceof HttpError ? error.status : 500).send({ error: String(error) })
  })
  const forgetting = await Forgetting.open({ ...store, clock })
  requestRoutes(app, { store, clock, forget: (deletion) => forgetting.forget(deletion) })
  explorationRoutes(app, store.explorer, clock)
  comparisonRoutes(app, store.explorer, clock)
  await store.requests.writeSpans(
    [
      call(100, { userId: 'ann', sessionId: 's/1' }),
      call(50, { userId: 'ann', sessionId: 's/1' }, 'other'),
      call(10, { userId: 'bob', sessionId: 's2' }),
    ],
    [1, undefined, 0.5],
  )
})

afterAll(async () => {
  await app.close()
  await store.close()
  await rm(dataDirectory, { recursive: true, force: true })
})

async function get(url: string): Promise<unknown> {
  const answer = await app.inject({ url })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}

describe('exploring', () => {
  test('two groups are compared, with what they have in common', async () => {
    const expected = {
      a: { requests: 1, costUsd: 1 },
      b: { requests: 1, costUsd: 0.5 },
      lines: expect.arrayContaining([
        expect.objectContaining({ figure: 'latency_p50_ms', difference: -900, verdict: 'no evidence' }),
      ]),
    }
    expect(await get('/requests/compare?a.user=ann&b.user=bob&model=gpt')).toMatchObject(expected)
    const payload = { model: 'gpt', a: { user: 'ann' }, b: { user: 'bob' } }
    const answer = await app.inject({ method: 'POST', url: '/requests/compare', payload })
    expect(answer.json()).toMatchObject(expected)
    const wrong = await app.inject({ url: '/requests/compare?a.modle=gpt' })
    expect([wrong.statusCode, wrong.body]).toEqual([400, expect.stringContaining('modle')])
  })

  test('a list is ordered by a figure', async () => {
    expect(await get('/requests?order=latency&limit=1')).toMatchObject({ rows: [{ latencyMs: 1_000 }] })
  })

  test('facets, groups, histogram and sessions narrow by the same parameters', async () => {
    expect(await get('/requests/facets?fields=model,user&model=gpt')).toEqual({
      facets: {
        model: [{ value: 'gpt', count: 2 }],
        user: [
          { value: 'ann', count: 1 },
          { value: 'bob', count: 1 },
        ],
      },
    })
    expect(await get('/requests/groups?by=user&max_latency_ms=600')).toMatchObject({
      groups: [
        { value: 'ann', requests: 1, unpriced: 1 },
        { value: 'bob', requests: 1, costUsd: 0.5 },
      ],
    })
    expect(await get(`/requests/histogram?step=1m&start=${NOW_MS - 120_000}&end=${NOW_MS}`)).toMatchObject({
      stepMs: 60_000,
    })
    expect(await get('/sessions?user=ann')).toMatchObject({ sessions: [{ sessionId: 's/1', requests: 2, costUsd: 1 }] })
    expect(await get('/sessions/s%2F1')).toMatchObject({
      turns: [{ costUsd: 1 }, { span: { llm: { requestModel: 'other' } } }],
    })
  })

  test.each([
    ['/requests/groups', 'by'],
    ['/requests/groups?by=colour', 'by'],
    ['/requests/facets?fields=model,colour', 'fields'],
    ['/requests/histogram?step=nonsense', 'step'],
    ['/requests/histogram?step=1ms', 'at most 2000'],
    ['/requests?min_tokens=-1', 'min_tokens'],
    ['/requests/export?format=xml', 'format'],
  ])('%s is refused by name', async (url, name) => {
    const answer = await app.inject({ url })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain(name)
  })
})

describe('exports', () => {
  test('as JSON lines and CSV hold every text as it is', async () => {
    const lines = (await app.inject({ url: '/requests/export?format=jsonl' })).body.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).prompt)).toEqual(Array(3).fill('a "quoted", prompt\nof two lines'))
    const csv = await app.inject({ url: '/requests/export?format=csv&user=bob' })
    expect(csv.headers['content-type']).toMatch(/^text\/csv/)
    expect(csv.body).toContain('"a ""quoted"", prompt\nof two lines","你好"')
  })

  test('as Parquet have its magic at both ends', async () => {
    const { rawPayload, headers } = await app.inject({ url: '/requests/export?format=parquet' })
    expect(headers['content-disposition']).toBe('attachment; filename="requests.parquet"')
    expect([rawPayload.subarray(0, 4), rawPayload.subarray(-4)].map(String)).toEqual(['PAR1', 'PAR1'])
  })
})

describe('deleting', () => {
  const remove = (url: string) => app.inject({ method: 'DELETE', url })

  test.each(['/requests', '/requests?user=', '/requests?user=a&session=b'])('%s is refused', async (url) => {
    expect((await remove(url)).statusCode).toBe(400)
    expect(await get('/requests')).toMatchObject({ rows: [{}, {}, {}] })
  })

  test('takes what it names', async () => {
    expect((await remove('/requests?user=ann')).json()).toEqual({ spans: 2 })
    const { rows } = (await get('/requests')) as {
      rows: ReadonlyArray<{ traceId: string; spanId: string; userId: string }>
    }
    expect(rows.map(({ userId }) => userId)).toEqual(['bob'])
    expect((await remove(`/requests/${rows[0]?.traceId}/${rows[0]?.spanId}`)).json()).toEqual({ spans: 1 })
    expect(await get('/requests')).toMatchObject({ rows: [] })
  })
})
