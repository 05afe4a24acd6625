import { expect, test } from 'vitest'
import { STOCK_SYNTAX } from '../../test/support/stock-syntax.ts'
import { createEngine, DEFAULT_ENGINE_OPTIONS } from '../promql/query-engine.ts'
import { MemorySampleStore } from '../storage/memory/memory-sample-store.ts'
import { Labels } from '../model/labels.ts'
import { SampleBatchBuilder } from '../model/sample.ts'
import { slosConfig } from './config.ts'
import { sloGroups } from './slo.ts'

const SLO = {
  name: 'chat',
  objective: 99.9,
  errors: 'sum(rate(requests_total{status="error"}[$window]))',
  total: 'sum(rate(requests_total[$window]))',
}

const MINUTE = 60_000

function rules(changes: object = {}) {
  const [group] = sloGroups(slosConfig.parse([{ ...SLO, ...changes }]), STOCK_SYNTAX)
  return group?.rules ?? []
}

test('burn rates are those of the SRE Workbook for 30 days, and scale with the window', () => {
  const limits = (changes: object): string[] =>
    rules(changes).flatMap((rule) => (rule.kind === 'alerting' ? (/ > ([\d.]+) and/.exec(rule.expr)?.[1] ?? '') : []))
  expect(limits({})).toEqual(['0.0144', '0.006', '0.003', '0.001'])
  expect(limits({ window: '7d' })).toEqual(['0.00336', '0.0014', '0.0007', '0.000233333'])
})

/** One request a second for some hours, of which a share fails; the value of the ratio over an hour, and which alerts fire at the end. */
async function burning(share: number, hours: number, perMinute = 60): Promise<string[]> {
  const store = new MemorySampleStore()
  const batch = new SampleBatchBuilder()
  for (let i = 0; i <= hours * 60; i++) {
    batch.add(Labels.from({ __name__: 'requests_total', status: 'error' }), i * MINUTE, i * perMinute * share)
    batch.add(Labels.from({ __name__: 'requests_total', status: 'success' }), i * MINUTE, i * perMinute * (1 - share))
  }
  await store.write(batch.build())
  const engine = createEngine(store, DEFAULT_ENGINE_OPTIONS)
  const atMs = hours * 60 * MINUTE
  const firing: string[] = []
  for (const rule of rules()) {
    const { value } = await engine.instant(rule.expr, atMs)
    if (value.type !== 'vector') continue
    if (rule.kind === 'alerting' && value.samples.length > 0) firing.push(`${rule.name} ${rule.labels.severity}`)
    if (rule.kind === 'alerting') continue
    const results = new SampleBatchBuilder()
    for (const { labels, value: ratio } of value.samples)
      results.add(labels.with({ __name__: rule.name, ...rule.labels }), atMs, ratio)
    await store.write(results.build())
  }
  return firing
}

test.each<[string, number, number, number, string[]]>([
  [
    'a total outage pages',
    1,
    2,
    60,
    ['SloBudgetBurnsFast P1', 'SloBudgetBurns P2', 'SloBudgetBurnsSlowly P3', 'SloBudgetWillNotLast P3'],
  ],
  ['a slow burn informs', 0.004, 30, 60, ['SloBudgetBurnsSlowly P3', 'SloBudgetWillNotLast P3']],
  ['within the objective is quiet', 0.0005, 30, 60, []],
  ['one failure of hardly any traffic is quiet', 1, 2, 0.1, []],
])('%s', async (_name, share, hours, perMinute, firing) => {
  expect(await burning(share, hours, perMinute)).toEqual(firing)
})

test('what cannot work is refused with its name', () => {
  expect(() => rules({ errors: 'sum(rate(x[5m]))' })).toThrow('slos: chat: errors: must use $window')
  expect(() => rules({ total: 'sum(rate(x[$window])' })).toThrow('slos: chat: total: 1:')
  expect(() => slosConfig.parse([SLO, SLO])).toThrow('every SLO needs a name of its own')
})
