import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startClickHouseFront } from '../../../test/support/clickhouse-front.ts'
import { testRequest } from '../../../test/support/test-request.ts'
import { NO_USAGE, type Span } from '../../model/span.ts'
import { systemClock } from '../../util/clock.ts'
import { ClickHouseRequestExplorer } from './clickhouse-request-explorer.ts'
import type { Connection } from './connection.ts'
import { EmbeddedConnection } from './embedded-connection.ts'
import { EvaluationTable } from './evaluation-table.ts'
import { tables } from './migrations/001-tables.ts'
import { RemoteConnection } from './remote-connection.ts'
import { RequestTable } from './request-table.ts'
import { migrate, SCHEMA_VERSION } from './schema.ts'
import { sql } from './sql.ts'
import { numberOf, rowsOf } from './result-row.ts'

interface Opened {
  readonly connection: Connection
  close(): Promise<void>
}

async function embedded(directory: string): Promise<Opened> {
  const connection = await EmbeddedConnection.open({ path: directory, readers: 1, maxWaiting: 10 })
  return { connection, close: () => connection.close() }
}

async function overHttp(directory: string): Promise<Opened> {
  const front = await startClickHouseFront(directory, 'scope', 'secret')
  const { url } = front
  const connection = await RemoteConnection.open({
    url,
    user: 'scope',
    password: 'secret',
    database: 'old',
    connections: 4,
  })
  return {
    connection,
    async close() {
      await connection.close()
      await front.stop()
    },
  }
}

describe.each([
  ['embedded', embedded],
  ['over HTTP', overHttp],
])('a database of the first schema, %s', (_name, open) => {
  let directory: string
  let opened: Opened
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tetrascope-migrations-'))
    opened = await open(directory)
  })
  afterEach(async () => {
    await opened.close()
    await rm(directory, { recursive: true, force: true })
  })

  test('is brought to this one with all that it holds', async () => {
    const { connection } = opened
    for (const statement of tables.statements) await connection.command(statement)
    await connection.command(sql`
      CREATE TABLE schema_versions (version UInt32, applied DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY version`)
    await connection.command(sql`INSERT INTO schema_versions SELECT 1, now64(3)`)
    const explorer = new ClickHouseRequestExplorer(connection)
    const commits = { clock: systemClock, intervalMs: 0, enoughBytes: 1, groupBytes: 1e7, maxPendingBytes: 1e8 }
    const requests = new RequestTable(connection, explorer, commits, [])
    const spans = [300, 100, 200].map((latencyMs, i): Span => {
      const { span } = testRequest({ usage: { ...NO_USAGE, inputTokens: latencyMs, outputTokens: 1 } })
      return { ...span, startMs: 1_000 + i, endMs: 1_000 + i + latencyMs, userId: `u${i}` }
    })
    await requests.writeSpans(spans, [])
    const judged = { evaluator: 'toxicity', evaluatorVersion: '1', model: 'm', score: 1, explanation: '' }
    await new EvaluationTable(connection, commits).writeEvaluations(
      spans.map(({ traceId, spanId, startMs }, i) => {
        return { ...judged, traceId, spanId, timeMs: startMs, verdict: i === 1 ? 'flagged' : 'ok' }
      }),
    )

    await migrate(connection, directory)
    const range = { minMs: 0, maxMs: 10_000 }
    const ordered = async (order: 'latency' | 'tokens'): Promise<number[]> => {
      const { rows } = await requests.listRequests({ range, filter: {}, limit: 2, order })
      return rows.map(({ latencyMs }) => latencyMs)
    }
    expect(await ordered('latency')).toEqual([300, 200])
    expect(await ordered('tokens')).toEqual([300, 200])
    expect(await requests.trace(spans[1]?.traceId ?? '')).toEqual([spans[1]])
    const found = await requests.listRequests({ range, filter: { userId: 'u2' }, limit: 2 })
    expect(found.rows.map(({ latencyMs }) => latencyMs)).toEqual([200])
    const flagged = await requests.listRequests({ range, filter: { evaluation: { verdict: 'flagged' } }, limit: 2 })
    expect(flagged.rows.map(({ latencyMs }) => latencyMs)).toEqual([100])
    expect(await requests.totals(range)).toMatchObject([{ requests: 3, latencyP50Ms: 200 }])
    const [version] = rowsOf(await connection.query(sql`SELECT max(version) AS version FROM schema_versions`))
    expect(version && numberOf(version, 'version')).toBe(SCHEMA_VERSION)
  })
})
