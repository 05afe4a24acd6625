import { ChatEndpoint } from '../../src/evaluation/judge/chat-endpoint.ts'
import { type JudgeConfig, judgeConfig } from '../../src/evaluation/judge/config.ts'
import { JudgeBudget } from '../../src/evaluation/judge/judge-budget.ts'
import { JudgeInstruments } from '../../src/evaluation/judge/judge-instruments.ts'
import { Judge } from '../../src/evaluation/judge/judge.ts'
import { MemoryStateStore } from '../../src/storage/memory/memory-state-store.ts'
import type { StateStore } from '../../src/storage/state-store.ts'
import { InstrumentRegistry } from '../../src/telemetry/instruments.ts'
import { ManualClock } from '../../src/util/manual-clock.ts'
import type { Provider, ProviderAnswer } from './provider.ts'

/** A judge before a provider, with its clock and its series. */
export interface JudgeBench {
  readonly judge: Judge
  readonly budget: JudgeBudget
  readonly config: JudgeConfig
  readonly clock: ManualClock
  /** Time as the connections see it, apart: an answer takes real time, in which waits may pass at once. */
  readonly networkClock: ManualClock
  readonly registry: InstrumentRegistry
  readonly instruments: JudgeInstruments
  readonly state: StateStore
  readonly valueOf: (name: string, labels?: Record<string, string>) => number | undefined
}

/** US dollars per million tokens. */
interface Price {
  readonly input?: number
  readonly output?: number
}

/** `config` is what a file would say under `evaluation.judge`, besides the endpoint's address. */
export function judgeBench(
  provider: Provider,
  config: object = {},
  price?: Price,
  state: StateStore = new MemoryStateStore(),
): JudgeBench {
  const parsed = judgeConfig.parse({
    endpoint: { url: `${provider.url}/v1`, model: 'judge-1', api_key: 'sk-test', headers: { 'x-team': 'quality' } },
    ...config,
  })
  const clock = new ManualClock(Date.UTC(2026, 0, 5, 12))
  const networkClock = new ManualClock()
  const registry = new InstrumentRegistry()
  const instruments = new JudgeInstruments(registry)
  const { calls_per_day: callsPerDay, usd_per_day: usdPerDay } = parsed.budget
  const budget = new JudgeBudget({ callsPerDay, usdPerDay, clock, state, onSaveFailure: () => undefined })
  const judge = new Judge({
    config: parsed,
    endpoint: new ChatEndpoint(parsed.endpoint, networkClock),
    budget,
    instruments,
    costOf: (_, { inputTokens = 0, outputTokens = 0 }) =>
      price && BigInt(Math.round(1_000 * (inputTokens * (price.input ?? 0) + outputTokens * (price.output ?? 0)))),
    clock,
    random: () => 0.5,
  })
  const valueOf: JudgeBench['valueOf'] = (name, labels = {}) =>
    registry
      .snapshot()
      .flatMap(({ samples }) => samples)
      .find(
        (sample) =>
          sample.labels.metricName === name &&
          Object.entries(labels).every(([label, value]) => sample.labels.get(label) === value),
      )?.value
  return { judge, budget, config: parsed, clock, networkClock, registry, instruments, state, valueOf }
}

/** What an endpoint answers when the model says this. */
export function chatAnswer(
  content: string,
  usage: object = { prompt_tokens: 100, completion_tokens: 20 },
): ProviderAnswer {
  return {
    headers: { 'content-type': 'application/json' },
    body: { object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content } }], usage },
  }
}

export function judgement(score: number, verdict: string, reason = 'Because.'): string {
  return JSON.stringify({ reason, score, verdict })
}

export interface AskedQuestion {
  readonly model: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
  readonly response_format?: { readonly type: string }
}

/** What the provider was asked, in order. */
export function questionsOf({ got }: Provider): AskedQuestion[] {
  return got.map(({ body }) => JSON.parse(body) as AskedQuestion)
}
