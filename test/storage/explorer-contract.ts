import { describe, expect, test } from 'vitest'
import type { LlmSpan } from '../../src/model/request.ts'
import { NO_USAGE, type LlmCall, type Span } from '../../src/model/span.ts'
import type { RequestFilter, RequestOrder } from '../../src/storage/request-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { testRequest } from '../support/test-request.ts'
import { freshHour } from './stretch-of-time.ts'

type Fields = Partial<Span> & { readonly call?: Partial<LlmCall>; readonly tokens?: readonly [number, number] }

function request(startMs: number, { call = {}, tokens, ...span }: Fields = {}): LlmSpan {
  const usage = tokens === undefined ? NO_USAGE : { ...NO_USAGE, inputTokens: tokens[0], outputTokens: tokens[1] }
  const base = testRequest({ prompt: 'Hi', response: 'Hello', usage, ...call }).span
  return { ...base, startMs, endMs: startMs + 1_000, ...span } as LlmSpan
}

/** What every store answers about many requests, and how it forgets them. */
export function explorerContract(store: () => Store): void {
  describe('questions about many requests', () => {
    async function written(): Promise<{ range: ReturnType<typeof freshHour>; spans: readonly LlmSpan[] }> {
      const range = freshHour()
      const at = (minute: number): number => range.minMs + minute * 60_000
      const spans = [
        request(at(0), {
          userId: 'ann',
          sessionId: `s${range.minMs}`,
          tokens: [10, 100],
          attributes: { team: 'search' },
          call: { requestModel: 'a', ttftMs: 100, finishReasons: ['stop'], promptName: 'greet', promptVersion: '2' },
        }),
        request(at(1), {
          userId: 'ann',
          sessionId: `s${range.minMs}`,
          tokens: [20, 300],
          endMs: at(1) + 3_000,
          attributes: { 'tetrascope.key': '', api_key_alias: 'batch' },
          call: { requestModel: 'a', ttftMs: 300, finishReasons: ['length'], source: 'gateway' },
        }),
        request(at(31), {
          userId: 'bob',
          sessionId: `t${range.minMs}`,
          endMs: at(31) + 500,
          call: { requestModel: 'b', errorType: 'timeout', operation: 'responses' },
        }),
      ]
      await store().requests.writeSpans(spans, [0.5, 0.25, undefined])
      return { range, spans }
    }

    test('facets count the values of each field', async () => {
      const { range } = await written()
      const facets = await store().explorer.facets({
        range,
        filter: {},
        fields: ['model', 'status', 'finish_reason', 'prompt', 'user'],
        limit: 10,
      })
      expect(facets).toEqual({
        model: [
          { value: 'a', count: 2 },
          { value: 'b', count: 1 },
        ],
        status: [
          { value: 'success', count: 2 },
          { value: 'error', count: 1 },
        ],
        finish_reason: [
          { value: '', count: 1 },
          { value: 'length', count: 1 },
          { value: 'stop', count: 1 },
        ],
        prompt: [
          { value: '', count: 2 },
          { value: 'greet@2', count: 1 },
        ],
        user: [
          { value: 'ann', count: 2 },
          { value: 'bob', count: 1 },
        ],
      })
      const one = await store().explorer.facets({ range, filter: { userId: 'bob' }, fields: ['model'], limit: 1 })
      expect(one).toEqual({ model: [{ value: 'b', count: 1 }] })
    })

    test('the histogram has a row for each step with requests', async () => {
      const { range } = await written()
      const steps = await store().explorer.histogram({ range, filter: {}, stepMs: 1_800_000 })
      expect(steps).toEqual([
        {
          startMs: range.minMs,
          requests: 2,
          errors: 0,
          inputTokens: 30,
          outputTokens: 400,
          costUsd: 0.75,
          unpriced: 0,
          latencyP95Ms: 2_900,
        },
        {
          startMs: range.minMs + 1_800_000,
          requests: 1,
          errors: 1,
          inputTokens: 0,
          outputTokens: 0,
          costUsd: 0,
          unpriced: 1,
          latencyP95Ms: 500,
        },
      ])
    })

    test('groups have percentiles, tokens per second, errors and cost', async () => {
      const { range } = await written()
      const groups = await store().explorer.groups({ range, filter: {}, by: 'model', limit: 10 })
      expect(groups).toMatchObject([
        {
          value: 'a',
          requests: 2,
          errors: 0,
          costUsd: 0.75,
          latencyP50Ms: 2_000,
          latencyP99Ms: 2_980,
          ttftP50Ms: 200,
          outputTokensPerSecond: 100,
        },
        {
          value: 'b',
          requests: 1,
          errors: 1,
          costUsd: 0,
          unpriced: 1,
          latencyP50Ms: 500,
          ttftP50Ms: undefined,
          outputTokensPerSecond: undefined,
        },
      ])
      const byReason = await store().explorer.groups({ range, filter: {}, by: 'finish_reason', limit: 10 })
      expect(byReason.map(({ value, requests }) => [value, requests])).toEqual([
        ['', 1],
        ['length', 1],
        ['stop', 1],
      ])
    })

    test('a span that came twice counts once', async () => {
      const { range, spans } = await written()
      await store().requests.writeSpans(spans, [0.5, 0.25, undefined])
      const groups = await store().explorer.groups({ range, filter: {}, by: 'user', limit: 10 })
      expect(groups.map(({ requests }) => requests)).toEqual([2, 1])
    })

    test('a selection in figures: means, percentiles with bounds where there are enough, verdicts', async () => {
      const range = freshHour()
      const spans = Array.from({ length: 101 }, (_, i) =>
        request(range.minMs + i * 1_000, {
          endMs: range.minMs + i * 1_000 + (i + 1) * 10,
          tokens: [i, 7],
          call: i === 100 ? { errorType: 'timeout' } : { ttftMs: 5 },
        }),
      )
      await store().requests.writeSpans(
        spans,
        spans.map((_, i) => (i < 2 ? i : undefined)),
      )
      const judged = {
        evaluator: 'pii',
        evaluatorVersion: '1',
        timeMs: range.minMs,
        model: '',
        score: 1,
        explanation: '',
      }
      await store().evaluations.writeEvaluations(
        spans.slice(0, 10).map(({ traceId, spanId }, i) => ({
          ...judged,
          traceId,
          spanId,
          verdict: i < 3 ? 'flagged' : 'ok',
        })),
      )
      const { sums, figures, judgements } = await store().explorer.figures({ range, filter: { userId: '' } })
      expect(sums).toMatchObject({ requests: 101, errors: 1, costUsd: 1, unpriced: 99 })
      expect(judgements).toEqual([{ evaluator: 'pii', version: '1', judged: 10, flagged: 3 }])
      expect(figures.latencyMs).toMatchObject({ count: 101, mean: 510, variance: 85_850 })
      expect(figures.latencyMs.quantiles).toEqual([
        { level: 0.5, value: 510, lower: 410, upper: 610 },
        { level: 0.95, value: 960, lower: 920, upper: 1_010 },
        { level: 0.99, value: 1_000, lower: 990, upper: undefined },
      ])
      expect(figures.ttftMs).toMatchObject({ count: 100, mean: 5, variance: 0 })
      expect(figures.inputTokens).toMatchObject({ count: 101, mean: 50, quantiles: [] })
      expect(figures.costUsd).toEqual({ count: 2, mean: 0.5, variance: 0.5, quantiles: [] })
      expect(figures.outputTokensPerSecond.quantiles[0]?.value).toBeCloseTo(7_000 / 510)
      const nothing = await store().explorer.figures({ range, filter: { userId: 'nobody' } })
      expect(nothing.figures.latencyMs).toEqual({ count: 0, mean: 0, variance: 0, quantiles: [] })
    })

    test('sessions come with the newest first, their turns with the oldest', async () => {
      const { range, spans } = await written()
      const sessions = await store().explorer.sessions({ range, filter: {}, limit: 10, offset: 0 })
      expect(sessions).toMatchObject([
        { sessionId: `t${range.minMs}`, userId: 'bob', requests: 1, errors: 1 },
        {
          sessionId: `s${range.minMs}`,
          userId: 'ann',
          requests: 2,
          firstMs: range.minMs,
          lastMs: range.minMs + 63_000,
          costUsd: 0.75,
        },
      ])
      const turns = await store().explorer.turns({ sessionId: `s${range.minMs}`, range, limit: 10 })
      expect(turns).toEqual([
        { span: spans[0], costUsd: 0.5 },
        { span: spans[1], costUsd: 0.25 },
      ])
    })

    test('an export as JSON lines holds one request a line', async () => {
      const { range, spans } = await written()
      const pieces: Buffer[] = []
      for await (const piece of store().explorer.exportRequests({ range, filter: {}, format: 'jsonl', limit: 2 }))
        pieces.push(piece)
      const lines = Buffer.concat(pieces)
        .toString('utf8')
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line))
      expect(lines).toMatchObject([
        { span_id: spans[2]?.spanId, model: 'b', status: 'error', cost_usd: null, latency_ms: 500 },
        {
          span_id: spans[1]?.spanId,
          model: 'a',
          cost_usd: 0.25,
          prompt: 'Hi',
          response: 'Hello',
          start_ms: range.minMs + 60_000,
        },
      ])
    })

    test('a list keeps to every filter', async () => {
      const { range, spans } = await written()
      const [first, second, third] = spans
      const flagged = {
        traceId: second?.traceId ?? '',
        spanId: second?.spanId ?? '',
        timeMs: range.minMs,
        evaluator: 'pii',
        evaluatorVersion: '1',
        model: 'a',
        score: 1,
        verdict: 'flagged',
        explanation: '',
      } as const
      await store().evaluations.writeEvaluations([flagged])
      const expected: ReadonlyArray<readonly [RequestFilter, LlmSpan | undefined]> = [
        [{ promptName: 'greet' }, first],
        [{ promptVersion: '2' }, first],
        [{ finishReason: 'length' }, second],
        [{ errorType: 'timeout' }, third],
        [{ team: 'search' }, first],
        [{ key: 'batch' }, second],
        [{ operation: 'responses' }, third],
        [{ source: 'gateway' }, second],
        [{ minTokens: 320 }, second],
        [{ maxTokens: 110 }, first],
        [{ minCostUsd: 0.5 }, first],
        [{ maxCostUsd: 0.25 }, second],
        [{ maxLatencyMs: 500 }, third],
        [{ evaluation: { verdict: 'flagged' } }, second],
        [{ evaluation: { verdict: 'flagged', evaluator: 'pii' } }, second],
      ]
      for (const [filter, wanted] of expected) {
        const { rows } = await store().requests.listRequests({ range, filter, limit: 10 })
        expect(
          rows.map(({ spanId }) => spanId),
          JSON.stringify(filter),
        ).toEqual([wanted?.spanId])
      }
      const none = { evaluation: { verdict: 'flagged', evaluator: 'toxicity' } } as const
      expect((await store().requests.listRequests({ range, filter: none, limit: 10 })).rows).toEqual([])
    })

    test.each<[RequestOrder, readonly number[]]>([
      ['start', [2, 1, 0]],
      ['latency', [1, 0, 2]],
      ['ttft', [1, 0, 2]],
      ['cost', [0, 1, 2]],
      ['tokens', [1, 0, 2]],
    ])('a list by %s has pages in that order', async (order, expected) => {
      const { range, spans } = await written()
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await store().requests.listRequests({
          range,
          filter: {},
          limit: 1,
          order,
          ...(cursor !== undefined && { cursor }),
        })
        seen.push(...page.rows.map(({ spanId }) => spanId))
        cursor = page.nextCursor
      } while (cursor !== undefined && seen.length < 5)
      expect(seen).toEqual(expected.map((i) => spans[i]?.spanId))
    })
  })

  describe('forgetting', () => {
    async function written(): Promise<{
      range: ReturnType<typeof freshHour>
      mine: LlmSpan
      tool: Span
      other: LlmSpan
      user: string
    }> {
      const range = freshHour()
      const user = `user ${range.minMs}'s`
      const mine = request(range.minMs, { userId: user, sessionId: user })
      const tool: Span = { ...request(range.minMs + 1), traceId: mine.traceId, kind: 'tool', llm: undefined }
      const other = request(range.minMs + 2, { userId: 'somebody else' })
      await store().requests.writeSpans([mine, tool, other], [])
      const of = ({ traceId, spanId }: Span) => ({ traceId, spanId, timeMs: range.minMs })
      const rest = {
        evaluator: 'pii',
        evaluatorVersion: '1',
        model: '',
        score: 1,
        verdict: 'ok',
        explanation: '',
      } as const
      await store().evaluations.writeEvaluations([
        { ...of(mine), ...rest },
        { ...of(other), ...rest },
      ])
      const log = { level: 'info', service: 's', body: 'b', requestId: '', attributes: {} } as const
      await store().logs.writeLogs([
        { ...of(mine), ...log },
        { ...of(other), ...log },
      ])
      const event = { type: 'feedback', name: '', value: 1, comment: '', attributes: {} } as const
      await store().events.writeEvents([
        { id: `by trace ${user}`, ...of(mine), ...event, userId: '', sessionId: '' },
        {
          id: `by owner ${user}`,
          timeMs: range.minMs,
          traceId: '',
          spanId: '',
          ...event,
          userId: user,
          sessionId: user,
        },
        { id: `of another ${user}`, ...of(other), ...event, userId: '', sessionId: '' },
      ])
      return { range, mine, tool, other, user }
    }

    async function left(range: ReturnType<typeof freshHour>): Promise<Record<string, number>> {
      const [requests, evaluations, logs, events] = await Promise.all([
        store().requests.listRequests({ range, filter: {}, limit: 10 }),
        store().evaluations.evaluations({ range, limit: 10 }),
        store().logs.logs({ range, limit: 10 }),
        store().events.events({ range, limit: 10 }),
      ])
      return {
        requests: requests.rows.length,
        evaluations: evaluations.length,
        logs: logs.length,
        events: events.length,
      }
    }

    test.each(['userId', 'sessionId'] as const)(
      'by %s takes the traces with all that belongs to them, and no others',
      async (by) => {
        const { range, mine, other, user } = await written()
        expect(await store().requests.deleteRequests(by === 'userId' ? { userId: user } : { sessionId: user })).toBe(2)
        expect(await store().requests.trace(mine.traceId)).toEqual([])
        expect(await store().evaluations.evaluationsOf(mine.traceId, mine.spanId)).toEqual([])
        expect(await left(range)).toEqual({ requests: 1, evaluations: 1, logs: 1, events: 1 })
        expect(await store().requests.trace(other.traceId)).toEqual([other])
      },
    )

    test('of one request leaves the rest of its trace', async () => {
      const { range, mine, tool } = await written()
      expect(await store().requests.deleteRequests({ traceId: mine.traceId, spanId: mine.spanId })).toBe(1)
      expect(await store().requests.trace(mine.traceId)).toEqual([tool])
      expect(await left(range)).toEqual({ requests: 1, evaluations: 1, logs: 1, events: 2 })
    })

    test('takes with it what is being written', async () => {
      const { range, mine, user } = await written()
      const late = { ...request(range.minMs + 3, { userId: user }), traceId: mine.traceId }
      const of = { traceId: mine.traceId, spanId: late.spanId, timeMs: range.minMs }
      const rest = { evaluator: 'pii', evaluatorVersion: '1', model: '', score: 1, explanation: '' }
      const writing = [
        store().requests.writeSpans([late], []),
        store().evaluations.writeEvaluations([{ ...of, ...rest, verdict: 'ok' }]),
        store().logs.writeLogs([{ ...of, level: 'info', service: '', body: '', requestId: '', attributes: {} }]),
      ]
      expect(await store().requests.deleteRequests({ userId: user })).toBe(3)
      await Promise.all(writing)
      expect(await left(range)).toEqual({ requests: 1, evaluations: 1, logs: 1, events: 1 })
    })

    test('names the traces that it takes', async () => {
      const { mine, user } = await written()
      expect(await store().requests.tracesOf({ userId: user })).toEqual([mine.traceId])
      expect(await store().requests.tracesOf({ sessionId: user })).toEqual([mine.traceId])
      expect(await store().requests.tracesOf({ traceId: mine.traceId, spanId: mine.spanId })).toEqual([])
    })

    test('what is not there is 0', async () => {
      expect(await store().requests.deleteRequests({ userId: 'nobody' })).toBe(0)
    })
  })
}
