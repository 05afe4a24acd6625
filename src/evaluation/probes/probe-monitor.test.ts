import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Provider, type ProviderAnswer } from '../../../test/support/provider.ts'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import type { Store } from '../../storage/store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { type ProbesConfig, probesConfig } from './config.ts'
import { GoldenSetError, readGoldenSet } from './golden-set.ts'
import { ProbeMonitor, type ProbeMonitorOptions } from './probe-monitor.ts'

const HOUR_MS = 3_600_000
const folder = mkdtempSync(path.join(tmpdir(), 'probes-'))
let provider: Provider
const monitors: ProbeMonitor[] = []

beforeAll(async () => {
  provider = await Provider.start()
})
afterEach(async () => {
  for (const monitor of monitors.splice(0)) await monitor.stop()
})
afterAll(() => {
  provider.stop()
  rmSync(folder, { recursive: true })
})

function goldenFile(lines: readonly object[]): string {
  const file = path.join(folder, 'golden.jsonl')
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'))
  return file
}

/** Twelve questions: `What is i + 1?`. */
const QUESTIONS = Array.from({ length: 12 }, (_, i) => ({
  id: `q${i}`,
  prompt: `What is ${i} + 1?`,
  checks: [{ type: 'numeric', expected: i + 1 }],
}))

/** Answers with what `say` makes of the first number of the question. */
function answering(say: (i: number) => string, origin: object = {}): (request: { body: string }) => ProviderAnswer {
  return ({ body }) => {
    const asked = (JSON.parse(body) as { messages: { content: string }[] }).messages.at(-1)?.content ?? ''
    const content = say(Number(/\d+/.exec(asked)?.[0]))
    const usage = { prompt_tokens: 10, completion_tokens: 5 }
    return { body: { model: 'm-1', system_fingerprint: 'fp-1', choices: [{ message: { content } }], usage, ...origin } }
  }
}

const right = (i: number): string => `The sum is ${i + 1}`

class Bench {
  readonly registry = new InstrumentRegistry()
  readonly clock: ManualClock
  readonly store: Store
  readonly monitor: ProbeMonitor

  constructor(
    config: { set?: object; all?: object; lines?: readonly object[]; judge?: ProbeMonitorOptions['judge'] } = {},
    store = createMemoryStore(),
    clock = new ManualClock(Date.UTC(2026, 0, 5, 12)),
  ) {
    this.store = store
    this.clock = clock
    const file = goldenFile(config.lines ?? QUESTIONS)
    const endpoint = { url: provider.url, model: 'm' }
    const parsed: ProbesConfig = probesConfig.parse({
      sets: [{ name: 'sums', file, endpoint, ...config.set }],
      ...config.all,
    })
    this.monitor = new ProbeMonitor(
      {
        state: store.state,
        events: store.events,
        instruments: this.registry,
        clock: this.clock,
        random: () => 0.5,
        logger: silentLogger,
        costOf: (_provider, _model, { outputTokens }) => (outputTokens ?? 0) / 1_000,
        judge: config.judge,
      },
      {
        sets: parsed.sets.map((set) => ({ config: set, items: readGoldenSet(set.file) })),
        concurrency: parsed.concurrency,
        callsPerDay: parsed.calls_per_day,
      },
    )
    monitors.push(this.monitor)
  }

  value(name: string, labels: Record<string, string> = {}): number | undefined {
    const samples = this.registry.snapshot().flatMap((family) => family.samples)
    return samples.find(
      (sample) =>
        sample.labels.metricName === name && Object.entries(labels).every(([k, v]) => sample.labels.get(k) === v),
    )?.value
  }

  /** Lets the next run fall due and come to its end; answers take real time, in which the clock stands. */
  async nextRun(): Promise<void> {
    const before = this.#status().lastRun
    await this.clock.advance((this.#status().nextRunMs ?? 0) - this.clock.now())
    while (this.#status().lastRun === before) await new Promise((resolve) => setImmediate(resolve))
    await this.clock.advance(0)
  }

  #status(): ReturnType<ProbeMonitor['statuses']>[number] {
    const [status] = this.monitor.statuses()
    if (status === undefined) throw new Error('no set')
    return status
  }

  changes(): string[] {
    return this.#status().changes.map(({ reason }) => reason)
  }
}

async function started(...given: ConstructorParameters<typeof Bench>): Promise<Bench> {
  const bench = new Bench(...given)
  await bench.monitor.start()
  return bench
}

describe('a probe', () => {
  test('asks its questions on schedule and states accuracy, sample count, latency, cost and time', async () => {
    provider.reset(answering((i) => (i < 3 ? 'no idea' : right(i))))
    const bench = await started()
    await bench.nextRun()
    const labels = { probe: 'sums', model: 'm' }
    expect(bench.value('llm_probe_accuracy_ratio', labels)).toBe(0.75)
    expect(bench.value('llm_probe_accuracy_samples', labels)).toBe(12)
    expect(bench.value('llm_probe_accuracy_lower_ratio', labels)).toBeLessThan(0.5)
    expect(bench.value('llm_probe_latency_ms_count', labels)).toBe(12)
    expect(bench.value('llm_probe_cost_usd_total', labels)).toBeCloseTo(0.06, 9)
    expect(bench.value('llm_probe_last_run_timestamp_seconds', labels)).toBe(bench.clock.now() / 1_000)
    const [status] = bench.monitor.statuses()
    expect(status?.lastRun?.items[0]?.failures).toMatchObject([{ type: 'numeric', expected: '1', found: 'no idea' }])
    await bench.nextRun()
    expect(provider.got).toHaveLength(24)
    expect(bench.value('llm_probe_items_total', { ...labels, outcome: 'failed' })).toBe(6)
  })

  test('that gets no answer counts errors and says nothing of the accuracy', async () => {
    provider.reset(() => ({ status: 500, body: 'down' }))
    const bench = await started()
    await bench.nextRun()
    expect(bench.value('llm_probe_accuracy_ratio')).toBeNaN()
    expect(bench.value('llm_probe_items_total', { outcome: 'error' })).toBe(12)
  })

  test('that is not answered in time goes on, and a run that falls due meanwhile is missed', async () => {
    provider.reset(() => undefined)
    const endpoint = { url: provider.url, model: 'm', timeout: '3h' }
    const bench = await started({ set: { endpoint }, lines: QUESTIONS.slice(0, 1) })
    await bench.clock.advance(2.5 * HOUR_MS)
    expect(bench.value('llm_probe_runs_missed_total', { reason: 'overrun' })).toBe(2)
    await bench.nextRun()
    expect(bench.monitor.statuses()[0]?.lastRun?.items[0]).toMatchObject({ outcome: 'error' })
  })

  test('asks no more in a day than is allowed, across a restart, and again the next day', async () => {
    provider.reset(answering(right))
    const all = { calls_per_day: 20 }
    const before = await started({ all })
    await before.nextRun()
    await before.monitor.stop()
    const after = await started({ all }, before.store, before.clock)
    await after.clock.advance(1.2 * HOUR_MS)
    expect(after.value('llm_probe_runs_missed_total', { reason: 'budget' })).toBe(1)
    expect(provider.got).toHaveLength(12)
    await after.clock.advance(10 * HOUR_MS)
    expect(provider.got).toHaveLength(12)
    await after.nextRun()
    expect(new Date(after.clock.now()).getUTCDate()).toBe(6)
    expect(provider.got).toHaveLength(24)
  })

  test('counts the runs that it missed while the program was down', async () => {
    provider.reset(answering(right))
    const before = await started()
    await before.nextRun()
    await before.monitor.stop()
    await before.clock.advance(5.5 * HOUR_MS)
    const after = await started({}, before.store, before.clock)
    expect(after.value('llm_probe_runs_missed_total', { reason: 'down' })).toBe(5)
    expect(after.value('llm_probe_accuracy_ratio')).toBe(1)
  })

  test('with a judged check asks the judge; without one the item is an error', async () => {
    provider.reset(answering(right))
    const lines = [{ id: 'a', prompt: 'Sum of 1 and 1?', checks: [{ type: 'judged', expected: '2', threshold: 0.7 }] }]
    const judge: ProbeMonitorOptions['judge'] = async (criterion, { reference, response }) => {
      const explanation = `${criterion}: ${reference}, ${response}`
      return { score: 0.6, explanation }
    }
    const judged = await started({ lines, judge })
    await judged.nextRun()
    expect(judged.monitor.statuses()[0]?.lastRun?.items[0]?.failures).toMatchObject([
      { found: '0.60: correctness: 2, The sum is 2' },
    ])
    const alone = await started({ lines })
    await alone.nextRun()
    expect(alone.monitor.statuses()[0]?.lastRun?.items[0]?.error).toContain('no judge')
  })
})

describe('a silent change of the model', () => {
  async function steady(set: object = {}): Promise<Bench> {
    provider.reset(answering(right))
    const bench = await started({ set })
    for (let i = 0; i < 3; i++) await bench.nextRun()
    expect(bench.changes()).toEqual([])
    return bench
  }

  test.each([
    ['another fingerprint', answering(right, { system_fingerprint: 'fp-2' }), ['fingerprint']],
    ['another name', answering(right, { model: 'm-1-mini' }), ['model']],
    ['other words', answering((i) => `Result: ${i + 1}`), ['text']],
    ['many more words', answering((i) => `Well, let me think about it. Here we go: ${i + 1}`), ['text', 'length']],
    ['another form', answering((i) => `- so\n- it is ${i + 1}`), ['text', 'form']],
    ['wrong answers', answering((i) => `The sum is ${i}`), ['score']],
  ])('is seen by %s', async (_, answer, reasons) => {
    const bench = await steady()
    provider.answer = answer
    await bench.nextRun()
    expect(bench.changes()).toEqual(expect.arrayContaining(reasons))
    for (const reason of reasons) expect(bench.value('llm_probe_model_changed', { reason })).toBe(1)
    const range = { minMs: 0, maxMs: bench.clock.now() }
    const events = await bench.store.events.events({ range, type: 'custom', limit: 10 })
    expect(events.map(({ name, attributes }) => [name, attributes['probe'], attributes['model']])[0]).toEqual([
      'model_change',
      'sums',
      'm',
    ])
    expect(events.map(({ attributes }) => attributes['reason'])).toEqual(expect.arrayContaining(reasons))
  })

  test('fades as a rolling baseline takes up the new model, and stays against a pinned one', async () => {
    const bench = await steady()
    provider.answer = answering((i) => `Result: ${i + 1}`, { system_fingerprint: 'fp-2' })
    for (let i = 0; i < 2; i++) await bench.nextRun()
    expect(bench.changes()).not.toContain('fingerprint')

    const pinned = await steady({ baseline: 'pinned' })
    expect(await pinned.monitor.pin('sums')).toBe(true)
    expect(await pinned.monitor.pin('no such')).toBe(false)
    provider.answer = answering(right, { system_fingerprint: 'fp-2' })
    for (let i = 0; i < 3; i++) await pinned.nextRun()
    expect(pinned.changes()).toEqual(['fingerprint'])
  })

  test('is not seen in answers that vary by themselves', async () => {
    let call = 0
    const openings = ['The sum is', 'It makes', 'You get', 'That would be', 'I find']
    provider.reset(answering((i) => `${openings[call++ % 5]} ${i + 1}`))
    const bench = await started()
    for (let i = 0; i < 6; i++) await bench.nextRun()
    expect(bench.changes()).toEqual([])
  })
})

describe('a golden data set', () => {
  test('that is wrong says in which lines and how', () => {
    const file = path.join(folder, 'bad.jsonl')
    const good = { id: 'a', prompt: 'p', checks: [{ type: 'exact', expected: 'x' }] }
    const lines = [
      good,
      { ...good, id: 'b', messages: [{ role: 'user', content: 'p' }] },
      good,
      { id: 'c', prompt: 'p' },
    ]
    writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{`)
    expect(() => readGoldenSet(file)).toThrow(GoldenSetError)
    const problems = [
      /bad.jsonl:2: .*either `prompt` or `messages`/,
      /:3: id a is given twice/,
      /:4: checks: /,
      /:5: not JSON/,
    ]
    for (const problem of problems) expect(() => readGoldenSet(file)).toThrow(problem)
  })
})
