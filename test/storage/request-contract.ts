import { describe, expect, test } from 'vitest'
import type { LlmSpan } from '../../src/model/request.ts'
import { NO_USAGE, type LlmCall, type Span } from '../../src/model/span.ts'
import type { RequestFilter, RequestRow, RequestStore } from '../../src/storage/request-store.ts'
import type { TimeRange } from '../../src/storage/sample-store.ts'
import { testRequest } from '../support/test-request.ts'
import { freshHour } from './stretch-of-time.ts'

type Fields = Partial<Span> & { readonly call?: Partial<LlmCall>; readonly prompt?: string; readonly response?: string }

/** A request that takes a second, at a time and with what the test is about. */
function request(startMs: number, { call = {}, prompt = '', response = '', ...span }: Fields = {}): LlmSpan {
  const base = testRequest({ prompt, response, ...call }).span
  return { ...base, startMs, endMs: startMs + 1_000, ...span } as LlmSpan
}

export function requestContract(requests: () => RequestStore): void {
  const write = (...spans: readonly Span[]): Promise<void> => requests().writeSpans(spans, [])
  const list = async (range: TimeRange, filter: RequestFilter = {}): Promise<readonly RequestRow[]> =>
    (await requests().listRequests({ range, filter, limit: 1_000 })).rows

  describe('spans', () => {
    test('come back with all that was sent', async () => {
      const { minMs } = freshHour()
      const full = fullRequest(minMs)
      const plain = plainSpan(minMs + 1, full.traceId)
      await requests().writeSpans([full, plain], [0.1 + 0.2, undefined])
      expect(await requests().request(full.traceId, full.spanId)).toEqual({ span: full, costUsd: 0.1 + 0.2 })
      expect(await requests().trace(full.traceId)).toEqual([full, plain])
    })

    test('that are no requests are found in their trace only', async () => {
      const hour = freshHour()
      const span = plainSpan(hour.minMs, 'ab'.repeat(16))
      await write(span)
      expect(await requests().request(span.traceId, span.spanId)).toBeUndefined()
      expect(await requests().trace(span.traceId)).toEqual([span])
      expect(await list(hour)).toEqual([])
      expect(await requests().totals(hour)).toEqual([])
    })

    test('that are unknown are undefined, an unknown trace is empty', async () => {
      expect(await requests().request('0'.repeat(32), '0'.repeat(16))).toBeUndefined()
      expect(await requests().trace('0'.repeat(32))).toEqual([])
    })

    test('that come twice count once, and the last one counts', async () => {
      const hour = freshHour()
      const first = request(hour.minMs, { response: 'half', call: { errorType: 'timeout' } })
      const second = { ...first, endMs: first.endMs + 500, llm: { ...first.llm, errorType: '' } }
      await write(first)
      await write(second)
      expect(await requests().request(first.traceId, first.spanId)).toEqual({ span: second, costUsd: undefined })
      expect(await requests().trace(first.traceId)).toEqual([second])
      expect(await list(hour)).toHaveLength(1)
      expect(await list(hour, { status: 'error' })).toEqual([])
      expect(await requests().totals(hour)).toMatchObject([{ requests: 1, errors: 0 }])
    })

    test('that come twice in one batch count once, and the last one counts', async () => {
      const hour = freshHour()
      const first = request(hour.minMs, { service: 'first' })
      await write(first, { ...first, service: 'second' })
      expect((await list(hour)).map(({ service }) => service)).toEqual(['second'])
    })

    test('that come again with another start are read and listed as the last one says', async () => {
      const hour = freshHour()
      const first = request(hour.minMs + 10)
      const moved = { ...first, startMs: first.startMs + 60_000, endMs: first.endMs + 60_000 }
      await write(first)
      await write(moved)
      expect((await requests().request(first.traceId, first.spanId))?.span).toEqual(moved)
      expect(await requests().trace(first.traceId)).toEqual([moved])
      expect((await list(hour)).map(({ startMs }) => startMs)).toEqual([moved.startMs])
    })
  })

  describe('numbers that are not known', () => {
    test('stay unknown and never become 0', async () => {
      const hour = freshHour()
      const span = request(hour.minMs, { call: { usage: NO_USAGE, ttftMs: undefined, reportedCostUsd: undefined } })
      await requests().writeSpans([span], [undefined])
      const [row] = await list(hour)
      expect(row).toMatchObject({
        ttftMs: undefined,
        inputTokens: undefined,
        outputTokens: undefined,
        costUsd: undefined,
      })
      const found = await requests().request(span.traceId, span.spanId)
      expect(found?.costUsd).toBeUndefined()
      expect(found?.span.llm.usage).toEqual(NO_USAGE)
    })

    test('are told from 0', async () => {
      const hour = freshHour()
      const span = request(hour.minMs, { call: { usage: { ...NO_USAGE, inputTokens: 0, outputTokens: 0 }, ttftMs: 0 } })
      await requests().writeSpans([span], [0])
      expect((await list(hour))[0]).toMatchObject({ ttftMs: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 })
    })
  })

  describe('a list of requests', () => {
    test('shows what a row needs, texts cut', async () => {
      const hour = freshHour()
      const span = request(hour.minMs + 0.25, {
        prompt: '😀'.repeat(300),
        response: 'r'.repeat(200),
        service: 'shop',
        userId: 'u1',
        sessionId: 's1',
        call: {
          provider: 'anthropic',
          requestModel: 'm',
          responseModel: 'm-2',
          ttftMs: 12.5,
          usage: { ...NO_USAGE, inputTokens: 7, outputTokens: 3 },
        },
      })
      await requests().writeSpans([span], [0.25])
      expect(await list(hour)).toEqual([
        {
          traceId: span.traceId,
          spanId: span.spanId,
          startMs: hour.minMs + 0.25,
          latencyMs: 1_000,
          ttftMs: 12.5,
          status: 'success',
          errorType: '',
          provider: 'anthropic',
          model: 'm-2',
          operation: 'chat',
          service: 'shop',
          userId: 'u1',
          sessionId: 's1',
          inputTokens: 7,
          outputTokens: 3,
          costUsd: 0.25,
          promptPreview: '😀'.repeat(200),
          responsePreview: 'r'.repeat(200),
        },
      ])
    })

    test('is closed at both ends of its range, newest first', async () => {
      const { minMs } = freshHour()
      await write(...[3, 0, 2, 1, 4].map((i) => request(minMs + i)))
      const found = await list({ minMs: minMs + 1, maxMs: minMs + 3 })
      expect(found.map(({ startMs }) => startMs - minMs)).toEqual([3, 2, 1])
    })

    test('has pages that hold every request once, also of equal times, while others arrive', async () => {
      const hour = freshHour()
      const spans = Array.from({ length: 25 }, (_, i) => request(hour.minMs + Math.floor(i / 10)))
      await write(...spans)
      const seen: string[] = []
      let cursor: string | undefined
      let pages = 0
      do {
        const page = await requests().listRequests({
          range: hour,
          filter: {},
          limit: 4,
          ...(cursor === undefined ? {} : { cursor }),
        })
        seen.push(...page.rows.map(({ spanId }) => spanId))
        cursor = page.nextCursor
        pages++
        // Newer than all that is listed: it must not move the pages.
        await write(request(hour.maxMs - 10 + pages))
      } while (cursor !== undefined && pages < 20)
      expect(new Set(seen).size).toBe(seen.length)
      expect(new Set(seen)).toEqual(new Set(spans.map(({ spanId }) => spanId)))
    })

    test('goes back over hours and days, with a filter and without', async () => {
      const { maxMs } = freshHour()
      const range = { minMs: maxMs - 50 * 3_600_000, maxMs }
      const minutesAgo = [1, 20, 59, 61, 62, 180, 2_400, 2_990]
      await write(...minutesAgo.map((minutes) => request(maxMs - minutes * 60_000, { userId: 'far-back' })))
      const seen: number[] = []
      let cursor: string | undefined
      do {
        const query = { range, filter: { userId: 'far-back' }, limit: 3 }
        const page = await requests().listRequests(cursor === undefined ? query : { ...query, cursor })
        seen.push(...page.rows.map(({ startMs }) => (maxMs - startMs) / 60_000))
        cursor = page.nextCursor
      } while (cursor !== undefined && seen.length < 20)
      expect(seen).toEqual(minutesAgo)
      const all = (await requests().listRequests({ range, filter: {}, limit: 4 })).rows
      expect(all.map(({ startMs }) => (maxMs - startMs) / 60_000)).toEqual([1, 20, 59, 61])
    })

    test('says on its last page that there is no next', async () => {
      const hour = freshHour()
      await write(request(hour.minMs), request(hour.minMs + 1))
      expect((await requests().listRequests({ range: hour, filter: {}, limit: 2 })).nextCursor).toBeUndefined()
      expect((await requests().listRequests({ range: hour, filter: {}, limit: 1 })).nextCursor).toBeDefined()
    })

    test('refuses a cursor that it did not give', async () => {
      const query = { range: freshHour(), filter: {}, limit: 1, cursor: `1' OR 1` }
      await expect(requests().listRequests(query)).rejects.toThrow(/not a cursor/)
    })

    test('keeps to its filter', async () => {
      const hour = freshHour()
      const wanted = request(hour.minMs, {
        service: 's',
        userId: 'u',
        sessionId: 'c',
        endMs: hour.minMs + 5_000,
        call: { provider: 'p', responseModel: 'm', feature: 'f', errorType: '429' },
      })
      await write(wanted, request(hour.minMs + 1))
      const filters: RequestFilter[] = [
        { model: 'm' },
        { provider: 'p' },
        { status: 'error' },
        { userId: 'u' },
        { sessionId: 'c' },
        { service: 's' },
        { feature: 'f' },
        { traceId: wanted.traceId },
        { minLatencyMs: 5_000 },
        { model: 'm', status: 'error', service: 's' },
      ]
      for (const filter of filters)
        expect((await list(hour, filter)).map(({ spanId }) => spanId)).toEqual([wanted.spanId])
      expect(await list(hour, { minLatencyMs: 5_001 })).toEqual([])
      expect(await list(hour, { model: 'm', status: 'success' })).toEqual([])
    })

    test('finds text in prompt and response, in any case and any language', async () => {
      const hour = freshHour()
      const inPrompt = request(hour.minMs, { prompt: `Where is my ORDER? It's 100% late_` })
      const inResponse = request(hour.minMs + 1, { response: '您的订单ÄÖÜ已发货。' })
      await write(inPrompt, inResponse)
      const find = async (text: string): Promise<string[]> => (await list(hour, { text })).map(({ spanId }) => spanId)
      expect(await find('my order')).toEqual([inPrompt.spanId])
      expect(await find(`it's 100%`)).toEqual([inPrompt.spanId])
      expect(await find('100_')).toEqual([])
      expect(await find('订单')).toEqual([inResponse.spanId])
      expect(await find('äöü已')).toEqual([inResponse.spanId])
      expect(await find('订 单')).toEqual([])
      expect(await find('')).toHaveLength(2)
    })
  })

  describe('text', () => {
    test('is found where it stands, also as a part of words', async () => {
      const hour = freshHour()
      const said = ['Where is my ORDER-4711?', '您的订单已发货。iPhone手机', 'Straße, привет', 'the quetzalcoatl']
      const all = said.map((response, i) => request(hour.minMs + i, { response }))
      await write(...all)
      const find = async (text: string): Promise<number[]> => {
        const found = (await list(hour, { text })).map(({ spanId }) => spanId)
        return all.flatMap(({ spanId }, i) => (found.includes(spanId) ? [i] : []))
      }
      const wanted = {
        'is my ord': [0],
        'ere is': [0],
        'der-47': [0],
        'order 4711': [],
        单: [1],
        已发货: [1],
        货已: [],
      }
      const others = { phone手: [1], straß: [2], ПРИВЕТ: [2], ETZALC: [3], ' quetz': [3], '': [0, 1, 2, 3], he: [0, 3] }
      for (const [text, numbers] of Object.entries({ ...wanted, ...others }))
        expect(await find(text), text).toEqual(numbers)
    })
  })

  describe('totals', () => {
    test('are sums by model', async () => {
      const hour = freshHour()
      const call = (model: string, inputTokens: number | undefined): Partial<LlmCall> => ({
        responseModel: model,
        usage: { ...NO_USAGE, inputTokens, outputTokens: 2 },
      })
      const spans = [
        request(hour.minMs, { call: call('a', 10), endMs: hour.minMs + 100 }),
        request(hour.minMs + 1, { call: call('a', 20), endMs: hour.minMs + 1 + 200, status: 'error' }),
        request(hour.minMs + 2, { call: call('a', undefined), endMs: hour.minMs + 2 + 300 }),
        request(hour.minMs + 3, { call: call('b', 5), endMs: hour.minMs + 3 + 50 }),
      ]
      await requests().writeSpans(spans, [0.5, 0.25, undefined, 1])
      expect(await requests().totals(hour)).toEqual([
        {
          model: 'a',
          requests: 3,
          errors: 1,
          inputTokens: 30,
          outputTokens: 6,
          costUsd: 0.75,
          unpriced: 1,
          latencyP50Ms: 200,
          latencyP95Ms: 290,
        },
        {
          model: 'b',
          requests: 1,
          errors: 0,
          inputTokens: 5,
          outputTokens: 2,
          costUsd: 1,
          unpriced: 0,
          latencyP50Ms: 50,
          latencyP95Ms: 50,
        },
      ])
    })
  })
}

/** A request in which every field says something, also what JSON has no word for. */
function fullRequest(startMs: number): LlmSpan {
  return request(startMs + 0.125, {
    parentSpanId: '1'.repeat(16),
    name: 'chat gpt',
    endMs: startMs + 2_345.678,
    status: 'error',
    statusMessage: `it's broken\n`,
    service: '商店',
    sessionId: 's',
    userId: 'u',
    attributes: {
      big: 2n ** 63n,
      bytes: new Uint8Array([0, 1, 255]),
      nothing: null,
      list: [1, 'a', [true]],
      nan: NaN,
      inner: { $integer: 'looks like ours', deep: { x: -0 } },
      looks: { $bytes: 'but is not' },
    },
    resource: { 'service.name': '商店' },
    events: [{ name: 'first token', timeMs: startMs + 1.5, attributes: { n: 1n } }],
    input: 'in',
    output: 'out',
    call: {
      operation: 'responses',
      provider: 'openai',
      requestModel: 'gpt',
      responseModel: 'gpt-2',
      responseId: 'resp_1',
      inputMessages: [
        {
          role: 'system',
          parts: [
            { type: 'text', text: '' },
            { type: 'text', text: 'Be\n\nkind' },
          ],
        },
        {
          role: 'user',
          parts: [
            { type: 'text', text: '你好 😀' },
            { type: 'media', mediaType: 'image/png', reference: 'a.png' },
          ],
        },
        { role: 'tool', parts: [{ type: 'tool_result', id: '1', content: '{"a":1}' }] },
        { role: 'assistant', parts: [] },
      ],
      outputMessages: [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'hm' },
            { type: 'tool_call', id: '2', name: 'f', arguments: '{}' },
            { type: 'text', text: 'Bye' },
          ],
        },
      ],
      usage: {
        inputTokens: 1,
        outputTokens: 2,
        cacheReadTokens: 3,
        cacheWriteTokens: 4,
        hourCacheWriteTokens: undefined,
        reasoningTokens: 5,
        audioInputTokens: 6,
        audioOutputTokens: 7,
        imageInputTokens: 8,
      },
      parameters: { temperature: 0.7, stop: ['a'] },
      finishReasons: ['stop', 'length'],
      streamed: true,
      ttftMs: 12.3456789,
      errorType: '500',
      errorMessage: 'no',
      reportedCostUsd: 0.001,
      promptName: 'greet',
      promptVersion: '3',
      feature: 'chat',
      source: 'gateway',
      context: ['a document', ''],
    },
  })
}

function plainSpan(startMs: number, traceId: string): Span {
  return { ...request(startMs), traceId, kind: 'tool', name: 'search', llm: undefined, input: 'q', output: 'a' }
}
