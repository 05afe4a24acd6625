import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import type { RequestStore } from '../../storage/request-store.ts'
import { StoreUnavailableError, type Store } from '../../storage/store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { Intake } from '../intake.ts'
import { RequestSeries } from '../request-series.ts'
import { FileFollowing } from './file-following.ts'
import { MAX_LINE_BYTES } from './followed-file.ts'

let folder = ''
let store: Store
/** Of the processes of a test: keys must differ between them too. */
let keys = 0
const running: FileFollowing[] = []

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tetrascope-files-'))
  store = createMemoryStore()
})
afterEach(async () => {
  for (const following of running.splice(0)) await following.stop()
  rmSync(folder, { recursive: true, force: true })
})

const at = (name: string): string => path.join(folder, name)
/** A line without any name of its own: only its place tells it from others. */
const line = (prompt: string): string => `${JSON.stringify({ model: 'm', prompt, timestamp: 1_700_000_000_000 })}\n`

interface Process {
  readonly following: FileFollowing
  readonly clock: ManualClock
  readonly value: (series: string) => number | undefined
}

/** What a process of the product has of it; a second one finds what the first has left in the store. */
async function follow(paths: readonly string[], requests: RequestStore = store.requests): Promise<Process> {
  const registry = new InstrumentRegistry()
  const clock = new ManualClock(1_700_000_000_000)
  const intake = new Intake({
    store: { ...store, requests },
    costOf: () => undefined,
    series: new RequestSeries(registry),
    registry,
    clock,
  })
  const following = new FileFollowing({
    sink: { intake, onEvents: () => undefined },
    state: store.state,
    clock,
    newKey: () => `key ${keys++}`,
    logger: silentLogger,
    instruments: registry,
  })
  following.apply([{ paths: [...paths] }], folder)
  await following.start()
  running.push(following)
  const value: Process['value'] = (series) =>
    registry
      .snapshot()
      .flatMap((family) => family.samples)
      .find(({ labels }) => labels.toString() === series)?.value
  return { following, clock, value }
}

/** The prompts of all requests in the store, in alphabetical order. */
async function prompts(): Promise<string[]> {
  const range = { minMs: 0, maxMs: 2_000_000_000_000 }
  const { rows } = await store.requests.listRequests({ range, filter: {}, limit: 100_000 })
  return rows.map(({ promptPreview }) => promptPreview).sort()
}

describe('a file that grows', () => {
  test('gives its lines once, whole ones only', async () => {
    writeFileSync(at('app.log'), line('a') + line('b').slice(0, 20))
    const { following } = await follow(['app.log'])
    await following.poll()
    expect(await prompts()).toEqual(['a'])
    appendFileSync(at('app.log'), line('b').slice(20) + line('b') + '{"model":"m","prompt":"last"}')
    await following.poll()
    await following.poll()
    // Two lines with the same text are two requests.
    expect(await prompts()).toEqual(['a', 'b', 'b'])
    expect(following.status()).toMatchObject([{ lines: 3, rejected: 0, unreadBytes: 29, problem: null }])
  })

  test('may come later, and characters of several bytes may be written in parts', async () => {
    const { following } = await follow(['logs/*.jsonl', 'missing.log'])
    await following.poll()
    writeFileSync(at('missing.log'), '')
    const bytes = Buffer.from(line('你好'))
    writeFileSync(at('missing.log'), bytes.subarray(0, 26))
    await following.poll()
    appendFileSync(at('missing.log'), bytes.subarray(26))
    await following.poll()
    expect(await prompts()).toEqual(['你好'])
  })

  test('is read in pieces, also with a line that is longer than a piece', async () => {
    const long = 'x'.repeat(5 * 1024 * 1024)
    writeFileSync(at('app.log'), line('a') + line(long) + line('c'))
    const { following, value } = await follow(['app.log'])
    await following.poll()
    expect((await prompts()).map((prompt) => prompt.slice(0, 2))).toEqual(['a', 'c', 'xx'])
    expect(value(`tetrascope_files_lag_bytes{pattern="${at('app.log')}"}`)).toBe(0)
  })

  test('says of each bad line what is wrong, and goes on', async () => {
    writeFileSync(at('app.log'), `nonsense\n${line('a')}{"model":7}\n\n${line('b')}`)
    const { following, value } = await follow(['app.log'])
    await following.poll()
    expect(await prompts()).toEqual(['a', 'b'])
    const pattern = at('app.log')
    expect(value(`tetrascope_files_rejected_lines_total{pattern="${pattern}", reason="not_json"}`)).toBe(1)
    expect(value(`tetrascope_files_rejected_lines_total{pattern="${pattern}", reason="not_understood"}`)).toBe(1)
    expect(following.status()).toMatchObject([
      { rejected: 2, problem: { offset: 9 + line('a').length, error: 'model: found 7, expected string' } },
    ])
  })

  test('a line beyond all bounds is passed over as one', async () => {
    writeFileSync(at('app.log'), 'x'.repeat(MAX_LINE_BYTES + 100))
    const { following, value } = await follow(['app.log'])
    await following.poll()
    appendFileSync(at('app.log'), `rest of it\n${line('after')}`)
    await following.poll()
    expect(await prompts()).toEqual(['after'])
    expect(following.status()).toMatchObject([{ rejected: 1 }])
    expect(value(`tetrascope_files_rejected_lines_total{pattern="${at('app.log')}", reason="too_long"}`)).toBe(1)
  })

  test('waits for a store that is away, and is then read without a gap', async () => {
    let isAway = true
    const writeSpans: RequestStore['writeSpans'] = (spans, costs) => {
      if (isAway) throw new StoreUnavailableError('away')
      return store.requests.writeSpans(spans, costs)
    }
    writeFileSync(at('app.log'), line('a'))
    const { following, value } = await follow(['app.log'], Object.assign(Object.create(store.requests), { writeSpans }))
    await following.poll()
    expect(await prompts()).toEqual([])
    expect(value('tetrascope_files_errors_total{reason="not_committed"}')).toBe(1)
    expect(value(`tetrascope_files_lag_bytes{pattern="${at('app.log')}"}`)).toBe(line('a').length)
    isAway = false
    await following.poll()
    expect(await prompts()).toEqual(['a'])
  })
})

describe('rotation', () => {
  test('by rename: the old file is read to its end, the new one from its beginning', async () => {
    writeFileSync(at('app.log'), line('a'))
    const { following, clock } = await follow(['app.log'])
    await following.poll()
    renameSync(at('app.log'), at('app.log.1'))
    writeFileSync(at('app.log'), line('c'))
    // The writer has not opened the new file yet, and its last line has no end.
    appendFileSync(at('app.log.1'), line('b') + line('d').trimEnd())
    await following.poll()
    expect(await prompts()).toEqual(['a', 'b', 'c'])
    expect(following.status().map(({ isRotated }) => isRotated)).toEqual([true, false])
    await clock.advance(60_000)
    await following.poll()
    expect(await prompts()).toEqual(['a', 'b', 'c', 'd'])
    await clock.advance(60_000)
    await following.poll()
    expect(following.status()).toMatchObject([{ path: at('app.log'), isRotated: false }])
  })

  test('by rename within the pattern: nothing is read twice, compressed files are left alone', async () => {
    writeFileSync(at('app.log'), line('a'))
    const { following } = await follow(['app.log*'])
    await following.poll()
    renameSync(at('app.log'), at('app.log.1'))
    writeFileSync(at('app.log.2.gz'), gzipSync(line('z')))
    writeFileSync(at('app.log'), line('b'))
    await following.poll()
    expect(await prompts()).toEqual(['a', 'b'])
    expect(following.status().map((file) => path.basename(file.path))).toEqual(['app.log.1', 'app.log'])
  })

  test.each(['app.log', 'app.log*'])('by copy and truncation, followed as %s', async (pattern) => {
    writeFileSync(at('app.log'), line('a'))
    const { following } = await follow([pattern])
    await following.poll()
    appendFileSync(at('app.log'), line('only in the copy when we look'))
    copyFileSync(at('app.log'), at('app.log.1'))
    truncateSync(at('app.log'))
    appendFileSync(at('app.log'), line('c'))
    await following.poll()
    expect(await prompts()).toEqual(['a', 'c', 'only in the copy when we look'])
  })

  test('by truncation, when the file is longer than before at the next look', async () => {
    writeFileSync(at('app.log'), line('a'))
    const { following } = await follow(['app.log'])
    await following.poll()
    writeFileSync(at('app.log'), line('b') + line('c') + line('d'))
    await following.poll()
    expect(await prompts()).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('the next process', () => {
  test('goes on where the last one stopped', async () => {
    writeFileSync(at('app.log'), line('a'))
    const first = await follow(['app.log'])
    await first.following.poll()
    await first.following.stop()
    appendFileSync(at('app.log'), line('b'))
    const second = await follow(['app.log'])
    await second.following.poll()
    expect(await prompts()).toEqual(['a', 'b'])
    expect(second.following.status()).toMatchObject([{ lines: 1 }])
  })

  test('reads again what was committed and not remembered, as the same requests', async () => {
    writeFileSync(at('app.log'), line('a') + line('a'))
    const first = await follow(['app.log'])
    await first.following.poll()
    // What the killed process would have left: the lines that came after are stored, their position is not.
    const [[place, position] = ['', undefined]] = await store.state.documents('file_position')
    appendFileSync(at('app.log'), line('b'))
    await first.following.poll()
    await first.following.stop()
    await store.state.putDocuments('file_position', new Map([[place, position]]))
    const second = await follow(['app.log'])
    await second.following.poll()
    expect(await prompts()).toEqual(['a', 'a', 'b'])
    expect(second.following.status()).toMatchObject([{ lines: 1 }])
  })

  test('finds what was rotated away meanwhile, by name or by copy', async () => {
    writeFileSync(at('app.log'), line('a'))
    writeFileSync(at('copied.log'), line('k'))
    const first = await follow(['app.log', 'copied.log'])
    await first.following.poll()
    await first.following.stop()
    appendFileSync(at('app.log'), line('b'))
    renameSync(at('app.log'), at('app.log-20270115'))
    writeFileSync(at('app.log'), line('c'))
    appendFileSync(at('copied.log'), line('l'))
    copyFileSync(at('copied.log'), at('copied.log.1'))
    writeFileSync(at('copied.log'), line('m'))
    const second = await follow(['app.log', 'copied.log'])
    await second.following.poll()
    await second.following.poll()
    expect(await prompts()).toEqual(['a', 'b', 'c', 'k', 'l', 'm'])
  })
})

test('a changed configuration: new patterns are followed, dropped ones are left with their position', async () => {
  writeFileSync(at('a.log'), line('a'))
  writeFileSync(at('b.log'), line('b'))
  const { following } = await follow(['a.log'])
  await following.poll()
  following.apply([{ paths: ['b.log'], format: 'own' }], folder)
  appendFileSync(at('a.log'), line('c'))
  await following.poll()
  expect(await prompts()).toEqual(['a', 'b'])
  expect(following.status().map((file) => file.path)).toEqual([at('b.log')])
  following.apply([{ paths: ['a.log', 'b.log'] }], folder)
  await following.poll()
  expect(await prompts()).toEqual(['a', 'b', 'c'])
})

test('looks by itself twice a second', async () => {
  writeFileSync(at('app.log'), line('a'))
  const { following, clock } = await follow(['app.log'])
  await expect
    .poll(async () => {
      await clock.advance(500)
      return prompts()
    })
    .toEqual(['a'])
  await following.stop()
})
