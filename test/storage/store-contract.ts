import { afterAll, beforeAll, describe } from 'vitest'
import type { Store } from '../../src/storage/store.ts'
import { costContract } from './cost-contract.ts'
import { evaluationContract } from './evaluation-contract.ts'
import { eventContract } from './event-contract.ts'
import { explorerContract } from './explorer-contract.ts'
import { logContract } from './log-contract.ts'
import { requestContract } from './request-contract.ts'
import { sampleContract } from './sample-contract.ts'
import { seriesContract } from './series-contract.ts'
import { stateContract } from './state-contract.ts'
import { reopenContract } from './reopen-contract.ts'

export interface StoreUnderTest {
  open(): Promise<Store>
  /** Whether what was written is there after closing and opening again. */
  readonly isDurable: boolean
  /** Removes all that `open` has made. */
  dispose(): Promise<void>
}

/** What every store must do. One store serves all tests; each test works in a stretch of time and with names of its own. */
export function storeContract(name: string, prepare: () => Promise<StoreUnderTest>): void {
  describe(`the contract of a store, kept by ${name}`, () => {
    let underTest: StoreUnderTest
    let store: Store
    beforeAll(async () => {
      underTest = await prepare()
      store = await underTest.open()
    })
    afterAll(async () => {
      await store.close()
      await underTest.dispose()
    })
    sampleContract(() => store.samples)
    seriesContract(() => store.samples)
    requestContract(() => store.requests)
    explorerContract(() => store)
    costContract(() => store)
    evaluationContract(() => store.evaluations)
    eventContract(() => store.events)
    logContract(() => store.logs)
    stateContract(() => store.state)
    reopenContract(
      () => underTest,
      () => store,
      (opened) => (store = opened),
    )
  })
}
