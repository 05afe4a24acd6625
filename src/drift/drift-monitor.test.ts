import { describe, expect, test } from 'vitest'
import type { LlmSpan, Request } from '../model/request.ts'
import { NO_USAGE } from '../model/span.ts'
import { InstrumentRegistry } from '../telemetry/instruments.ts'
import { ManualClock } from '../util/manual-clock.ts'
import { normal, seededRandom } from '../util/random.ts'
import { driftConfig } from './config.ts'
import { DriftMonitor } from './drift-monitor.ts'
import { psi } from './statistics/psi.ts'

const MINUTE_MS = 60_000

function requestAt(startMs: number, inputTokens: number): Request {
  const llm = {
    usage: { ...NO_USAGE, inputTokens },
    responseModel: 'm',
    inputMessages: [],
    outputMessages: [],
    finishReasons: ['stop'],
  }
  return { span: { startMs, endMs: startMs + 100, llm } as unknown as LlmSpan, costUsd: undefined }
}

function watch(): { monitor: DriftMonitor; clock: ManualClock; psiOf: (feature: string) => number | undefined } {
  const clock = new ManualClock(100 * MINUTE_MS)
  const instruments = new InstrumentRegistry()
  const config = driftConfig.parse({ current: '10m', reference: '60m', interval: '1m', min_requests: 50 })
  const monitor = new DriftMonitor({ config, clock, instruments })
  monitor.start()
  const psiOf = (feature: string): number | undefined =>
    instruments
      .snapshot()
      .find(({ metadata }) => metadata.name === 'llm_data_drift_psi')
      ?.samples.find(({ labels }) => labels.get('feature') === feature)?.value
  return { monitor, clock, psiOf }
}

/** A request every ten seconds for so many minutes. */
async function play(
  { monitor, clock }: ReturnType<typeof watch>,
  minutes: number,
  mean: number,
  random: () => number,
): Promise<void> {
  for (let i = 0; i < minutes * 6; i++) {
    monitor.onRequests([requestAt(clock.now(), Math.max(1, Math.round(normal(random, mean, mean / 4))))])
    await clock.advance(10_000)
  }
}

describe('drift of the newest requests against those before', () => {
  test('the same distribution shows none, a longer prompt a severe one, and it fades as the reference catches up', async () => {
    const watched = watch()
    const random = seededRandom(1)
    await play(watched, 60, 400, random)
    expect(watched.psiOf('input_tokens')).toBeLessThan(0.2)
    await play(watched, 10, 1_200, random)
    expect(watched.psiOf('input_tokens')).toBeGreaterThan(1)
    expect(watched.psiOf('finish_reason')).toBe(0)
    await play(watched, 130, 1_200, random)
    expect(watched.psiOf('input_tokens')).toBeLessThan(0.2)
  })

  test('a handful of requests is not judged', async () => {
    const watched = watch()
    await play(watched, 5, 400, seededRandom(2))
    expect(watched.psiOf('input_tokens')).toBeUndefined()
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
