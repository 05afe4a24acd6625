import { describe, expect, test } from 'vitest'
import { Labels } from '../../src/model/labels.ts'
import { Matcher } from '../../src/model/matcher.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import type { Store } from '../../src/storage/store.ts'
import { testRequest } from '../support/test-request.ts'
import type { StoreUnderTest } from './store-contract.ts'
import { freshHour } from './stretch-of-time.ts'

/** Comes last: it closes the store, and opens it again where that makes sense. */
export function reopenContract(
  underTest: () => StoreUnderTest,
  store: () => Store,
  replace: (opened: Store) => void,
): void {
  describe('closing', () => {
    test('commits what is under way, may be asked for twice, and loses nothing', async () => {
      const hour = freshHour()
      const { span } = testRequest({ prompt: 'kept' })
      const batch = new SampleBatchBuilder()
      batch.add(Labels.from({ __name__: 'kept' }), hour.minMs, 1)
      const writes = [
        store().samples.write(batch.build()),
        store().requests.writeSpans([span], [1]),
        store().state.putDocuments('kept', new Map([['a', 1]])),
      ]
      await Promise.all([...writes, store().close(), store().close()])
      await store().close()
      if (!underTest().isDurable) return

      replace(await underTest().open())
      expect((await store().samples.series([[new Matcher('__name__', '=', 'kept')]], hour)).map(String)).toEqual([
        'kept',
      ])
      expect(await store().requests.request(span.traceId, span.spanId)).toEqual({ span, costUsd: 1 })
      expect(await store().state.documents('kept')).toEqual(new Map([['a', 1]]))
    })
  })
}
