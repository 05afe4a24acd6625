import { appendFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { SampleBatchBuilder } from '../../model/sample.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { StoreUnavailableError } from '../store.ts'
import { floatsOf, readBlocks } from './native-reader.ts'
import { Journal, type JournalBlock } from './journal.ts'
import { encodeSamples } from './sample-block.ts'

function blockOf(values: readonly number[], timestampMs = 1_000): JournalBlock {
  const batch = new SampleBatchBuilder()
  for (const value of values) batch.add(Labels.from({ __name__: 'up' }), timestampMs, value)
  return encodeSamples(batch.build(), new Uint32Array(2), 0, values.length)
}

describe('a journal', () => {
  let directory: string
  let inserted: number[][]
  let failure: Error | undefined
  let whileInserting: (() => Promise<void>) | undefined
  const clock = new ManualClock(0)
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tetrascope-journal-'))
    inserted = []
    failure = undefined
    whileInserting = undefined
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const openJournal = (): Promise<Journal> =>
    Journal.open({
      directory,
      table: 'samples',
      maxBytes: 1_000,
      clock,
      insertFile: async (file) => {
        if (failure !== undefined) throw failure
        await whileInserting?.()
        const blocks = [...readBlocks(await readFile(file))]
        inserted.push(blocks.flatMap((block) => [...floatsOf(block, 'value')]))
      },
    })
  const onlyFile = async (): Promise<string> =>
    path.join(directory, (await readdir(directory)).find((name) => name.endsWith('.native')) ?? '')

  test('gathers what is appended and inserts it as one file when a reader asks for its time', async () => {
    const journal = await openJournal()
    await journal.append([blockOf([1, 2]), blockOf([3])])
    await journal.append([blockOf([4], 2_000)])
    await journal.settle({ minMs: 2_001, maxMs: 3_000 })
    expect(inserted).toEqual([])
    await journal.settle({ minMs: 0, maxMs: 1_000 })
    expect(inserted).toEqual([[1, 2, 3, 4]])
    expect(await readdir(directory)).toEqual([])
  })

  test('inserts a file after ten seconds', async () => {
    const journal = await openJournal()
    await journal.append([blockOf([1])])
    await clock.advance(10_000)
    await journal.settle()
    expect(inserted).toEqual([[1]])
  })

  test('inserts what a killed process has left, without the block that was cut off', async () => {
    const killed = await openJournal()
    await killed.append([blockOf([1, 2])])
    const [head = Buffer.alloc(0)] = blockOf([3]).pieces
    await appendFile(await onlyFile(), head)
    await openJournal()
    expect(inserted).toEqual([[1, 2]])
    expect(await readdir(directory)).toEqual([])
  })

  test('does not take for empty what it cannot read, and leaves it where it is', async () => {
    const killed = await openJournal()
    await killed.append([blockOf([1, 2])])
    const marks = (await onlyFile()).replace(/native$/, 'marks')
    await rm(marks)
    await mkdir(marks)
    await expect(openJournal()).rejects.toThrow(/marks cannot be read: EISDIR/)
    expect(inserted).toEqual([])
    expect((await readFile(await onlyFile())).length).toBeGreaterThan(0)
  })

  test('keeps what cannot be inserted, says so to readers, and inserts it in order later', async () => {
    const journal = await openJournal()
    failure = new Error('no space left')
    await journal.append([blockOf([1])])
    await expect(journal.settle()).rejects.toThrow(StoreUnavailableError)
    await journal.append([blockOf([2])])
    await expect(journal.settle()).rejects.toThrow(/could not be inserted: Error: no space left/)
    failure = undefined
    await journal.settle()
    expect(inserted).toEqual([[1], [2]])
  })

  test('that is closed while the engine takes nothing leaves its rows to the next start', async () => {
    const journal = await openJournal()
    failure = new Error('no space left')
    await journal.append([blockOf([1])])
    await journal.close()
    failure = undefined
    await openJournal()
    expect(inserted).toEqual([[1]])
  })

  test('counts a block that was not written whole as not committed, and goes on in a new file', async () => {
    const journal = await openJournal()
    await journal.append([blockOf([1])])
    const refused: JournalBlock = { ...blockOf([2]), length: 1e9 }
    await expect(journal.append([refused])).rejects.toThrow('is the disk full?')
    await journal.append([blockOf([3])])
    await journal.settle()
    expect(inserted).toEqual([[1], [3]])
  })

  test('does not keep a reader waiting for what is written after it has asked', async () => {
    const journal = await openJournal()
    await journal.append([blockOf([1])])
    let later: Promise<void> | undefined
    let finish = (): void => {}
    const finished = new Promise<void>((resolve) => (finish = resolve))
    whileInserting = async () => {
      if (later !== undefined) return finished
      await journal.append([blockOf([2])])
      later = journal.settle()
    }
    await journal.settle()
    expect(inserted).toEqual([[1]])
    finish()
    await later
    expect(inserted).toEqual([[1], [2]])
  })

  test('refuses more when it holds as much as it may and the engine takes nothing', async () => {
    const journal = await openJournal()
    const values = Array.from({ length: 50 }, (_, i) => i)
    failure = new Error('no space left')
    await journal.append([blockOf(values)])
    await expect(journal.settle()).rejects.toThrow(StoreUnavailableError)
    await expect(journal.append([blockOf([50])])).rejects.toThrow(/rows of samples in .* could not be inserted/)
    failure = undefined
    await journal.append([blockOf([51])])
    await journal.settle()
    expect(inserted).toEqual([values, [51]])
  })
})
