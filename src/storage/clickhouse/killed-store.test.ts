import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Matcher } from '../../model/matcher.ts'
import { ACKNOWLEDGED_FROM_MS, acknowledgedSpan } from '../../../test/support/acknowledged-data.ts'
import { retentionConfig } from '../config.ts'
import type { Store } from '../store.ts'
import { openClickHouseStore } from './clickhouse-store.ts'
import { DirectoryInUseError } from '../store.ts'

const WRITER = path.resolve(import.meta.dirname, '../../../test/support/acknowledging-writer.ts')
const ROUNDS = 2
const KINDS = ['samples', 'requests', 'state']
/** Of each kind, for one may be much faster than another. */
const ACKNOWLEDGED_PER_ROUND = 10

/** How many of each kind were acknowledged. */
type Acknowledged = Map<string, number>

/** Processes are started one after the other, each of which has to load the engine. */
const TIMEOUT_MS = 180_000

describe('a process that is killed while it writes', { timeout: TIMEOUT_MS }, () => {
  let dataDirectory: string
  beforeAll(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), 'tetrascope-killed-'))
  })
  afterAll(() => rm(dataDirectory, { recursive: true, force: true }))

  test('has lost nothing that it acknowledged, and the directory opens again', async () => {
    const acknowledged: Acknowledged = new Map()
    for (let round = 0; round < ROUNDS; round++) await writeUntilKilled(dataDirectory, acknowledged)
    const store = await open(dataDirectory)
    try {
      await expectAll(store, acknowledged)
    } finally {
      await store.close()
    }
  })

  test('while it lives keeps others from its directory', async () => {
    const child = startWriter(dataDirectory)
    await firstLine(child)
    const attempt = open(dataDirectory)
    await expect(attempt).rejects.toThrow(DirectoryInUseError)
    await expect(attempt).rejects.toThrow(`in use by process ${child.pid}`)
    await kill(child)
    await (await open(dataDirectory)).close()
  })
})

function open(dataDirectory: string): Promise<Store> {
  const retention = retentionConfig.parse({ samples: '0', requests: '0' })
  return openClickHouseStore({ storage: { type: 'embedded' }, retention, dataDirectory })
}

function startWriter(dataDirectory: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', WRITER, dataDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  })
}

async function writeUntilKilled(dataDirectory: string, acknowledged: Acknowledged): Promise<void> {
  const child = startWriter(dataDirectory)
  const lines = createInterface(child.stdout ?? process.stdin)
  const inRound: Acknowledged = new Map()
  let killed = false
  for await (const line of lines) {
    const [kind = '', n = ''] = line.split(' ')
    // A round begins again at 0 and writes the same data, so the longest round counts.
    acknowledged.set(kind, Math.max(acknowledged.get(kind) ?? 0, Number(n) + 1))
    inRound.set(kind, Number(n) + 1)
    if (killed || KINDS.some((one) => (inRound.get(one) ?? 0) < ACKNOWLEDGED_PER_ROUND)) continue
    killed = true
    child.kill('SIGKILL')
  }
}

async function firstLine(child: ChildProcess): Promise<void> {
  await once(createInterface(child.stdout ?? process.stdin), 'line')
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function expectAll(store: Store, acknowledged: Acknowledged): Promise<void> {
  const samples = acknowledged.get('samples') ?? 0
  const requests = acknowledged.get('requests') ?? 0
  expect(samples).toBeGreaterThan(0)
  expect(requests).toBeGreaterThan(0)
  const range = { minMs: ACKNOWLEDGED_FROM_MS, maxMs: ACKNOWLEDGED_FROM_MS + samples * 1_000 - 1 }
  let found = 0
  for await (const block of store.samples.select([new Matcher('__name__', '=', 'acknowledged')], range, HINTS)) {
    for (const { timestampsMs } of block) found += timestampsMs.length
  }
  expect(found).toBe(10 * samples)
  for (let n = 0; n < requests; n++) {
    const { traceId, spanId } = acknowledgedSpan(n)
    expect((await store.requests.request(traceId, spanId))?.costUsd).toBe(n)
  }
  expect((await store.state.documents('acknowledged')).size).toBeGreaterThanOrEqual(acknowledged.get('state') ?? 1)
}

const HINTS = { func: '', rangeMs: 0, stepMs: 0 }
