import { describe, expect, test } from 'vitest'
import { STOCK_SYNTAX } from '../../test/support/stock-syntax.ts'
import type { Alert } from '../model/alert.ts'
import { Labels } from '../model/labels.ts'
import { Matcher } from '../model/matcher.ts'
import { SampleBatchBuilder } from '../model/sample.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import { MemorySampleStore } from '../storage/memory/memory-sample-store.ts'
import type { SampleStore } from '../storage/sample-store.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { silentLogger } from '../telemetry/log.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { RuleEngine, type RuleSettings } from './rule-engine.ts'
import { parseRuleFile } from './rule-file.ts'
import { alertsView, rulesView } from './rule-view.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)

/** Rules over a real engine and a store in memory, on a clock that is moved by hand. */
class Stage {
  readonly clock = new ManualClock(START)
  readonly store: SampleStore
  readonly sent: Alert[] = []
  readonly registry = new InstrumentRegistry()
  readonly rules: RuleEngine

  constructor(file: string, store: SampleStore = new MemorySampleStore(), nowMs = START) {
    this.store = store
    this.clock = new ManualClock(nowMs)
    const options = {
      engine: createEngine(store, DEFAULT_ENGINE_OPTIONS),
      syntax: STOCK_SYNTAX,
      reader: store,
      writer: store,
      sink: { send: (alerts: readonly Alert[]) => void this.sent.push(...alerts) },
      clock: this.clock,
      logger: silentLogger,
      registry: this.registry,
    }
    this.rules = new RuleEngine(options, settings(file))
    this.rules.start()
  }

  /** Writes a sample of each series now: `{ 'up|a': 1 }` is up{instance="a"}. */
  async write(samples: Readonly<Record<string, number>>): Promise<void> {
    const batch = new SampleBatchBuilder()
    for (const [name, value] of Object.entries(samples)) {
      const [metric = '', instance = ''] = name.split('|')
      batch.add(Labels.from({ __name__: metric, instance }), this.clock.now(), value)
    }
    await this.store.write(batch.build())
  }

  /** The same samples every 15 s for some minutes. */
  async hold(samples: Readonly<Record<string, number>>, minutes: number): Promise<void> {
    for (let i = 0; i < minutes * 4; i++) {
      await this.write(samples)
      await this.clock.advance(15_000)
    }
  }

  /** The samples of a metric as `labels value` or `labels stale`, by time. */
  async series(metric: string): Promise<Record<string, string>> {
    const range = { minMs: 0, maxMs: this.clock.now() }
    const found: Record<string, string> = {}
    for await (const block of this.store.select([new Matcher('__name__', '=', metric)], range, {
      func: '',
      rangeMs: 0,
      stepMs: 0,
    })) {
      for (const { labels, values, stale } of block) {
        found[labels.withoutName().toString()] = Array.from(values, (value, i) =>
          stale?.[i] === 1 ? 'stale' : String(value),
        ).join(' ')
      }
    }
    return found
  }

  states(): Record<string, string> {
    return Object.fromEntries(
      alertsView(this.rules.groups).alerts.map(({ labels, state }) => [labels.instance ?? '', state]),
    )
  }

  metric(name: string): number {
    const family = this.registry.snapshot().find(({ metadata }) => metadata.name === name)
    return family?.samples.reduce((sum, { value }) => sum + value, 0) ?? 0
  }
}

function settings(file: string): RuleSettings {
  const { groups, errors } = parseRuleFile('rules.yml', file, STOCK_SYNTAX)
  if (errors.length > 0) throw new Error(errors.join('\n'))
  return {
    groups,
    externalUrl: 'http://us',
    externalLabels: Labels.from({ region: 'eu' }),
    intervalMs: MINUTE,
    queryOffsetMs: 0,
  }
}

const DOWN = `groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    for: 2m
    labels: {severity: P1}
    annotations:
      summary: '{{ $labels.instance }} is down in {{ $externalLabels.region }}: {{ $value }}'
`

describe('an alerting rule', () => {
  test('goes from pending to firing to resolved, and tells the sink', async () => {
    const stage = new Stage(DOWN)
    await stage.hold({ 'up|a': 1, 'up|b': 1 }, 1)
    expect(stage.states()).toEqual({})
    await stage.hold({ 'up|a': 0, 'up|b': 1 }, 2)
    expect(stage.states()).toEqual({ a: 'pending' })
    expect(stage.sent).toEqual([])
    await stage.hold({ 'up|a': 0, 'up|b': 1 }, 2)
    expect(stage.states()).toEqual({ a: 'firing' })
    expect(stage.sent[0]).toMatchObject({
      annotations: { summary: 'a is down in eu: 0' },
      generatorUrl: 'http://us/graph?g0.expr=up+%3D%3D+0&g0.tab=1',
    })
    expect(stage.sent[0]?.labels.toObject()).toEqual({
      alertname: 'Down',
      instance: 'a',
      region: 'eu',
      severity: 'P1',
    })
    await stage.hold({ 'up|a': 1, 'up|b': 1 }, 2)
    expect(stage.states()).toEqual({})
    const last = stage.sent.at(-1)
    expect(last?.endsAtMs).toBeLessThanOrEqual(stage.clock.now())
    expect(last?.startsAtMs).toBe(stage.sent[0]?.startsAtMs)
  })

  test('a firing alert says that it ends unless it comes again, four intervals ahead', async () => {
    const stage = new Stage(DOWN)
    await stage.hold({ 'up|a': 0 }, 5)
    const [first] = stage.sent
    expect((first?.endsAtMs ?? 0) - (first?.updatedAtMs ?? 0)).toBe(4 * MINUTE)
  })

  test('writes ALERTS and ALERTS_FOR_STATE, and marks the end of each series', async () => {
    const stage = new Stage(DOWN)
    // Nothing is written before the state of an earlier run could be restored, which takes two evaluations.
    await stage.hold({ 'up|a': 1 }, 3)
    await stage.hold({ 'up|a': 0 }, 4)
    await stage.hold({ 'up|a': 1 }, 2)
    expect(await stage.series('ALERTS')).toEqual({
      '{alertname="Down", alertstate="pending", instance="a", severity="P1"}': '1 1 stale',
      '{alertname="Down", alertstate="firing", instance="a", severity="P1"}': '1 1 stale',
    })
    const forState = Object.values(await stage.series('ALERTS_FOR_STATE'))[0]?.split(' ')
    expect(forState?.at(-1)).toBe('stale')
    expect(new Set(forState?.slice(0, -1)).size).toBe(1)
  })

  test('templates can query', async () => {
    const stage = new Stage(`groups:
- name: g
  rules:
  - alert: Down
    expr: up == 0
    annotations:
      others: '{{ with query "sum(up)" }}{{ . | first | value }}{{ end }} of {{ query "count(up)" | first | value }} are up'
      broken: '{{ $labels.instance | humanize }}'
`)
    await stage.hold({ 'up|a': 0, 'up|b': 1 }, 2)
    expect(stage.sent[0]?.annotations.others).toBe('1 of 2 are up')
    expect(stage.sent[0]?.annotations.broken).toBe(
      '<error expanding template: error executing template __alert_Down: template: __alert_Down:1:134: executing "__alert_Down" at <humanize>: error calling humanize: strconv.ParseFloat: parsing "a": invalid syntax>',
    )
  })

  test('two alerts of one label set are an error, and so is more than the limit', async () => {
    const stage = new Stage(`groups:
- name: g
  rules:
  - {alert: A, expr: up, labels: {instance: same}}
- name: h
  limit: 1
  rules:
  - {alert: B, expr: up}
`)
    await stage.hold({ 'up|a': 0, 'up|b': 1 }, 2)
    const rules = rulesView(stage.rules.groups).groups.flatMap((group) => group.rules)
    expect(rules.map(({ health, lastError }) => [health, lastError])).toEqual([
      ['err', 'vector contains metrics with the same labelset after applying alert labels'],
      ['err', 'exceeded limit of 1 with 2 alerts'],
    ])
    expect(stage.metric('tetrascope_rule_evaluation_failures_total')).toBeGreaterThan(1)
  })
})

describe('a restart', () => {
  const SLOW = DOWN.replace('for: 2m', 'for: 30m')

  test('does not begin the waiting anew', async () => {
    const before = new Stage(SLOW)
    await before.hold({ 'up|a': 0 }, 15)
    await before.rules.stop()
    const after = new Stage(SLOW, before.store, before.clock.now() + 5 * MINUTE)
    await after.hold({ 'up|a': 0 }, 12)
    expect(after.states()).toEqual({ a: 'pending' })
    await after.hold({ 'up|a': 0 }, 8)
    expect(after.states()).toEqual({ a: 'firing' })
  })

  test('an alert that was firing fires again at once', async () => {
    const before = new Stage(SLOW)
    await before.hold({ 'up|a': 0 }, 35)
    expect(before.states()).toEqual({ a: 'firing' })
    await before.rules.stop()
    const after = new Stage(SLOW, before.store, before.clock.now() + 5 * MINUTE)
    await after.hold({ 'up|a': 0 }, 4)
    expect(after.states()).toEqual({ a: 'firing' })
  })

  test('an alert that was over when we went down begins anew', async () => {
    const before = new Stage(SLOW)
    await before.hold({ 'up|a': 0 }, 35)
    await before.hold({ 'up|a': 1 }, 3)
    await before.rules.stop()
    const after = new Stage(SLOW, before.store, before.clock.now() + 5 * MINUTE)
    await after.hold({ 'up|a': 0 }, 5)
    expect(after.states()).toEqual({ a: 'pending' })
  })
})

const RECORDING = `groups:
- name: g
  rules:
  - {record: 'up:sum', expr: sum(up), labels: {kind: total}}
  - {record: 'up:sum:double', expr: '2 * up:sum'}
  - {record: 'up:copy', expr: up}
`

describe('recording rules', () => {
  test('each sees what the ones before it wrote in the same evaluation', async () => {
    const stage = new Stage(RECORDING)
    await stage.hold({ 'up|a': 1, 'up|b': 1 }, 2)
    expect(await stage.series('up:sum')).toEqual({ '{kind="total"}': '2 2' })
    expect(await stage.series('up:sum:double')).toEqual({ '{kind="total"}': '4 4' })
  })

  test('a series that is not there any more is marked stale', async () => {
    const stage = new Stage(RECORDING)
    await stage.hold({ 'up|a': 1, 'up|b': 1 }, 1)
    await stage.hold({ 'up|a': 1 }, 7)
    const copies = await stage.series('up:copy')
    expect(copies['{instance="b"}']?.endsWith('1 stale')).toBe(true)
    expect(copies['{instance="a"}']).toMatch(/^1( 1)+$/)
  })

  test('two series of one label set are an error that writes nothing', async () => {
    const stage = new Stage("groups:\n- name: g\n  rules:\n  - {record: x, expr: up, labels: {instance: ''}}\n")
    await stage.hold({ 'up|a': 1, 'up|b': 1 }, 2)
    const [rule] = rulesView(stage.rules.groups).groups[0]?.rules ?? []
    expect(rule?.lastError).toBe('vector contains metrics with the same labelset after applying rule labels')
    expect(await stage.series('x')).toEqual({})
  })
})

describe('a reload', () => {
  test('an unchanged group goes on undisturbed, a changed one keeps its alerts', async () => {
    const stage = new Stage(DOWN)
    await stage.hold({ 'up|a': 0 }, 4)
    const [group] = stage.rules.groups
    await stage.rules.reload(settings(DOWN))
    expect(stage.rules.groups[0]).toBe(group)
    await stage.rules.reload(settings(DOWN.replace('for: 2m', 'for: 1m')))
    expect(stage.rules.groups[0]).not.toBe(group)
    expect(stage.states()).toEqual({ a: 'firing' })
    await stage.hold({ 'up|a': 0 }, 2)
    expect(stage.states()).toEqual({ a: 'firing' })
  })

  test('series of a removed rule are marked stale', async () => {
    const stage = new Stage(RECORDING)
    await stage.hold({ 'up|a': 1 }, 2)
    await stage.rules.reload(settings(RECORDING.split('\n').slice(0, 4).join('\n')))
    await stage.hold({ 'up|a': 1 }, 2)
    expect((await stage.series('up:copy'))['{instance="a"}']?.endsWith('stale')).toBe(true)
    await stage.rules.reload(settings('groups: []'))
    expect((await stage.series('up:sum'))['{kind="total"}']?.endsWith('stale')).toBe(true)
  })
})

test('an evaluation that takes too long costs the ones it overlaps, and they are counted', async () => {
  const store = new MemorySampleStore()
  const slow: SampleStore = Object.assign(Object.create(store) as MemorySampleStore, {
    write: async (batch: Parameters<SampleStore['write']>[0]) => {
      await new Promise<void>((resolve) => stage.clock.after(150_000, resolve))
      await store.write(batch)
    },
  })
  const stage: Stage = new Stage('groups:\n- name: g\n  rules:\n  - {record: one, expr: vector(1)}\n', slow)
  await stage.clock.advance(10 * MINUTE)
  expect(stage.metric('tetrascope_rule_group_iterations_missed_total')).toBeGreaterThanOrEqual(4)
  expect(stage.metric('tetrascope_rule_group_iterations_total')).toBeGreaterThanOrEqual(9)
})

test('a rule whose selectors match no series is reported', async () => {
  const stage = new Stage(`groups:
- name: g
  rules:
  - {record: 'up:sum', expr: sum(up)}
  - {alert: A, expr: 'up:sum > 1 and nothing_like_it{a="b"} > 2'}
  - {alert: B, expr: 'absent(ALERTS)'}
`)
  await stage.write({ 'up|a': 1 })
  expect(await stage.rules.silentRules()).toEqual([
    { file: 'rules.yml', group: 'g', rule: 'A', selector: '{__name__="nothing_like_it", a="b"}' },
  ])
  expect(stage.metric('tetrascope_rule_silent_rules')).toBe(1)
})

test("the views have Prometheus's shape", async () => {
  const stage = new Stage(`groups:
- name: g
  interval: 30s
  rules:
  - {record: 'up:sum', expr: 'sum (up)'}
  - {alert: Down, expr: up==0, for: 1m, labels: {severity: P1}, annotations: {a: b}}
`)
  await stage.hold({ 'up|a': 0 }, 1)
  const time = expect.stringMatching(/^2026-01-01T00:0\d:\d\d(\.\d+)?Z$/)
  const alert = {
    labels: { alertname: 'Down', instance: 'a', severity: 'P1' },
    annotations: { a: 'b' },
    state: 'pending',
    activeAt: time,
    value: '0e+00',
  }
  expect(alertsView(stage.rules.groups)).toEqual({ alerts: [alert] })
  const evaluation = { health: 'ok', evaluationTime: expect.any(Number), lastEvaluation: time }
  expect(rulesView(stage.rules.groups)).toEqual({
    groups: [
      {
        name: 'g',
        file: 'rules.yml',
        interval: 30,
        limit: 0,
        evaluationTime: expect.any(Number),
        lastEvaluation: time,
        rules: [
          { name: 'up:sum', query: 'sum(up)', ...evaluation, type: 'recording' },
          {
            state: 'pending',
            name: 'Down',
            query: 'up == 0',
            duration: 60,
            keepFiringFor: 0,
            labels: { severity: 'P1' },
            annotations: { a: 'b' },
            alerts: [alert],
            ...evaluation,
            type: 'alerting',
          },
        ],
      },
    ],
  })
  expect(rulesView(stage.rules.groups, { type: 'alert', excludeAlerts: true }).groups[0]?.rules).toHaveLength(1)
  expect(rulesView(stage.rules.groups, { ruleNames: ['nothing'] }).groups).toEqual([])
})
