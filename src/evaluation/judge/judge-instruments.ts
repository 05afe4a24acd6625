import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { TokenUsage } from '../../model/span.ts'

const NANO = 1_000_000_000

export type CallOutcome = 'answered' | 'retried' | 'failed'
export type JudgeDropReason = 'queue_full' | 'budget' | 'failed' | 'unreadable' | 'stopped'

const OUTCOMES: readonly CallOutcome[] = ['answered', 'retried', 'failed']
const DROP_REASONS: readonly JudgeDropReason[] = ['queue_full', 'budget', 'failed', 'unreadable', 'stopped']

/** What judging does and costs. Its results are in the series of the evaluators. */
export class JudgeInstruments {
  readonly #calls
  readonly #tokens
  readonly #cost
  readonly #remembered
  readonly #dropped
  readonly #waiting
  readonly #budget

  constructor(registry: InstrumentRegistry) {
    this.#calls = registry.counter({
      name: 'tetrascope_judge_calls_total',
      help: 'Calls of the model that judges, by outcome; each attempt counts.',
      labelNames: ['outcome'],
    })
    this.#tokens = registry.counter({
      name: 'tetrascope_judge_tokens_total',
      help: 'Tokens that judging took.',
      labelNames: ['direction'],
    })
    this.#cost = registry.counter({
      name: 'tetrascope_judge_cost_usd_total',
      help: 'What judging cost, US dollars; calls of a model without a known price are not in it.',
    })
    this.#remembered = registry.counter({
      name: 'tetrascope_judge_remembered_total',
      help: 'Judgements that were not asked for because they are known, by where.',
      labelNames: ['where'],
    })
    this.#dropped = registry.counter({
      name: 'tetrascope_judge_dropped_total',
      help: 'Judgements that did not come about, by reason.',
      labelNames: ['reason'],
    })
    this.#waiting = registry.gauge({
      name: 'tetrascope_judge_queue_size',
      help: 'Requests that wait for the judge.',
    })
    this.#budget = registry.gauge({
      name: 'tetrascope_judge_budget_used_ratio',
      help: 'Spent share of the budget of the day (UTC), 1 is all of it.',
      labelNames: ['budget'],
    })
    for (const outcome of OUTCOMES) this.called(outcome, 0)
    for (const reason of DROP_REASONS) this.dropped(reason, 0)
  }

  called(outcome: CallOutcome, count = 1): void {
    this.#calls.add({ outcome }, count)
  }

  spent(usage: TokenUsage | undefined, nanoUsd: bigint | undefined): void {
    this.#tokens.add({ direction: 'input' }, usage?.inputTokens ?? 0)
    this.#tokens.add({ direction: 'output' }, usage?.outputTokens ?? 0)
    if (nanoUsd !== undefined) this.#cost.add({}, Number(nanoUsd) / NANO)
  }

  remembered(where: 'cache' | 'store'): void {
    this.#remembered.add({ where })
  }

  dropped(reason: JudgeDropReason, count = 1): void {
    this.#dropped.add({ reason }, count)
  }

  waiting(count: number): void {
    this.#waiting.set({}, count)
  }

  budget({ calls, usd }: { readonly calls: number; readonly usd: number | undefined }): void {
    this.#budget.set({ budget: 'calls' }, calls)
    if (usd !== undefined) this.#budget.set({ budget: 'usd' }, usd)
  }
}
