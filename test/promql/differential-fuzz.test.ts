import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Labels } from '../../src/model/labels.ts'
import { SampleBatchBuilder } from '../../src/model/sample.ts'
import type { QueryEngine } from '../../src/promql/engine.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../../src/promql/query-engine.ts'
import { MemorySampleStore } from '../../src/storage/memory/memory-sample-store.ts'
import { hasProgram } from '../support/peer.ts'
import { compareAnswers } from './answer-comparison.ts'
import { startPrometheus, type PrometheusPeer, type WrittenSeries } from './prometheus-peer.ts'
import { QueryGrammar, seededRandom } from './query-grammar.ts'
import { DATA_STEP_MS, randomSeries } from './random-data.ts'

/**
 * FUZZ_SEED asks other queries, FUZZ_QUERIES more of them: `FUZZ_SEED=$RANDOM FUZZ_QUERIES=100000 npx vitest run
 * test/promql/differential-fuzz.test.ts`. Without them the run is the same everywhere: what it finds is about the change under test.
 */
const seed = Number(process.env.FUZZ_SEED ?? 42)
const queries = Number(process.env.FUZZ_QUERIES ?? 4000)

/** Data begin off the full second, so that no window and no lookback ends exactly on a sample: 2.42 includes both ends, 3.x only one. */
const BASE_SECONDS = 1_700_000_000
const DATA_STEPS = 120
const PHASE_MS = 3_700

interface RandomQuery {
  readonly expression: string
  readonly startMs: number
  readonly endMs: number
  /** 0: an instant query. */
  readonly stepMs: number
}

/** `.5`: subqueries evaluate at full seconds, and no window ends on one of them. */
function randomQuery(grammar: QueryGrammar, random: () => number): RandomQuery {
  const startMs = BASE_SECONDS * 1000 + 300_500 + Math.floor(random() * 1000) * 1000
  const expression = grammar.query()
  if (random() < 0.3) return { expression, startMs, endMs: startMs, stepMs: 0 }
  const stepMs = [15_000, 60_000, 37_000, 7_000][Math.floor(random() * 4)] ?? 15_000
  return { expression, startMs, endMs: startMs + Math.floor(random() * 900) * 1000, stepMs }
}

function writtenSeries(random: () => number): WrittenSeries[] {
  return randomSeries(random, { steps: DATA_STEPS, resetTo: 'half' }).map(({ labels, values }) => ({
    labels,
    samples: values.flatMap((value, i): WrittenSeries['samples'] => {
      const timeMs = BASE_SECONDS * 1000 + PHASE_MS + i * DATA_STEP_MS
      return value === null ? [] : [[timeMs, value]]
    }),
  }))
}

async function engineOver(series: readonly WrittenSeries[]): Promise<QueryEngine> {
  const batch = new SampleBatchBuilder()
  for (const { labels, samples } of series) {
    const key = Labels.from(labels)
    for (const [timeMs, value] of samples) {
      if (value === 'stale') batch.addStale(key, timeMs)
      else batch.add(key, timeMs, value)
    }
  }
  const store = new MemorySampleStore()
  await store.write(batch.build())
  return createEngine(store, DEFAULT_ENGINE_OPTIONS)
}

describe.skipIf(!hasProgram('prometheus'))(`random queries beside Prometheus 2.42, FUZZ_SEED=${seed}`, () => {
  const random = seededRandom(seed)
  const series = writtenSeries(random)
  let prometheus: PrometheusPeer
  let engine: QueryEngine

  beforeAll(async () => {
    prometheus = await startPrometheus()
    await prometheus.write(series)
    engine = await engineOver(series)
  })

  afterAll(() => prometheus.stop())

  test('give the same values, or an error on both sides', { timeout: 60_000 + queries * 60 }, async () => {
    const grammar = new QueryGrammar(random, 'classic', BASE_SECONDS)
    const differences: string[] = []
    let compared = 0
    let undecided = 0
    while (compared < queries && differences.length < 5) {
      const query = randomQuery(grammar, random)
      const difference = await differenceOf(query)
      compared++
      if (difference === 'undecided') undecided++
      else if (difference !== undefined) differences.push(`${describeQuery(query)}\n  ${difference}`)
    }
    process.stdout.write(`${compared} random queries, ${undecided} undecided, FUZZ_SEED=${seed}\n`)
    expect(differences).toEqual([])
    expect(undecided).toBeLessThan(Math.max(3, compared * 0.05))
  })

  async function differenceOf(query: RandomQuery): Promise<string | undefined> {
    const { expression, startMs, endMs, stepMs } = query
    const theirs =
      stepMs === 0
        ? await prometheus.query('query', { query: expression, time: String(startMs / 1000) })
        : await prometheus.query('query_range', {
            query: expression,
            start: String(startMs / 1000),
            end: String(endMs / 1000),
            step: String(stepMs / 1000),
          })
    const ours = stepMs === 0 ? engine.instant(expression, startMs) : engine.range(expression, startMs, endMs, stepMs)
    return compareAnswers(expression, theirs, await ours.catch((error: unknown) => error))
  }
})

function describeQuery({ expression, startMs, endMs, stepMs }: RandomQuery): string {
  return stepMs === 0 ? `${expression}  at ${startMs}` : `${expression}  from ${startMs} to ${endMs} step ${stepMs}`
}
