import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { SampleBatchBuilder } from '../../model/sample.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { retentionConfig, type RetentionConfig } from '../config.ts'
import { NewerSchemaError, StoreUnavailableError, type Store } from '../store.ts'
import { openClickHouseStore } from './clickhouse-store.ts'
import { EmbeddedConnection } from './embedded-connection.ts'
import { rowsOf, textOf } from './result-row.ts'
import { SCHEMA_VERSION } from './schema.ts'
import { SizeLimit } from './size-limit.ts'
import { sql, type Sql } from './sql.ts'

describe('opening a store', () => {
  let dataDirectory: string
  beforeEach(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), 'tetrascope-open-'))
  })
  afterEach(() => rm(dataDirectory, { recursive: true, force: true }))

  const open = (retention: RetentionConfig = retentionConfig.parse({})): Promise<Store> =>
    openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory })

  /** What the engine itself says, without the store. */
  const withEngine = async <T>(work: (engine: EmbeddedConnection) => Promise<T>): Promise<T> => {
    const engine = await EmbeddedConnection.open({ path: dataDirectory, readers: 1, maxWaiting: 10 })
    try {
      return await work(engine)
    } finally {
      await engine.close()
    }
  }
  const texts = (statement: Sql): Promise<string[]> =>
    withEngine(async (engine) => rowsOf(await engine.query(statement)).map((row) => textOf(row, 'text')))

  test('that a newer program wrote is refused, with both versions, and changes nothing', async () => {
    await (await open()).close()
    const newer = SCHEMA_VERSION + 1
    await withEngine((engine) => engine.command(sql`INSERT INTO schema_versions SELECT ${newer}, now64(3)`))
    const attempt = open()
    await expect(attempt).rejects.toThrow(NewerSchemaError)
    await expect(attempt).rejects.toThrow(
      `has schema version ${newer}, this program knows versions up to ${SCHEMA_VERSION}`,
    )
    // The refusal has let go of the directory.
    await expect(open()).rejects.toThrow(NewerSchemaError)
  })

  test('takes an interrupted migration again', async () => {
    await (await open()).close()
    await withEngine(async (engine) => {
      await engine.command(sql`DROP TABLE logs`)
      await engine.command(sql`TRUNCATE TABLE schema_versions`)
    })
    const store = await open()
    await store.logs.logs({ range: { minMs: 0, maxMs: 1 }, limit: 1 })
    await store.close()
  })

  test('states the retention, changes it, and takes it away', async () => {
    const definition = sql`
      SELECT create_table_query AS text FROM system.tables WHERE database = currentDatabase() AND name = 'samples'`
    await (await open(retentionConfig.parse({ samples: '15d' }))).close()
    expect(await texts(definition)).toEqual([expect.stringContaining('toIntervalSecond(1296000)')])
    await (await open(retentionConfig.parse({ samples: '1h' }))).close()
    expect(await texts(definition)).toEqual([expect.stringContaining('toIntervalSecond(3600)')])
    await (await open(retentionConfig.parse({ samples: '0' }))).close()
    expect(await texts(definition)).toEqual([expect.not.stringContaining(' TTL ')])
  })

  test('above its size forgets the oldest days', async () => {
    const dayMs = 86_400_000
    const nowMs = 20_000 * dayMs + 5
    const store = await open(retentionConfig.parse({ samples: '0' }))
    const batch = new SampleBatchBuilder()
    for (let day = 0; day < 3; day++) batch.add(Labels.from({ __name__: 'up' }), nowMs - day * dayMs, 1)
    await store.samples.write(batch.build())
    await store.close()
    await withEngine((connection) => new SizeLimit({ connection, clock: new ManualClock(nowMs), maxBytes: 0 }).check())
    const left = sql`SELECT toString(day) AS text FROM series UNION ALL SELECT toString(toDate(time)) AS text FROM samples`
    expect(await texts(left)).toEqual(['2024-10-04', '2024-10-04'])
  })

  test('removes what a killed process has left of its inserts', async () => {
    await (await open()).close()
    await writeFile(path.join(dataDirectory, 'inserts', 'samples-7.native'), 'half')
    await (await open()).close()
    expect(await readdir(path.join(dataDirectory, 'inserts'))).toEqual([])
  })

  test('takes over the lock of a process that is gone', async () => {
    await writeFile(path.join(dataDirectory, 'lock.json'), JSON.stringify({ pid: 2 ** 22 + 1, started: '1' }))
    await (await open()).close()
    expect(await readdir(dataDirectory)).not.toContain('lock.json')
  })

  test('counts what is written', async () => {
    const instruments = new InstrumentRegistry()
    const retention = retentionConfig.parse({})
    const store = await openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory, instruments })
    await store.state.putDocuments(
      'k',
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    )
    await store.close()
    const rows = instruments.snapshot().find(({ metadata }) => metadata.name === 'tetrascope_storage_rows_total')
    expect(rows?.samples.map(({ labels, value }) => [labels.get('table'), labels.get('result'), value])).toEqual([
      ['state', 'committed', 2],
    ])
  })

  test('of a server that does not answer says which', async () => {
    const url = 'http://127.0.0.1:1'
    const storage = { type: 'clickhouse', url, user: 'default', database: 'tetrascope' } as const
    const attempt = openClickHouseStore({ storage, retention: retentionConfig.parse({}), dataDirectory })
    await expect(attempt).rejects.toThrow(StoreUnavailableError)
    await expect(attempt).rejects.toThrow(`the ClickHouse at ${url} failed: `)
  })
})
