import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Labels } from '../../model/labels.ts'
import { Matcher } from '../../model/matcher.ts'
import { type SampleBatch, SampleBatchBuilder } from '../../model/sample.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { MemorySampleStore } from '../memory/memory-sample-store.ts'
import { StoreUnavailableError } from '../store.ts'
import { decodeBatch, encodeBatch } from './batch-encoding.ts'
import { createSpoolInstruments } from './spool-instruments.ts'
import { SpooledSampleWriter } from './spooled-sample-writer.ts'

/** A store that can be unavailable; `wrote` resolves when a write has succeeded. */
class MoodyStore extends MemorySampleStore {
  available = true
  #wrote: () => void = () => {}

  override async write(batch: SampleBatch): Promise<void> {
    if (!this.available) throw new StoreUnavailableError('disk full')
    await super.write(batch)
    this.#wrote()
  }

  wrote(): Promise<void> {
    return new Promise((resolve) => (this.#wrote = resolve))
  }

  async values(): Promise<number[]> {
    const values: number[] = []
    const range = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER }
    for await (const block of this.select([new Matcher('__name__', '=', 'up')], range, {
      func: '',
      rangeMs: 0,
      stepMs: 0,
    })) {
      for (const series of block) values.push(...series.values)
    }
    return values
  }
}

const samples = fc.array(
  fc.record({
    labels: fc.dictionary(fc.string({ minLength: 1, unit: 'binary' }), fc.string({ minLength: 1, unit: 'binary' }), {
      maxKeys: 3,
    }),
    timestampMs: fc.maxSafeInteger(),
    value: fc.double(),
    stale: fc.boolean(),
  }),
)

function upAt(timestampMs: number, value: number): SampleBatch {
  const builder = new SampleBatchBuilder()
  builder.add(Labels.from({ __name__: 'up' }), timestampMs, value)
  return builder.build()
}

async function start(
  store: MoodyStore,
  directory: string,
): Promise<{ writer: SpooledSampleWriter; clock: ManualClock }> {
  const clock = new ManualClock()
  const instruments = createSpoolInstruments(new InstrumentRegistry())
  const options = { name: 'scrapes', directory, maxSizeBytes: 1e6, clock, random: () => 0.5, instruments }
  return { writer: await SpooledSampleWriter.start({ ...options, writer: store }), clock }
}

function newDirectory(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'tetrascope-spool-'))
}

describe('a batch in the spool', () => {
  test('is the batch that was put there', () => {
    fc.assert(
      fc.property(samples, (samples) => {
        const builder = new SampleBatchBuilder()
        for (const { labels, timestampMs, value, stale } of samples) {
          if (stale) builder.addStale(Labels.from(labels), Math.floor(timestampMs / 2))
          else builder.add(Labels.from(labels), Math.floor(timestampMs / 2), value)
        }
        const batch = builder.build()
        const decoded = decodeBatch(encodeBatch(batch))
        expect(decoded.labels.map(({ pairs }) => pairs)).toEqual(batch.labels.map(({ pairs }) => pairs))
        expect({ ...decoded, labels: [] }).toEqual({ ...batch, labels: [] })
      }),
    )
  })

  test('takes a few bytes a sample', () => {
    const builder = new SampleBatchBuilder()
    for (let i = 0; i < 1000; i++) builder.add(Labels.from({ __name__: 'up', i: String(i % 10) }), 1.7e12, i % 3)
    expect(encodeBatch(builder.build()).length).toBeLessThan(6_000)
  })
})

describe('a writer with a spool', () => {
  test('writes through while the store takes it', async () => {
    const store = new MoodyStore()
    const { writer } = await start(store, await newDirectory())
    await writer.write(upAt(1, 1))
    expect(await store.values()).toEqual([1])
    await writer.stop()
  })

  test('keeps what the store does not take and writes it later', async () => {
    const store = new MoodyStore()
    const { writer, clock } = await start(store, await newDirectory())
    store.available = false
    await writer.write(upAt(1, 1))
    await clock.advance(10_000)
    store.available = true
    const wrote = store.wrote()
    await clock.advance(60_000)
    await wrote
    expect(await store.values()).toEqual([1])
    await writer.stop()
  })

  test('writes what an earlier process could not', async () => {
    const [store, directory] = [new MoodyStore(), await newDirectory()]
    store.available = false
    const first = await start(store, directory)
    await first.writer.write(upAt(1, 7))
    await first.writer.stop()
    store.available = true
    const wrote = store.wrote()
    const second = await start(store, directory)
    await wrote
    expect(await store.values()).toEqual([7])
    await second.writer.stop()
  })

  test('passes on errors that waiting does not heal', async () => {
    const store = new MoodyStore()
    store.write = () => Promise.reject(new TypeError('a bug'))
    const { writer } = await start(store, await newDirectory())
    await expect(writer.write(upAt(1, 1))).rejects.toThrow('a bug')
    await writer.stop()
  })
})
