import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { storeContract } from '../../../test/storage/store-contract.ts'
import { retentionConfig } from '../config.ts'
import { openClickHouseStore } from './clickhouse-store.ts'

const FOR_EVER = retentionConfig.parse({ samples: '0', requests: '0', evaluations: '0', events: '0', logs: '0' })

storeContract('embedded ClickHouse', async () => {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'tetrascope-store-'))
  return {
    open: () =>
      openClickHouseStore({ storage: { type: 'embedded' }, retention: FOR_EVER, dataDirectory, commitIntervalMs: 2 }),
    isDurable: true,
    dispose: () => rm(dataDirectory, { recursive: true, force: true }),
  }
})
