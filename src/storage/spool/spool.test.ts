import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { createSpoolInstruments } from './spool-instruments.ts'
import { frameRecord, readRecords } from './spool-segment.ts'
import { Spool, type SpoolOptions } from './spool.ts'

/** A sink that remembers what it took and can be told to fail; `took(n)` resolves when it has taken n records. */
class Sink {
  readonly records: string[] = []
  failing = false
  #waiting: Array<{ readonly count: number; readonly resolve: () => void }> = []

  readonly take = async (record: Buffer): Promise<'taken' | 'unusable'> => {
    if (this.failing) throw new Error('not now')
    if (record.toString() === 'rubbish') return 'unusable'
    this.records.push(record.toString())
    for (const { count, resolve } of this.#waiting) if (this.records.length >= count) resolve()
    return 'taken'
  }

  took(count: number): Promise<void> {
    if (this.records.length >= count) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ count, resolve }))
  }
}

function newDirectory(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'tetrascope-spool-'))
}

interface Opened {
  readonly spool: Spool
  readonly sink: Sink
  readonly clock: ManualClock
  /** How many records had this result. */
  readonly count: (result: string) => number
}

async function open(directory: string, options: Partial<SpoolOptions> = {}): Promise<Opened> {
  const [sink, clock, registry] = [new Sink(), new ManualClock(), new InstrumentRegistry()]
  const instruments = createSpoolInstruments(registry)
  const spool = await Spool.open({
    name: 'test',
    directory,
    maxSizeBytes: 1e6,
    fsync: 'never',
    sink: sink.take,
    clock,
    random: () => 0.5,
    instruments,
    ...options,
  })
  const count = (result: string): number =>
    registry
      .snapshot()
      .flatMap(({ samples }) => samples)
      .find(({ labels }) => labels.get('result') === result)?.value ?? 0
  return { spool, sink, clock, count }
}

async function appendAll(spool: Spool, records: readonly string[]): Promise<boolean[]> {
  return Promise.all(records.map((record) => spool.append(Buffer.from(record))))
}

describe('a spool', () => {
  test('hands over what was appended, in order, and leaves nothing behind', async () => {
    const directory = await newDirectory()
    const { spool, sink, count } = await open(directory)
    spool.start()
    await appendAll(spool, ['a', 'b'])
    await sink.took(2)
    await appendAll(spool, ['c'])
    await sink.took(3)
    await spool.stop()
    expect(sink.records).toEqual(['a', 'b', 'c'])
    expect(count('spooled')).toBe(3)
    expect(count('drained')).toBe(3)
  })

  test('waits with growing delays while the sink fails, and then goes on where it was', async () => {
    const { spool, sink, clock } = await open(await newDirectory())
    sink.failing = true
    spool.start()
    await appendAll(spool, ['a', 'b'])
    await clock.advance(100_000)
    sink.failing = false
    await clock.advance(60_000)
    await sink.took(2)
    expect(sink.records).toEqual(['a', 'b'])
    await spool.stop()
  })

  test('is drained by the next process when this one ends', async () => {
    const directory = await newDirectory()
    const first = await open(directory)
    await appendAll(first.spool, ['a', 'b'])
    await first.spool.stop()
    const second = await open(directory)
    second.spool.start()
    await appendAll(second.spool, ['c'])
    await second.sink.took(3)
    expect(second.sink.records).toEqual(['a', 'b', 'c'])
    await second.spool.stop()
    expect(await readdir(directory)).toEqual([])
  })

  test('goes on after an orderly stop with the record after the last that was taken', async () => {
    const directory = await newDirectory()
    const first = await open(directory)
    await appendAll(first.spool, ['a', 'b', 'c'])
    first.spool.start()
    await first.sink.took(1)
    first.sink.failing = true
    await first.spool.stop()
    const second = await open(directory)
    second.spool.start()
    await second.sink.took(3 - first.sink.records.length)
    await second.spool.stop()
    expect([...first.sink.records, ...second.sink.records]).toEqual(['a', 'b', 'c'])
  })

  test('hands over several records at once where the sink bears it, in order, and counts what is done', async () => {
    const directory = await newDirectory()
    const waiting: Array<{ readonly record: string; readonly finish: () => void }> = []
    const take = (record: Buffer): Promise<'taken'> =>
      new Promise((resolve) => waiting.push({ record: record.toString(), finish: () => resolve('taken') }))
    const { spool } = await open(directory, { concurrency: 3, sink: take })
    await appendAll(spool, ['a', 'b', 'c', 'd'])
    spool.start()
    await vi.waitUntil(() => waiting.length === 3)
    expect(waiting.map(({ record }) => record)).toEqual(['a', 'b', 'c'])
    for (const { finish } of waiting) finish()
    await vi.waitUntil(() => waiting.length === 4)
    waiting[3]?.finish()
    await vi.waitUntil(() => spool.sizeBytes === 0)
    await spool.stop()
  })

  test('passes over a record that is of no use', async () => {
    const { spool, sink, count } = await open(await newDirectory())
    spool.start()
    await appendAll(spool, ['a', 'rubbish', 'b'])
    await sink.took(2)
    await spool.stop()
    expect(sink.records).toEqual(['a', 'b'])
    expect(count('unusable')).toBe(1)
  })

  test('drops the oldest records, and counts them, when it is full', async () => {
    const directory = await newDirectory()
    const { spool, count } = await open(directory, { maxSizeBytes: 1_000, segmentSizeBytes: 200 })
    for (let i = 0; i < 50; i++) await spool.append(Buffer.from(`record ${i}`.padEnd(92)))
    await spool.stop()
    expect(spool.sizeBytes).toBeLessThanOrEqual(1_000)
    const next = await open(directory)
    next.spool.start()
    const left = 50 - count('dropped')
    await next.sink.took(left)
    await next.spool.stop()
    expect(next.sink.records.map((record) => record.trim())).toEqual(
      Array.from({ length: left }, (_, i) => `record ${50 - left + i}`),
    )
  })

  test('refuses a record that is larger than it may be itself', async () => {
    const { spool, count } = await open(await newDirectory(), { maxSizeBytes: 100 })
    expect(await spool.append(Buffer.alloc(200))).toBe(false)
    expect(count('dropped')).toBe(1)
  })

  test('says so when the disk does not take a record', async () => {
    const directory = await newDirectory()
    const { spool, count } = await open(directory)
    // The file that the first segment would become is there already, as a stand-in for a disk that refuses.
    await writeFile(path.join(directory, '000000000001.spool'), '')
    expect(await spool.append(Buffer.from('a'))).toBe(false)
    expect(count('unwritable')).toBe(1)
  })

  test('loses nothing but the record that was being written when the process was killed', async () => {
    const directory = await newDirectory()
    const records = ['first', 'second', 'third']
    const { spool } = await open(directory)
    await appendAll(spool, records)
    await spool.stop()
    const [name = ''] = await readdir(directory)
    const file = path.join(directory, name)
    await truncate(file, (await readFile(file)).length - 2)

    const next = await open(directory)
    next.spool.start()
    await appendAll(next.spool, ['fourth'])
    await next.sink.took(3)
    await next.spool.stop()
    expect(next.sink.records).toEqual(['first', 'second', 'fourth'])
    expect(next.count('torn')).toBe(1)
  })

  test('keeps every acknowledged record through kill -9', async () => {
    const directory = await newDirectory()
    const acknowledged = await appendUntilKilled(directory)
    expect(acknowledged).toBeGreaterThan(50)
    const { spool, sink } = await open(directory)
    spool.start()
    await sink.took(acknowledged)
    await spool.stop()
    const expected = Array.from({ length: acknowledged }, (_, i) => `record ${i}`)
    expect(sink.records.slice(0, acknowledged)).toEqual(expected)
  })
})

/** Runs a process that appends without end, kills it in the middle of that, and gives how many records it said were on disk. */
async function appendUntilKilled(directory: string): Promise<number> {
  const script = `
    const { Spool } = await import(${JSON.stringify(path.join(import.meta.dirname, 'spool.ts'))})
    const count = { add() {}, set() {} }
    const spool = await Spool.open({
      name: 'x', directory: process.argv[1], maxSizeBytes: 1e9, segmentSizeBytes: 2000, sink: async () => 'taken',
      clock: undefined, random: Math.random, instruments: { records: count, sizeBytes: count } })
    for (let i = 0; ; i++) { await spool.append(Buffer.from('record ' + i)); console.log(i) }`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, directory]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  for await (const chunk of child.stdout) {
    output += String(chunk)
    if (output.split('\n').length > 100) child.kill('SIGKILL')
  }
  // The last line may be cut short.
  return output.split('\n').length - 1
}

describe('a segment', () => {
  const payloads = fc.array(
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    { maxLength: 10 },
  )

  test('that was cut anywhere gives all whole records before the cut', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (payloads, cut) => {
        const frames = payloads.map((payload) => frameRecord(payload))
        const bytes = Buffer.concat(frames)
        const end = bytes.length === 0 ? 0 : cut % (bytes.length + 1)
        const { records, torn } = readRecords(bytes.subarray(0, end))
        const ends = frames.map((_, i) => Buffer.concat(frames.slice(0, i + 1)).length)
        const whole = ends.filter((frameEnd) => frameEnd <= end).length
        expect(records).toEqual(payloads.slice(0, whole))
        expect(torn).toBe((ends[whole - 1] ?? 0) < end)
      }),
    )
  })

  test('with a flipped bit ends there', () => {
    const bytes = Buffer.concat(['a', 'b', 'c'].map((text) => frameRecord(Buffer.from(text))))
    bytes[17] = (bytes[17] ?? 0) ^ 1
    expect(readRecords(bytes)).toEqual({ records: [Buffer.from('a')], torn: true })
  })
})
