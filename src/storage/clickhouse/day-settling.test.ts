import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { testRequest } from '../../../test/support/test-request.ts'
import type { Evaluation } from '../../model/evaluation.ts'
import type { Span } from '../../model/span.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { REQUEST_FIELDS, type RequestGroup } from '../request-explorer.ts'
import type { RequestFilter, RequestOrder } from '../request-store.ts'
import { ClickHouseRequestExplorer } from './clickhouse-request-explorer.ts'
import type { Connection } from './connection.ts'
import { DaySettling } from './day-settling.ts'
import { EvaluationTable } from './evaluation-table.ts'
import { EmbeddedConnection } from './embedded-connection.ts'
import { RequestTable } from './request-table.ts'
import { numberOf, rowsOf } from './result-row.ts'
import { migrate } from './schema.ts'
import { sql } from './sql.ts'

const DAY_MS = 86_400_000
const TODAY_MS = 20_000 * DAY_MS
const RANGE = { minMs: TODAY_MS - 3.5 * DAY_MS, maxMs: TODAY_MS + DAY_MS }
/** Half of a bucket, and as much again for the gap between two of so few values. */
const PRECISION = 0.025

let directory: string
let connection: Connection
let explorer: ClickHouseRequestExplorer
let requests: RequestTable
let evaluations: EvaluationTable
let settling: DaySettling
const clock = new ManualClock(TODAY_MS + DAY_MS / 2)

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tetrascope-settling-'))
  connection = await EmbeddedConnection.open({ path: directory, readers: 2, maxWaiting: 100 })
  await migrate(connection, directory)
  explorer = new ClickHouseRequestExplorer(connection)
  const commits = { clock, intervalMs: 0, enoughBytes: 1, groupBytes: 1e7, maxPendingBytes: 1e8 }
  requests = new RequestTable(connection, explorer, commits, [])
  evaluations = new EvaluationTable(connection, commits)
  settling = new DaySettling({ connection, clock })
})
afterEach(async () => {
  await connection.close()
  await rm(directory, { recursive: true, force: true })
})

/** Requests of four days, every ten minutes, with something different in each field. */
function calls(): { spans: Span[]; costs: (number | undefined)[] } {
  const spans = Array.from({ length: 4 * 144 }, (_, i): Span => {
    const startMs = TODAY_MS - 3.5 * DAY_MS + i * 600_000
    const { span } = testRequest({
      requestModel: `m${i % 3}`,
      feature: `f${i % 2}`,
      promptName: i % 4 === 0 ? '' : 'greet',
      promptVersion: i % 4 === 0 ? '' : String(i % 2),
      finishReasons: i % 5 === 0 ? [] : i % 5 === 1 ? ['stop', 'length'] : ['stop'],
      errorType: i % 7 === 0 ? 'timeout' : '',
      ttftMs: i % 3 === 0 ? undefined : 10 + i,
      usage: { ...testRequest().span.llm.usage, inputTokens: i, outputTokens: i % 6 === 0 ? undefined : 7 * i },
    })
    return {
      ...span,
      startMs,
      endMs: startMs + 100 + i,
      userId: `u${i % 11}`,
      sessionId: i % 9 === 0 ? '' : `s${i % 60}`,
    }
  })
  return { spans, costs: spans.map((_, i) => (i % 8 === 0 ? undefined : 0.25 * i)) }
}

/** Every third is flagged; a few were judged otherwise before. */
function judged({ traceId, spanId, startMs }: Span, i: number): Evaluation[] {
  const found = {
    traceId,
    spanId,
    timeMs: startMs,
    evaluator: 'toxicity',
    evaluatorVersion: '1',
    model: 'm',
    explanation: '',
  }
  const verdict = i % 3 === 0 ? 'flagged' : 'ok'
  return [
    ...(i % 50 === 0 ? [{ ...found, score: 0.5, verdict: 'ok' as const }] : []),
    { ...found, score: 0.5, verdict },
    ...(i % 4 === 0 ? [{ ...found, evaluator: 'refusal', score: 1, verdict: 'flagged' as const }] : []),
  ]
}

async function write(): Promise<Span[]> {
  const { spans, costs } = calls()
  await requests.writeSpans(spans, costs)
  // What comes again counts as it was sent last.
  const again = spans.slice(0, 10).map((span): Span => ({ ...span, service: 'moved' }))
  await requests.writeSpans(again, costs)
  await evaluations.writeEvaluations(spans.flatMap(judged))
  return spans
}

async function answers() {
  const selection = { range: RANGE, filter: {} }
  const filtered = { range: RANGE, filter: { model: 'm1', finishReason: 'stop' } }
  return {
    facets: await explorer.facets({ ...selection, fields: REQUEST_FIELDS, limit: 100 }),
    filtered: await explorer.facets({ ...filtered, fields: ['feature', 'status', 'prompt'], limit: 100 }),
    histogram: await explorer.histogram({ ...selection, stepMs: 6 * 3_600_000 }),
    groups: await Promise.all(REQUEST_FIELDS.map((by) => explorer.groups({ ...selection, by, limit: 20 }))),
    filteredGroups: [await explorer.groups({ ...filtered, by: 'service', limit: 20 })],
    totals: await requests.totals(RANGE),
  }
}

/** What sums do not tell: it is read of the requests, settled or not, and is the same to the last digit of percentiles. */
async function exactAnswers() {
  const filters: RequestFilter[] = [
    { maxLatencyMs: 1e6 },
    { userId: 'u3' },
    { sessionId: 's7', model: 'm1' },
    { minLatencyMs: 300, maxTokens: 3_000 },
    { evaluation: { evaluator: 'toxicity', verdict: 'flagged' } },
  ]
  return Promise.all(
    filters.map(async (filter) => {
      const selection = { range: RANGE, filter }
      return {
        facets: await explorer.facets({ ...selection, fields: REQUEST_FIELDS, limit: 100 }),
        histogram: (await explorer.histogram({ ...selection, stepMs: 6 * 3_600_000 })).map(rounded),
        groups: (await explorer.groups({ ...selection, by: 'session', limit: 20 })).map(rounded),
        figures: rounded(await explorer.figures(selection)),
        sessions: (await explorer.sessions({ ...selection, limit: 10, offset: 5 })).map(rounded),
        newest: await pages(filter, 'start'),
        slowest: await pages(filter, 'latency'),
      }
    }),
  )
}

/** All of a list, page by page. */
async function pages(filter: RequestFilter, order: RequestOrder): Promise<string[]> {
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = await requests.listRequests({
      range: RANGE,
      filter,
      order,
      limit: 150,
      ...(cursor !== undefined && { cursor }),
    })
    found.push(...page.rows.map(({ traceId }) => traceId))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

/** Sums of floats depend on their order. */
function rounded<T>(of: T): T {
  const text = JSON.stringify(of, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(12)) : value,
  )
  return JSON.parse(text) as T
}

async function settledDays(): Promise<number> {
  const [row] = rowsOf(await connection.query(sql`SELECT count() AS days FROM settled_days FINAL`))
  return row === undefined ? 0 : numberOf(row, 'days')
}

type Answers = Awaited<ReturnType<typeof answers>>

function expectSame(found: Answers, exact: Answers): void {
  expect(found.facets).toEqual(exact.facets)
  expect(found.filtered).toEqual(exact.filtered)
  expect(found.histogram.map(withoutPercentiles)).toEqual(exact.histogram.map(withoutPercentiles))
  const groups = [...found.groups, ...found.filteredGroups]
  const exactGroups = [...exact.groups, ...exact.filteredGroups]
  expect(groups.map((group) => group.map(withoutPercentiles))).toEqual(
    exactGroups.map((group) => group.map(withoutPercentiles)),
  )
  groups.forEach((group, i) => group.forEach((one, j) => expectClose(one, exactGroups[i]?.[j])))
}

/** Sums of floats depend on their order. */
function withoutPercentiles(of: object): Record<string, unknown> {
  const kept = Object.entries(of).filter(([name]) => !/P\d\dMs$/.test(name))
  return Object.fromEntries(
    kept.map(([name, value]) => [name, typeof value === 'number' ? Number(value.toPrecision(12)) : value]),
  )
}

function expectClose(found: RequestGroup, exact: RequestGroup | undefined): void {
  for (const name of ['latencyP50Ms', 'latencyP99Ms', 'ttftP50Ms'] as const) {
    const wanted = exact?.[name]
    if (wanted === undefined) expect(found[name]).toBeUndefined()
    else if ((exact?.requests ?? 0) > 100) expect(Math.abs((found[name] ?? 0) / wanted - 1)).toBeLessThan(PRECISION)
  }
}

// Deletions and merges wait for the engine's background threads, seconds each on a busy machine.
describe('days that are over', { timeout: 120_000 }, () => {
  test('give the same answers when they are summed up', async () => {
    await write()
    const exact = await answers()
    const exactly = await exactAnswers()
    await settling.settle(0)
    // Of the first day only a half is asked for, and today goes on.
    expect(await settledDays()).toBe(4)
    expectSame(await answers(), exact)
    expect(await exactAnswers()).toEqual(exactly)
  })

  test('are answered of their requests again when one comes late or is deleted, until they are summed up anew', async () => {
    const spans = await write()
    await settling.settle(0)
    const late = { ...spans[200], traceId: 'a'.repeat(32), startMs: TODAY_MS - 1.5 * DAY_MS, userId: 'late' } as Span
    await requests.writeSpans([late], [1])
    await requests.deleteRequests({ userId: 'u3' })
    const unsettled = await answers()
    expect(unsettled.facets.user).toContainEqual({ value: 'late', count: 1 })
    expect(unsettled.facets.user?.map(({ value }) => value)).not.toContain('u3')
    const [owners] = rowsOf(await connection.query(sql`SELECT count() AS n FROM request_owner_days WHERE id = 'u3'`))
    expect(owners && numberOf(owners, 'n')).toBe(0)
    const [kept] = rowsOf(await connection.query(sql`SELECT count() AS n FROM settled_requests WHERE user_id = 'u3'`))
    expect(kept && numberOf(kept, 'n')).toBe(0)
    const traces = spans.filter(({ userId }) => userId === 'u3').map(({ traceId }) => traceId)
    const flagged = sql`SELECT count() AS n, countIf(trace_id IN ${traces}) AS deleted FROM flagged_times`
    const [flags] = rowsOf(await connection.query(flagged))
    expect(flags && numberOf(flags, 'n')).toBeGreaterThan(0)
    expect(flags && numberOf(flags, 'deleted')).toBe(0)
    await settling.settle(0)
    expectSame(await answers(), unsettled)
  })

  test('are left alone while something is written to them', async () => {
    await write()
    await settling.settle(60_000)
    expect(await settledDays()).toBe(0)
  })
})
