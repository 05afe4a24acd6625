import { describe } from 'vitest'
import { sampleContract } from '../../../test/storage/sample-contract.ts'
import { seriesContract } from '../../../test/storage/series-contract.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { MemorySampleStore } from '../memory/memory-sample-store.ts'
import { createHeadSampleStore, type HeadSampleStore } from './head-sample-store.ts'

/** Before and after every time that the contract uses. */
const BEFORE_ALL_MS = 1_700_000_000_000
const AFTER_ALL_MS = 1_900_000_000_000

function storeAt(nowMs: number): HeadSampleStore {
  const options = { clock: new ManualClock(nowMs), instruments: new InstrumentRegistry() }
  return createHeadSampleStore({ ...options, backing: new MemorySampleStore() })
}

describe('the contract of a sample store', async () => {
  const [inHead, behindHead] = [storeAt(BEFORE_ALL_MS), storeAt(AFTER_ALL_MS)]
  await inHead.start()
  await behindHead.start()
  describe('kept by the head', () => {
    sampleContract(() => inHead)
    seriesContract(() => inHead)
  })
  describe('kept through the head, of times before it', () => {
    // Not the contract of series: their count is that of the head, as Prometheus counts.
    sampleContract(() => behindHead)
  })
})
