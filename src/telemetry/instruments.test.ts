import { describe, expect, test } from 'vitest'
import { InstrumentRegistry, type MetricSnapshot } from './instruments.ts'

function told({ samples }: MetricSnapshot): Record<string, number> {
  return Object.fromEntries(samples.map(({ labels, value }) => [String(labels), value]))
}

describe('instruments', () => {
  test('a counter without labels stands at 0 before anything is counted', () => {
    const registry = new InstrumentRegistry()
    registry.counter({ name: 'calls_total', help: 'Calls' })
    expect(registry.snapshot().map(told)).toEqual([{ calls_total: 0 }])
  })

  test('a histogram tells cumulative buckets, of which the last one counts all', () => {
    const registry = new InstrumentRegistry()
    const seconds = registry.histogram({ name: 'seconds', help: 'Time', labelNames: ['model'], buckets: [0.5, 1] })
    for (const value of [0.25, 0.5, 0.75, 4]) seconds.observe({ model: 'gpt' }, value)
    expect(registry.snapshot().map(told)).toEqual([
      {
        'seconds_bucket{le="0.5", model="gpt"}': 2,
        'seconds_bucket{le="1", model="gpt"}': 3,
        'seconds_bucket{le="+Inf", model="gpt"}': 4,
        'seconds_sum{model="gpt"}': 5.5,
        'seconds_count{model="gpt"}': 4,
      },
    ])
  })

  test('values beyond the limit are counted together as other', () => {
    const registry = new InstrumentRegistry()
    const calls = registry.counter({ name: 'calls_total', help: 'Calls', labelNames: ['user'], maxSeries: 2 })
    for (const user of ['a', 'b', 'c', 'd', 'a']) calls.add({ user })
    expect(registry.snapshot().map(told)).toEqual([
      { 'calls_total{user="a"}': 2, 'calls_total{user="b"}': 1, 'calls_total{user="other"}': 2 },
    ])
  })

  test('a series has one label set for all scrapes, and a cleared gauge has none', () => {
    const registry = new InstrumentRegistry()
    const up = registry.gauge({ name: 'up', help: 'Up', labelNames: ['job'] })
    up.set({ job: 'node' }, 1)
    const labels = (): unknown => registry.snapshot()[0]?.samples[0]?.labels
    expect(labels()).toBe(labels())
    up.clear()
    expect(labels()).toBeUndefined()
  })

  test('a name is registered once, and a counter does not fall', () => {
    const registry = new InstrumentRegistry()
    const calls = registry.counter({ name: 'calls_total', help: 'Calls' })
    expect(() => registry.gauge({ name: 'calls_total', help: 'Calls' })).toThrow('calls_total is registered twice')
    expect(() => calls.add({}, -1)).toThrow('a counter cannot fall: got -1')
  })
})
