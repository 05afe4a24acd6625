import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { storeContract } from '../../../test/storage/store-contract.ts'
import { startClickHouseFront } from '../../../test/support/clickhouse-front.ts'
import { retentionConfig, storageConfig } from '../config.ts'
import { openClickHouseStore } from './clickhouse-store.ts'

const FOR_EVER = retentionConfig.parse({ samples: '0', requests: '0', evaluations: '0', events: '0', logs: '0' })

storeContract('ClickHouse over HTTP', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'tetrascope-front-'))
  const front = await startClickHouseFront(directory, 'scope', `it's secret`)
  const passwordFile = path.join(directory, 'password')
  await writeFile(passwordFile, `it's secret\n`)
  const storage = storageConfig.parse({
    type: 'clickhouse',
    url: front.url,
    user: 'scope',
    password_file: passwordFile,
    database: 'scope_test',
  })
  return {
    open: () => openClickHouseStore({ storage, retention: FOR_EVER, dataDirectory: directory, commitIntervalMs: 2 }),
    isDurable: true,
    async dispose() {
      await front.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
})
