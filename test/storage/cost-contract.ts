import { describe, expect, test } from 'vitest'
import type { LlmSpan } from '../../src/model/request.ts'
import { NO_USAGE, type LlmCall, type Span, type TokenUsage } from '../../src/model/span.ts'
import type { Store } from '../../src/storage/store.ts'
import { testRequest } from '../support/test-request.ts'
import { freshHour } from './stretch-of-time.ts'

function call(
  startMs: number,
  usage: Partial<TokenUsage>,
  llm: Partial<LlmCall> = {},
  span: Partial<Span> = {},
): LlmSpan {
  const base = testRequest({ provider: 'openai', usage: { ...NO_USAGE, ...usage }, ...llm }).span
  return { ...base, startMs, endMs: startMs + 1_000, ...span } as LlmSpan
}

/** What every store answers about the cost of requests. */
export function costContract(store: () => Store): void {
  describe('what requests cost', () => {
    test('adds up to the nano-dollar, with what is unknown beside it', async () => {
      const range = freshHour()
      const spans = Array.from({ length: 1_000 }, (_, i) => call(range.minMs + i, { inputTokens: 2, outputTokens: 1 }))
      const unknown = call(range.minMs, { inputTokens: 100 }, { requestModel: 'nobody-knows' })
      // As doubles a thousand times 0.100000001 are not 100.000001.
      await store().requests.writeSpans([...spans, unknown], [...spans.map(() => 0.100_000_001), undefined])
      expect(await store().costs.costs(range)).toEqual({
        requests: 1_001,
        unpriced: 1,
        nanoUsd: 100_000_001_000n,
        inputTokens: 2_100,
        outputTokens: 1_000,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        reasoningTokens: 0,
        pricedTokens: 3_000,
      })
    })

    test('a request that comes again counts once, as it came last', async () => {
      const range = freshHour()
      const span = call(range.minMs, { inputTokens: 1 })
      await store().requests.writeSpans([span], [0.5])
      await store().requests.writeSpans([span], [0.25])
      expect(await store().costs.costs(range)).toMatchObject({ requests: 1, nanoUsd: 250_000_000n })
    })

    test('groups are in the order of what they cost, by fields and by what senders call keys and teams', async () => {
      const range = freshHour()
      const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 4, cacheWriteTokens: 2, reasoningTokens: 3 }
      await store().requests.writeSpans(
        [
          call(range.minMs, {}, { requestModel: 'often' }, { userId: 'ann', attributes: { team: 'search' } }),
          call(range.minMs + 1, {}, { requestModel: 'often' }, { userId: 'bob', attributes: { team: 7 } }),
          call(range.minMs + 2, usage, { requestModel: 'dear' }, { userId: 'bob', attributes: { api_key_alias: 'k' } }),
          call(
            range.minMs + 3,
            {},
            { requestModel: 'dear' },
            { userId: 'bob', attributes: { 'tetrascope.key': '', key: 'k' } },
          ),
        ],
        [0.1, 0.1, 2, undefined],
      )
      const by = async (field: Parameters<Store['costs']['costGroups']>[0]['by']): Promise<unknown> => {
        const groups = await store().costs.costGroups({ range, by: field, limit: 10 })
        return groups.map(({ value, nanoUsd, requests }) => [value, nanoUsd, requests])
      }
      expect(await by('model')).toEqual([
        ['dear', 2_000_000_000n, 2],
        ['often', 200_000_000n, 2],
      ])
      expect(await by('user')).toEqual([
        ['bob', 2_100_000_000n, 3],
        ['ann', 100_000_000n, 1],
      ])
      expect(await by('key')).toEqual([
        ['k', 2_000_000_000n, 2],
        ['', 200_000_000n, 2],
      ])
      expect(await by('team')).toEqual([
        ['', 2_100_000_000n, 3],
        ['search', 100_000_000n, 1],
      ])
      expect(await store().costs.costGroups({ range, by: 'model', limit: 1 })).toEqual([
        { value: 'dear', requests: 2, unpriced: 1, nanoUsd: 2_000_000_000n, pricedTokens: 15, ...usage },
      ])
    })

    test('steps over time are by model, and leave out what has no known cost', async () => {
      const range = freshHour()
      const minute = (count: number): number => range.minMs + count * 60_000
      await store().requests.writeSpans(
        [
          call(minute(0), {}, { requestModel: 'b' }),
          call(minute(1), {}, { requestModel: 'a' }),
          call(minute(4), {}, { requestModel: 'a' }),
          call(minute(6), {}, { requestModel: 'a' }),
          call(minute(7), {}, { requestModel: 'c' }),
        ],
        [0.1, 0.2, 0.3, 0.4, undefined],
      )
      expect(await store().costs.costSteps({ range, stepMs: 300_000 })).toEqual([
        { startMs: minute(0), model: 'a', nanoUsd: 500_000_000n },
        { startMs: minute(0), model: 'b', nanoUsd: 100_000_000n },
        { startMs: minute(5), model: 'a', nanoUsd: 400_000_000n },
      ])
    })

    test('cached use is put together by half hour, price tier and service tier', async () => {
      const range = freshHour()
      const cached = { inputTokens: 100, outputTokens: 10, cacheReadTokens: 60 }
      const late = range.minMs + 1_900_000
      await store().requests.writeSpans(
        [
          call(range.minMs, cached),
          call(range.minMs + 1, cached),
          call(range.minMs + 2, { ...cached, inputTokens: 101 }),
          call(range.minMs + 3, cached, { parameters: { service_tier: 'flex' } }),
          call(range.minMs + 4, { inputTokens: 100, outputTokens: 10 }),
          call(range.minMs + 5, cached),
          call(late, { inputTokens: 50, cacheWriteTokens: 40 }),
        ],
        [0.1, 0.2, 0.4, 0.5, 0.6, undefined, 0.7],
      )
      const uses = await store().costs.cacheUse({ range, boundaries: [100] })
      const found = uses.map(({ halfHourMs, serviceTier, requests, nanoUsd, usage }) => {
        const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage
        return [
          halfHourMs - range.minMs,
          serviceTier,
          requests,
          nanoUsd,
          inputTokens,
          cacheReadTokens,
          cacheWriteTokens,
        ]
      })
      expect(found.toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
        [0, '', 1, 400_000_000n, 101, 60, 0],
        [0, '', 2, 300_000_000n, 200, 120, 0],
        [0, 'flex', 1, 500_000_000n, 100, 60, 0],
        [1_800_000, '', 1, 700_000_000n, 50, 0, 40],
      ])
      expect(uses[0]).toMatchObject({ provider: 'openai', model: 'gpt-test', requestModel: 'gpt-test' })
    })
  })
}
