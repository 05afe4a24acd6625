import { describe, expect, test } from 'vitest'
import type { Event } from '../../model/event.ts'
import { NO_USAGE, type Span } from '../../model/span.ts'
import { createMemoryStore } from '../../storage/memory/memory-store.ts'
import { InstrumentRegistry } from '../../telemetry/instruments.ts'
import { silentLogger } from '../../telemetry/log.ts'
import { ManualClock } from '../../util/manual-clock.ts'
import { differenceInterval, wilsonInterval } from '../wilson-interval.ts'
import { calibrationOf } from './calibration.ts'
import { classify } from './classification.ts'
import { truthConfig } from './config.ts'
import { fairnessGaps } from './fairness.ts'
import { labelIn, normalLabel } from './judged-answer.ts'
import { TruthMonitor } from './truth-monitor.ts'

const YES = ['yes']

/** `tp` answers right with yes, `fp` wrong with yes, and so on. */
function answers(tp: number, fp: number, fn: number, tn: number): { expected: string; predicted: string }[] {
  const some = (count: number, expected: string, predicted: string): { expected: string; predicted: string }[] =>
    Array.from({ length: count }, () => ({ expected, predicted }))
  return [...some(tp, 'yes', 'yes'), ...some(fp, 'no', 'yes'), ...some(fn, 'yes', 'no'), ...some(tn, 'no', 'no')]
}

describe('classification', () => {
  test('of two classes the one that means yes counts', () => {
    const found = classify(answers(40, 10, 20, 30), YES)
    expect(found).toMatchObject({ samples: 100, accuracy: 0.7, precision: 0.8, positive: 'yes' })
    expect(found.recall).toBeCloseTo(2 / 3, 12)
    expect(found.f1).toBeCloseTo((2 * 0.8 * (2 / 3)) / (0.8 + 2 / 3), 12)
    expect(found.confusion[0]).toEqual({ expected: 'yes', predicted: 'yes', count: 40 })
  })

  test('of several classes the mean counts, and an answer that is no class is wrong', () => {
    const pairs = [
      { expected: 'a', predicted: 'a' },
      { expected: 'b', predicted: 'c' },
      { expected: 'c', predicted: 'c' },
      { expected: 'c', predicted: 'who knows' },
    ]
    const found = classify(pairs, YES)
    expect(found).toMatchObject({ accuracy: 0.5, positive: undefined })
    expect(found.f1).toBeCloseTo((1 + 0 + 0.5) / 3, 12)
  })
})

describe('labels in answers', () => {
  test.each([
    ['Yes.', 'yes', ['yes', 'no']],
    ['The answer is: SPAM!', 'spam', ['spam', 'ham']],
    ['this is not spam', 'not spam', ['spam', 'not spam']],
    ['答案是正面的', '正面', ['正面', '负面']],
    ['yes and no', 'yes and no', ['yes', 'no']],
    ['nothing', 'nothing', ['no', 'yes']],
  ])('%s → %s', (answer, label, labels) => {
    expect(labelIn(normalLabel(answer), labels)).toBe(label)
  })
})

describe('intervals', () => {
  test("Wilson's, as Newcombe (1998) prints them", () => {
    const { lower, upper } = wilsonInterval(81, 263)
    expect(lower).toBeCloseTo(0.2553, 4)
    expect(upper).toBeCloseTo(0.3662, 4)
    expect(wilsonInterval(0, 20).lower).toBe(0)
    expect(wilsonInterval(0, 20).upper).toBeCloseTo(0.1611, 4)
    expect(wilsonInterval(0, 0)).toEqual({ lower: 0, upper: 1 })
  })

  test('of a difference, as Newcombe (1998) prints it', () => {
    const { lower, upper } = differenceInterval({ hits: 56, trials: 70 }, { hits: 48, trials: 80 })
    expect(lower).toBeCloseTo(0.0524, 4)
    expect(upper).toBeCloseTo(0.3339, 4)
  })
})

test('calibration: half sure and always right is off by a half', () => {
  expect(calibrationOf(Array.from({ length: 4 }, () => ({ confidence: 0.5, isCorrect: true })))?.error).toBe(0.5)
  expect(calibrationOf([])).toBeUndefined()
})

describe('fairness', () => {
  const grouped = (
    group: string,
    pairs: ReturnType<typeof answers>,
  ): { expected: string; predicted: string; group: string }[] => pairs.map((pair) => ({ ...pair, group }))

  test('gaps of shares between the best and the worst group, with intervals', () => {
    const pairs = [...grouped('a', answers(40, 10, 10, 40)), ...grouped('b', answers(20, 10, 30, 40))]
    const gaps = fairnessGaps(pairs, { positive: 'yes', minGroupSize: 20 })
    const gap = (criterion: string): number | undefined => gaps.find((found) => found.criterion === criterion)?.gap
    expect(gap('demographic_parity')).toBeCloseTo(0.5 - 0.3, 12)
    expect(gap('equal_opportunity')).toBeCloseTo(0.8 - 0.4, 12)
    expect(gap('predictive_parity')).toBeCloseTo(0.8 - 2 / 3, 12)
    expect(gap('accuracy_parity')).toBeCloseTo(0.8 - 0.6, 12)
    expect(gaps.find(({ criterion }) => criterion === 'predictive_parity')?.interval.lower).toBeLessThan(0)
    expect(gaps[0]).toMatchObject({ highest: 'a', lowest: 'b' })
  })

  test('small groups are left out, and without a class that means yes only accuracy is compared', () => {
    const pairs = [...grouped('a', answers(40, 10, 10, 40)), ...grouped('b', answers(5, 1, 1, 1))]
    expect(fairnessGaps(pairs, { positive: 'yes', minGroupSize: 20 })).toEqual([])
    const both = [...grouped('a', answers(40, 10, 10, 40)), ...grouped('b', answers(10, 10, 10, 10))]
    expect(fairnessGaps(both, { positive: undefined, minGroupSize: 20 }).map(({ criterion }) => criterion)).toEqual([
      'accuracy_parity',
    ])
  })
})

describe('truths that arrive later', () => {
  const hex = (number: number, length: number): string => number.toString(16).padStart(length, '0')

  function answer(index: number, text: string, attributes: Span['attributes'] = {}): Span {
    const outputMessages = [{ role: 'assistant' as const, parts: [{ type: 'text' as const, text }] }]
    const llm = {
      responseModel: 'm',
      requestModel: 'm',
      promptName: 'triage',
      promptVersion: `v${index % 2}`,
      usage: NO_USAGE,
    }
    const ids = { traceId: hex(index, 32), spanId: hex(index, 16) }
    return { ...ids, kind: 'llm', startMs: 0, endMs: 1, attributes, llm: { ...llm, outputMessages } } as unknown as Span
  }

  function truth(index: number, expected: string, group = ''): Event {
    const ids = { id: `t${index}`, traceId: hex(index, 32), spanId: hex(index, 16), userId: '', sessionId: '' }
    const attributes = { expected, predicted: '', group, task: 'triage' }
    return { ...ids, timeMs: 1_000, type: 'custom', name: 'ground_truth', value: undefined, comment: '', attributes }
  }

  function watch(): {
    monitor: TruthMonitor
    store: ReturnType<typeof createMemoryStore>
    clock: ManualClock
    value: (name: string, labels?: Record<string, string>) => number | undefined
  } {
    const store = createMemoryStore()
    const clock = new ManualClock(10_000)
    const instruments = new InstrumentRegistry()
    const config = truthConfig.parse({ window: '1h' })
    const monitor = new TruthMonitor({ config, ...store, instruments, clock, logger: silentLogger })
    const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
      instruments
        .snapshot()
        .find(({ metadata }) => metadata.name === name)
        ?.samples.find((sample) => Object.entries(labels).every(([key, text]) => sample.labels.get(key) === text))
        ?.value
    return { monitor, store, clock, value }
  }

  test('are read by another configuration from its takeover on', async () => {
    const { monitor, store, clock, value } = watch()
    await store.requests.writeSpans([answer(1, 'yes')], [])
    await store.events.writeEvents([truth(1, 'yes')])
    monitor.start()
    await clock.advance(30_000)
    monitor.apply(truthConfig.parse({ window: '1h' }))
    expect(value('llm_model_accuracy_samples', { model: 'm' })).toBe(1)
    monitor.apply(truthConfig.parse({ window: '1h', interval: '5m' }))
    expect(value('llm_model_accuracy_samples', { model: 'm' })).toBeUndefined()
    await clock.advance(60_000)
    expect(value('llm_model_accuracy_samples', { model: 'm' })).toBeUndefined()
    await clock.advance(240_000)
    expect(value('llm_model_accuracy_samples', { model: 'm' })).toBe(1)
    monitor.apply(truthConfig.parse({ enabled: false }))
    await clock.advance(600_000)
    expect(value('llm_model_accuracy_samples', { model: 'm' })).toBeUndefined()
  })

  test('are joined to their requests, and a request that comes after its truth as well', async () => {
    const { monitor, store, clock, value } = watch()
    await store.requests.writeSpans([answer(1, 'Yes.'), answer(2, 'I think no')], [])
    await store.events.writeEvents([truth(1, 'yes'), truth(2, 'yes'), truth(3, 'no'), truth(4, 'no')])
    monitor.start()
    await clock.advance(30_000)
    expect(value('llm_model_accuracy_percent', { model: 'm' })).toBe(50)
    expect(value('tetrascope_truth_unmatched')).toBe(2)
    await store.requests.writeSpans([answer(3, 'no'), answer(4, 'no')], [])
    await clock.advance(30_000)
    expect(value('llm_model_accuracy_percent', { model: 'm' })).toBe(75)
    expect(value('llm_model_accuracy_samples', { model: 'm' })).toBe(4)
    expect(value('llm_prompt_accuracy_percent', { version: 'v0' })).toBe(50)
    expect(value('tetrascope_truth_unmatched')).toBe(0)
  })

  test('state gaps between groups and leave the window with time', async () => {
    const { monitor, store, clock, value } = watch()
    const spans = Array.from({ length: 80 }, (_, i) => answer(i + 1, i < 60 ? 'yes' : 'no'))
    await store.requests.writeSpans(spans, [])
    await store.events.writeEvents(spans.map((_, i) => truth(i + 1, i % 8 === 7 ? 'no' : 'yes', i < 40 ? 'en' : 'zh')))
    monitor.start()
    await clock.advance(30_000)
    expect(value('llm_fairness_gap_percent', { criterion: 'demographic_parity', attribute: 'group' })).toBe(50)
    expect(value('llm_segment_accuracy_samples', { value: 'zh' })).toBe(40)
    await clock.advance(2 * 3_600_000)
    expect(value('llm_model_accuracy_percent', { model: 'm' })).toBeUndefined()
  })
})
