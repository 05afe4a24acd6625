/**
 * Writes to an embedded store without pause and says on standard output what was acknowledged, until it is killed.
 * Run as `acknowledging-writer.ts DIRECTORY`; lines are `samples N`, `requests N`, `state N` with N counting up from 0.
 */
import { writeSync } from 'node:fs'
import { openClickHouseStore } from '../../src/storage/clickhouse/clickhouse-store.ts'
import { retentionConfig } from '../../src/storage/config.ts'
import { acknowledgedBatch, acknowledgedSpan } from './acknowledged-data.ts'

const [dataDirectory = ''] = process.argv.slice(2)
const retention = retentionConfig.parse({ samples: '0', requests: '0' })
const store = await openClickHouseStore({
  storage: { type: 'embedded' },
  retention,
  dataDirectory,
  commitIntervalMs: 5,
})

const writers: Readonly<Record<string, (n: number) => Promise<void>>> = {
  samples: (n) => store.samples.write(acknowledgedBatch(n)),
  requests: (n) => store.requests.writeSpans([acknowledgedSpan(n)], [n]),
  state: (n) => store.state.putDocuments('acknowledged', new Map([[String(n), n]])),
}

for (const [kind, write] of Object.entries(writers)) {
  void (async () => {
    for (let n = 0; ; n++) {
      await write(n)
      // Synchronous, so that what was said has left the process when it dies.
      writeSync(1, `${kind} ${n}\n`)
    }
  })()
}
