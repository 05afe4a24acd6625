import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startClickHouseFront } from '../../../test/support/clickhouse-front.ts'
import { testRequest } from '../../../test/support/test-request.ts'
import type { Span } from '../../model/span.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import type { RequestOrder } from '../request-store.ts'
import { ClickHouseRequestExplorer } from './clickhouse-request-explorer.ts'
import type { Connection } from './connection.ts'
import { DaySettling } from './day-settling.ts'
import { EmbeddedConnection } from './embedded-connection.ts'
import { RemoteConnection } from './remote-connection.ts'
import { RequestTable } from './request-table.ts'
import { numberOf, rowsOf } from './result-row.ts'
import { migrate } from './schema.ts'
import { sql } from './sql.ts'
import { textStretches } from './text-stretches.ts'

const DAY_MS = 86_400_000
const TODAY_MS = 20_000 * DAY_MS
const RANGE = { minMs: TODAY_MS - 3 * DAY_MS, maxMs: TODAY_MS + DAY_MS }
const REQUESTS_OF_A_DAY = 2_500

interface Opened {
  readonly connection: Connection
  close(): Promise<void>
}

async function embedded(directory: string): Promise<Opened> {
  const connection = await EmbeddedConnection.open({ path: directory, readers: 2, maxWaiting: 10 })
  return { connection, close: () => connection.close() }
}

async function overHttp(directory: string): Promise<Opened> {
  const front = await startClickHouseFront(directory, 'scope', 'secret')
  const connection = await RemoteConnection.open({
    url: front.url,
    user: 'scope',
    password: 'secret',
    database: 'indexed',
    connections: 4,
  })
  const close = async (): Promise<void> => {
    await connection.close()
    await front.stop()
  }
  return { connection, close }
}

/** What some requests of two days that are over, and of today, say; all others say the same. */
const SAID: ReadonlyArray<readonly [number: number, text: string]> = [
  [10, 'Where is my ORDER? It_is 100% late'],
  [1_500, '您的订单ÄÖÜ已发货。'],
  [2_400, 'quetzalcoatl'],
  [2_600, 'The Quetzalcoatl, 饕餮纹 and iPhone手机'],
  [4_000, 'Straße 300 \u212aelvin, привет мир'],
  [4_999, '纹'],
  [5_100, 'order of today, 饕餮'],
]
const WANTED = (
  'order|my order|is my ord|ere is|it_is 100%|100_|a||th|quetzal|zalco| quetzalcoatl|nowhere|common|common wor|' +
  '订单|饕餮|饕餮纹|纹|餮饕|订 单|äöü已|phone手机|phone手|stra|straße|kelvin|300 k|привет|ПРИВЕТ мир'
).split('|')

function requestOf(number: number, said: string, userId = 'somebody'): Span {
  const { span } = testRequest({ prompt: `a common word ${number % 7}`, response: said })
  const startMs = RANGE.minMs + DAY_MS + Math.floor((number * DAY_MS) / REQUESTS_OF_A_DAY)
  return { ...span, traceId: String(number).padStart(32, '0'), startMs, endMs: startMs + 100 + (number % 50), userId }
}

describe.each([
  ['embedded', embedded],
  ['over HTTP', overHttp],
])('texts of days that are over, %s', { timeout: 120_000 }, (_name, open) => {
  let directory: string
  let opened: Opened
  let requests: RequestTable
  let explorer: ClickHouseRequestExplorer
  let settling: DaySettling
  const clock = new ManualClock(TODAY_MS + DAY_MS / 2)

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tetrascope-words-'))
    opened = await open(directory)
    const { connection } = opened
    await migrate(connection, directory)
    explorer = new ClickHouseRequestExplorer(connection)
    const commits = { clock, intervalMs: 0, enoughBytes: 1, groupBytes: 1e8, maxPendingBytes: 1e9 }
    requests = new RequestTable(connection, explorer, commits, [])
    settling = new DaySettling({ connection, clock })
    const said = new Map(SAID)
    const count = 2.2 * REQUESTS_OF_A_DAY
    await requests.writeSpans(
      Array.from({ length: count }, (_, number) => requestOf(number, said.get(number) ?? '')),
      [],
    )
  })
  afterEach(async () => {
    await opened.close()
    await rm(directory, { recursive: true, force: true })
  })

  async function find(text: string, order: RequestOrder = 'start'): Promise<number[]> {
    const { rows } = await requests.listRequests({ range: RANGE, filter: { text }, limit: 20, order })
    return rows.map(({ traceId }) => Number(traceId))
  }

  async function answers() {
    const newest: Record<string, number[]> = {}
    for (const text of WANTED) newest[text] = await find(text)
    const { sums } = await explorer.figures({ range: RANGE, filter: { text: 'order' } })
    return { newest, slowest: await find('my order', 'latency'), requests: sums.requests }
  }

  async function wordsKept(): Promise<number> {
    const [row] = rowsOf(await opened.connection.query(sql`SELECT count() AS n FROM request_words`))
    return row === undefined ? 0 : numberOf(row, 'n')
  }

  test('are found as without an index, by words, parts of words and ideographs', async () => {
    const unindexed = await answers()
    expect(await find('quetzal')).toEqual([2_600, 2_400])
    await settling.settle(0)
    expect(await wordsKept()).toBeGreaterThan(0)
    expect(await answers()).toEqual(unindexed)
  })

  test('are looked for where they may be only', async () => {
    await settling.settle(0)
    const soughtMs = async (text: string): Promise<number | undefined> => {
      const stretches = await textStretches(opened.connection, RANGE, text)
      return stretches?.reduce((sum, { minUs, maxUs }) => sum + (maxUs + 1 - minUs) / 1_000, 0)
    }
    // The day before the first request and today are not indexed; a slice is less than half a day.
    const unindexedMs = 2 * DAY_MS + 0.001
    expect(await soughtMs('nowhere to be found')).toBeCloseTo(unindexedMs, 0)
    expect(await soughtMs('纹理')).toBeCloseTo(unindexedMs, 0)
    expect(await soughtMs('my order')).toBeLessThan(unindexedMs + DAY_MS / 2)
    expect(await soughtMs('common')).toBeCloseTo(4 * DAY_MS, 0)
    expect(await soughtMs('привет')).toBeUndefined()
  })

  test('come page by page', async () => {
    await settling.settle(0)
    const pages: number[] = []
    let cursor: string | undefined
    do {
      const query = { range: RANGE, filter: { text: 'quetz' }, limit: 1, ...(cursor !== undefined && { cursor }) }
      const page = await requests.listRequests(query)
      pages.push(...page.rows.map(({ traceId }) => Number(traceId)))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(pages).toEqual([2_600, 2_400])
  })

  test('that come late are found, and those of a deleted user neither found nor kept as words', async () => {
    await settling.settle(0)
    await requests.writeSpans(
      [{ ...requestOf(9_000, 'late xylophone', 'late'), startMs: requestOf(200, '').startMs }],
      [],
    )
    await requests.writeSpans([{ ...requestOf(9_001, 'late 饕餮', 'late'), startMs: requestOf(100, '').startMs }], [])
    expect(await find('xylophone')).toEqual([9_000])
    expect(await find('饕餮')).toEqual([5_100, 2_600, 9_001])
    await settling.settle(0)
    await requests.deleteRequests({ userId: 'late' })
    expect(await find('xylophone')).toEqual([])
    expect(await find('餮')).toEqual([5_100, 2_600])
    // Of the day that the user had no part in they stay.
    expect(await wordsKept()).toBeGreaterThan(0)
    const indexed = sql`SELECT count() AS n FROM request_words WHERE token = '饕餮' AND day = toDate(${TODAY_MS / DAY_MS - 2})`
    const [row] = rowsOf(await opened.connection.query(indexed))
    expect(row && numberOf(row, 'n')).toBe(0)
    await settling.settle(0)
    expect(await find('餮')).toEqual([5_100, 2_600])
  })

  test('whose words were written while their day was deleted do not keep them', async () => {
    await settling.settle(0)
    const before = await wordsKept()
    await opened.connection.command(
      sql`INSERT INTO request_words SELECT toDate(1), toUInt64(1), 'secret', groupBitmapState(toUInt32(1))`,
    )
    await settling.settle(0)
    expect(await wordsKept()).toBe(before)
  })
})
