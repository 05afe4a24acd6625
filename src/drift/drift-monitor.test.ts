import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { EMBEDDING, projected } from '../model/embedding.ts'
import type { LlmSpan, Request } from '../model/request.ts'
import { NO_USAGE } from '../model/span.ts'
import { createMemoryStore } from '../storage/memory/memory-store.ts'
import type { Store } from '../storage/store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { normal, seededRandom } from '../util/random.ts'
import { driftConfig } from './config.ts'
import { DriftMonitor } from './drift-monitor.ts'
import { psi } from './statistics/psi.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const WEEK_MS = 7 * 24 * HOUR_MS

function requestAt(startMs: number, inputTokens: number, plan = 'free'): Request {
  const llm = {
    usage: { ...NO_USAGE, inputTokens },
    responseModel: 'm',
    requestModel: 'm',
    inputMessages: [],
    outputMessages: [],
    finishReasons: ['stop'],
    parameters: {},
  }
  const ids = { traceId: startMs.toString(16).padStart(32, '0'), spanId: startMs.toString(16).padStart(16, '0') }
  const span = { ...ids, kind: 'llm', startMs, endMs: startMs + 100, attributes: { plan }, resource: {}, llm }
  return { span: span as unknown as LlmSpan, costUsd: undefined }
}

type Input = NonNullable<z.input<typeof driftConfig>>

const WINDOWS: Input = { current: '10m', reference: '60m', interval: '1m', min_requests: 50, attributes: ['plan'] }

class Watch {
  readonly clock: ManualClock
  readonly store: Store
  readonly monitor: DriftMonitor
  readonly #instruments = new InstrumentRegistry()

  constructor(config: Input = WINDOWS, clock = new ManualClock(100 * MINUTE_MS), store = createMemoryStore()) {
    this.clock = clock
    this.store = store
    this.monitor = new DriftMonitor({
      config: driftConfig.parse(config),
      state: store.state,
      requests: store.requests,
      clock,
      logger: silentLogger,
      instruments: this.#instruments,
    })
  }

  value(name: string, feature: string): number | undefined {
    return this.#instruments
      .snapshot()
      .find(({ metadata }) => metadata.name === name)
      ?.samples.find(({ labels }) => labels.get('feature') === feature)?.value
  }

  /** Of a series without labels, or of the only model. */
  valueOf(name: string): number | undefined {
    return this.#instruments.snapshot().find(({ metadata }) => metadata.name === name)?.samples[0]?.value
  }

  apply(config: Input): Promise<void> {
    return this.monitor.apply(driftConfig.parse(config))
  }

  /** Requests in the two windows of the last comparison. */
  countOf(feature: string): { reference: number; current: number } {
    const drift = this.monitor.drifts.find((each) => each.feature === feature)
    return { reference: drift?.referenceCount ?? 0, current: drift?.currentCount ?? 0 }
  }

  psiOf(feature: string): number | undefined {
    return this.value('llm_data_drift_psi', feature)
  }

  /** A request every ten seconds for so many minutes. */
  async play(minutes: number, mean: number, random: () => number, plan?: string): Promise<void> {
    for (let i = 0; i < minutes * 6; i++) {
      const tokens = Math.max(1, Math.round(normal(random, mean, mean / 4)))
      this.monitor.onRequests([requestAt(this.clock.now(), tokens, plan)])
      await this.clock.advance(10_000)
    }
  }
}

async function started(...given: ConstructorParameters<typeof Watch>): Promise<Watch> {
  const watch = new Watch(...given)
  await watch.monitor.start()
  return watch
}

describe('drift of the newest requests against those before', () => {
  test('the same distribution shows none, a longer prompt a severe one, and it fades as the reference catches up', async () => {
    const watch = await started()
    const random = seededRandom(1)
    await watch.play(60, 400, random)
    expect(watch.psiOf('input_tokens')).toBeLessThan(0.2)
    await watch.play(10, 1_200, random)
    expect(watch.psiOf('input_tokens')).toBeGreaterThan(1)
    expect(watch.value('llm_data_drift_ks', 'input_tokens')).toBeGreaterThan(0.9)
    // Within the one per cent of a sketch.
    expect(watch.value('llm_data_drift_wasserstein', 'input_tokens')).toBeGreaterThan(700)
    expect(watch.value('llm_data_drift_wasserstein', 'input_tokens')).toBeLessThan(900)
    expect(watch.psiOf('finish_reason')).toBe(0)
    await watch.play(130, 1_200, random)
    expect(watch.psiOf('input_tokens')).toBeLessThan(0.2)
  })

  test('says which bins have moved', async () => {
    const watch = await started()
    await watch.play(60, 400, seededRandom(1), 'free')
    await watch.play(10, 400, seededRandom(2), 'paid')
    const drift = watch.monitor.drifts.find(({ feature }) => feature === 'plan')
    expect(drift?.comparison).toMatchObject({ kind: 'categorical', level: 'severe' })
    expect(drift?.comparison?.bins).toMatchObject([
      { label: 'free', referenceShare: 1, currentShare: 0 },
      { label: 'paid', referenceShare: 0, currentShare: 1 },
    ])
  })

  test('a handful of requests is not judged, but counted', async () => {
    const watch = await started()
    await watch.play(5, 400, seededRandom(2))
    expect(watch.psiOf('input_tokens')).toBeUndefined()
    expect(watch.monitor.drifts.find(({ feature }) => feature === 'input_tokens')?.currentCount).toBeGreaterThan(20)
  })

  test('scores of evaluators are watched like features', async () => {
    const watch = await started()
    const random = seededRandom(3)
    const play = async (minutes: number, score: number): Promise<void> => {
      for (let i = 0; i < minutes; i++) {
        await watch.play(1, 400, random)
        const common = { evaluator: 'refusal', model: 'm', timeMs: watch.clock.now() - 1, score }
        watch.monitor.onEvaluations(Array.from({ length: 10 }, () => common) as never)
      }
    }
    await play(60, 0.1)
    await play(10, 0.9)
    expect(watch.psiOf('refusal')).toBeGreaterThan(1)
  })
})

describe('a restart', () => {
  test('goes on with the windows as they were', async () => {
    const before = await started()
    await before.play(60, 400, seededRandom(1))
    await before.play(9, 1_200, seededRandom(2))
    await before.monitor.stop()
    const after = await started(WINDOWS, before.clock, before.store)
    await after.monitor.compare()
    expect(after.psiOf('input_tokens')).toBe(before.psiOf('input_tokens'))
    expect(after.psiOf('input_tokens')).toBeGreaterThan(1)
  })

  test('in the middle of everything loses at most one interval', async () => {
    const before = await started()
    await before.play(60, 400, seededRandom(1))
    const after = await started(WINDOWS, before.clock, before.store)
    await after.monitor.compare()
    const counted = (watch: Watch): number =>
      watch.monitor.drifts.find(({ feature }) => feature === 'input_tokens')?.referenceCount ?? 0
    expect(counted(after)).toBeGreaterThan(counted(before) - 7)
  })
})

describe('another configuration, taken over while running', () => {
  test('a shorter window is compared with a longer reference, both of what was already seen', async () => {
    const watch = await started()
    await watch.play(60, 400, seededRandom(1))
    const countBefore = watch.countOf('input_tokens')
    await watch.apply({ ...WINDOWS, current: '5m', reference: '2h', interval: '30s', min_requests: 20 })
    await watch.play(5, 1_200, seededRandom(2))
    expect(watch.psiOf('input_tokens')).toBeGreaterThan(1)
    const counted = watch.countOf('input_tokens')
    expect(counted.current).toBeLessThan(countBefore.current * 0.6)
    // All but what is now on the border of the two windows: the 60 minutes, and nothing twice.
    expect(counted.reference).toBeGreaterThan(350)
    expect(counted.reference + counted.current).toBeLessThanOrEqual(65 * 6)
  })

  test('a feature that is not watched any more is gone, one that is new has values from then on', async () => {
    const watch = await started()
    await watch.play(60, 400, seededRandom(1))
    await watch.apply({ ...WINDOWS, features: ['latency_ms'], attributes: [], min_requests: 10, reference: '10m' })
    await watch.clock.advance(MINUTE_MS)
    expect(watch.monitor.drifts.map(({ feature }) => feature)).toEqual(['latency_ms'])
    await watch.apply({ ...WINDOWS, reference: '10m' })
    await watch.play(25, 400, seededRandom(2), 'paid')
    expect(watch.psiOf('plan')).toBe(0)
  })

  test('from rolling to pinned and back, gathering anew only what a pinned reference does not keep', async () => {
    const watch = await started()
    await watch.play(60, 400, seededRandom(1))
    await watch.monitor.pin('good')
    await watch.play(30, 1_200, seededRandom(2))
    await watch.apply({ ...WINDOWS, reference: { kind: 'pinned', name: 'good' } })
    await watch.clock.advance(MINUTE_MS)
    expect(watch.psiOf('input_tokens')).toBeGreaterThan(1)
    await watch.apply(WINDOWS)
    await watch.play(15, 1_200, seededRandom(3))
    // Beside a pinned reference only the current window is kept: the ten minutes, and five that have gone by since.
    expect(watch.countOf('input_tokens').reference).toBeGreaterThanOrEqual(70)
    expect(watch.countOf('input_tokens').reference).toBeLessThanOrEqual(100)
  })

  test('switched on later it takes up what an earlier run has written, switched off it says nothing', async () => {
    const before = await started()
    await before.play(60, 400, seededRandom(1))
    await before.monitor.stop()
    const after = await started({ ...WINDOWS, enabled: false }, before.clock, before.store)
    await after.apply(WINDOWS)
    await after.play(10, 1_200, seededRandom(2))
    expect(after.psiOf('input_tokens')).toBeGreaterThan(1)
    await after.apply({ ...WINDOWS, enabled: false })
    await after.play(5, 1_200, seededRandom(3))
    expect(after.psiOf('input_tokens')).toBeUndefined()
    expect(after.monitor.drifts).toEqual([])
  })

  test('an hour of a weekly reference goes on from where it was written', async () => {
    const weekly: Input = { ...WINDOWS, reference: { kind: 'weekly', weeks: 2 } }
    const clock = new ManualClock(5 * WEEK_MS + 10 * HOUR_MS)
    const first = await started(weekly, clock)
    await first.play(20, 400, seededRandom(1))
    await first.monitor.stop()
    const second = await started(WINDOWS, clock, first.store)
    await second.apply(weekly)
    await second.play(20, 400, seededRandom(2))
    await second.monitor.stop()
    await clock.advance(WEEK_MS - 40 * MINUTE_MS)
    const third = await started(weekly, clock, first.store)
    await third.play(12, 400, seededRandom(3))
    expect(third.countOf('input_tokens').reference).toBe(40 * 6)
  })
})

describe('drift of embeddings', () => {
  /** Vectors around a centre, of so many dimensions; two centres are at right angles. */
  async function embed(watch: Watch, minutes: number, centre: 0 | 1, length = 64): Promise<void> {
    const random = seededRandom(minutes)
    for (let i = 0; i < minutes * 6; i++) {
      const vector = Array.from({ length }, (_, d) => normal(random, d % 2 === centre ? 1 : 0, 0.5))
      const request = requestAt(watch.clock.now(), 400)
      const attributes = { ...request.span.attributes, [EMBEDDING]: { ...projected(vector) } }
      watch.monitor.onRequests([{ ...request, span: { ...request.span, attributes } }])
      await watch.clock.advance(10_000)
    }
  }

  test('those around the same centre show none, those around another one a severe one, across a restart too', async () => {
    const watch = await started()
    await embed(watch, 60, 0)
    expect(watch.valueOf('llm_embedding_drift_psi')).toBeLessThan(0.2)
    expect(watch.valueOf('llm_embedding_drift_distance')).toBeLessThan(0.01)
    await embed(watch, 10, 1)
    expect(watch.valueOf('llm_embedding_drift_psi')).toBeGreaterThan(1)
    expect(watch.valueOf('llm_embedding_drift_distance')).toBeGreaterThan(0.5)
    expect(watch.value('llm_data_drift_requests', 'embedding')).toBeGreaterThan(300)
    await watch.monitor.stop()
    const after = await started(WINDOWS, watch.clock, watch.store)
    await after.monitor.compare()
    expect(after.monitor.embeddings).toMatchObject([{ model: 'm', length: 64, comparison: { level: 'severe' } }])
    expect(after.monitor.embeddings).toEqual(watch.monitor.embeddings)
    // They are compared as one, not as sixteen features.
    expect(after.monitor.drifts.filter(({ feature }) => feature.startsWith('embedding'))).toEqual([])
  })

  test('those of another length are counted and left out until the first length is no longer sent', async () => {
    const watch = await started()
    await embed(watch, 60, 0)
    await embed(watch, 1, 1, 32)
    expect(watch.valueOf('tetrascope_drift_embeddings_left_out_total')).toBe(6)
    expect(watch.monitor.embeddings).toMatchObject([{ length: 64 }])
    await embed(watch, 30, 1, 32)
    expect(watch.monitor.embeddings).toMatchObject([{ length: 32 }])
  })

  test('are not watched where the configuration leaves them out', async () => {
    const watch = await started({ ...WINDOWS, features: ['input_tokens'] })
    await embed(watch, 20, 0)
    expect(watch.monitor.embeddings).toEqual([])
    expect(watch.valueOf('llm_embedding_drift_psi')).toBeUndefined()
  })
})

describe('references', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  test('what is pinned stays, whatever comes after, and across a restart', async () => {
    const config: Input = { ...WINDOWS, reference: { kind: 'pinned', name: 'good' } }
    const before = await started(config)
    await before.play(12, 400, seededRandom(1))
    expect(before.monitor.problem).toBe('the reference has no requests yet')
    await before.monitor.pin('good')
    await before.play(60, 1_200, seededRandom(2))
    await before.monitor.stop()
    const after = await started(config, before.clock, before.store)
    await after.play(2, 1_200, seededRandom(3))
    expect(after.psiOf('input_tokens')).toBeGreaterThan(1)
    expect(after.monitor.problem).toBeUndefined()
    expect(await after.monitor.pins()).toEqual(['good'])
  })

  test('a window of the past is read from the stored requests', async () => {
    const store = createMemoryStore()
    const spans = Array.from({ length: 300 }, (_, i) => requestAt(i * 1_000, 380 + (i % 40)).span)
    await store.requests.writeSpans(spans, [])
    const window = { kind: 'window' as const, from: '1970-01-01T00:00:00Z', to: '1970-01-01T00:10:00Z' }
    const watch = await started({ ...WINDOWS, reference: window }, new ManualClock(HOUR_MS), store)
    await watch.play(12, 1_200, seededRandom(1))
    expect(watch.value('llm_data_drift_requests', 'input_tokens')).toBe(300)
    expect(watch.psiOf('input_tokens')).toBeGreaterThan(1)
  })

  test('the same hour of the week before is what a weekly reference knows', async () => {
    const clock = new ManualClock(5 * WEEK_MS + 10 * HOUR_MS)
    const config: Input = { ...WINDOWS, reference: { kind: 'weekly', weeks: 2 } }
    const first = await started(config, clock)
    await first.play(58, 400, seededRandom(1))
    await first.monitor.stop()
    await clock.advance(WEEK_MS - 58 * MINUTE_MS)
    const second = await started(config, clock, first.store)
    await second.play(15, 400, seededRandom(2))
    expect(second.psiOf('input_tokens')).toBeLessThan(0.2)
    await second.play(30, 1_200, seededRandom(3))
    expect(second.psiOf('input_tokens')).toBeGreaterThan(1)
  })

  test('a file counts for every model unless it names them', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'drift-'))
    folders.push(folder)
    const file = path.join(folder, 'reference.csv')
    const lines = Array.from({ length: 200 }, (_, i) => `${380 + (i % 40)},free`)
    writeFileSync(file, ['input_tokens,plan', ...lines].join('\n'))
    const watch = await started({ ...WINDOWS, reference: { kind: 'file', path: file } })
    await watch.play(12, 1_200, seededRandom(1))
    // The clock is ours, the file is not: reading it may take longer than the twelve minutes.
    await watch.monitor.compare()
    expect(watch.psiOf('input_tokens')).toBeGreaterThan(1)
    expect(watch.psiOf('plan')).toBe(0)
  })
})

describe('the population stability index', () => {
  test('is a sum over bins of (a - e) ln(a / e)', () => {
    expect(psi([50, 50], [25, 75])).toBeCloseTo((0.25 - 0.5) * Math.log(0.5) + (0.75 - 0.5) * Math.log(1.5), 12)
  })

  test('counts an empty bin as a share of one in ten thousand', () => {
    expect(psi([100, 0], [50, 50])).toBeCloseTo((0.5 - 1) * Math.log(0.5) + (0.5 - 0.0001) * Math.log(5_000), 9)
  })
})
