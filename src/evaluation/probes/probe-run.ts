import type { TokenUsage } from '../../model/span.ts'
import type { Clock } from '../../util/clock.ts'
import type { ChatAnswer, ChatEndpoint } from '../judge/chat-endpoint.ts'
import { type Interval, wilsonInterval } from '../wilson-interval.ts'
import { type AnswerSketch, sketchOf } from './answer-sketch.ts'
import { type Check, type CheckResult, runCheck } from './check.ts'
import type { GoldenItem } from './golden-set.ts'

/** Why a judged check comes to nothing where no judge is configured. */
export const NO_JUDGE = 'there is no judge for a check of type "judged"'

/** What became of one question. `error`: there was no answer, or no judge; it says nothing of the model. */
export interface ItemResult {
  readonly id: string
  readonly outcome: 'passed' | 'failed' | 'error'
  /** Of a failed item its failed checks; of the others none. */
  readonly failures: readonly CheckResult[]
  /** '' unless `outcome` is `error`. */
  readonly error: string
  readonly latencyMs: number
  /** US dollars; null when not known. */
  readonly costUsd: number | null
  /** Null when there was no answer. */
  readonly sketch: AnswerSketch | null
}

/** One run of a golden data set against a model. */
export interface ProbeRun {
  readonly probe: string
  readonly model: string
  readonly startedMs: number
  readonly endedMs: number
  readonly items: readonly ItemResult[]
  /** What the answers said that they came from; each once. */
  readonly answeredBy: readonly string[]
  readonly fingerprints: readonly string[]
}

export interface ProbeSummary {
  readonly passed: number
  readonly failed: number
  readonly errors: number
  /** Of the answered ones, 0-1; null when none was answered. */
  readonly accuracy: number | null
  readonly interval: Interval
  readonly meanLatencyMs: number | null
  /** Of those whose cost is known; null when of none. */
  readonly costUsd: number | null
}

/** Judges an answer by a criterion: the score 0-1 and why, or what kept it from that. */
export type ProbeJudge = (
  criterion: string,
  input: { readonly prompt: string; readonly response: string; readonly reference: string },
) => Promise<{ readonly score: number; readonly explanation: string } | { readonly problem: string }>

export interface ProbeRunOptions {
  readonly probe: string
  readonly endpoint: Pick<ChatEndpoint, 'call' | 'model'>
  readonly concurrency: number
  readonly clock: Clock
  readonly costOf: (model: string, usage: TokenUsage, atMs: number) => number | undefined
  /** Undefined: items with judged checks end as errors. */
  readonly judge: ProbeJudge | undefined
  readonly signal?: AbortSignal
}

/** Asks all questions, so many at once, and checks the answers. Never rejects; results are in the order of the items. */
export async function runProbe(items: readonly GoldenItem[], options: ProbeRunOptions): Promise<ProbeRun> {
  const startedMs = options.clock.now()
  const asked: Asked[] = []
  const waiting = items.entries()
  const work = async (): Promise<void> => {
    for (const [i, item] of waiting) asked[i] = await ask(item, options)
  }
  await Promise.all(Array.from({ length: Math.min(options.concurrency, items.length) }, work))
  const distinct = (of: (answer: ChatAnswer) => string): string[] =>
    [...new Set(asked.flatMap(({ answer }) => (answer === undefined ? [] : [of(answer)])))].filter(
      (text) => text !== '',
    )
  return {
    probe: options.probe,
    model: options.endpoint.model,
    startedMs,
    endedMs: options.clock.now(),
    items: asked.map(({ result }) => result),
    answeredBy: distinct(({ model }) => model).sort(),
    fingerprints: distinct(({ fingerprint }) => fingerprint).sort(),
  }
}

export function summaryOf({ items }: ProbeRun): ProbeSummary {
  const count = (outcome: ItemResult['outcome']): number => items.filter((item) => item.outcome === outcome).length
  const [passed, failed] = [count('passed'), count('failed')]
  const answered = items.filter(({ sketch }) => sketch !== null)
  const costs = items.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]))
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0)
  return {
    passed,
    failed,
    errors: count('error'),
    accuracy: passed + failed === 0 ? null : passed / (passed + failed),
    interval: wilsonInterval(passed, passed + failed),
    meanLatencyMs: answered.length === 0 ? null : sum(answered.map(({ latencyMs }) => latencyMs)) / answered.length,
    costUsd: costs.length === 0 ? null : sum(costs),
  }
}

interface Asked {
  readonly result: ItemResult
  readonly answer: ChatAnswer | undefined
}

async function ask(item: GoldenItem, options: ProbeRunOptions): Promise<Asked> {
  const { endpoint, clock, costOf, signal } = options
  const startMs = clock.now()
  const answer = await endpoint.call({ messages: item.messages }, signal)
  const latencyMs = clock.now() - startMs
  const common = { id: item.id, latencyMs }
  if (answer.kind !== 'answered') {
    const nothing = { outcome: 'error', failures: [], costUsd: null, sketch: null } as const
    return { result: { ...common, ...nothing, error: answer.reason }, answer: undefined }
  }
  const checked = await checkAll(item, answer.text, options.judge)
  const costUsd = (answer.usage && costOf(answer.model || endpoint.model, answer.usage, startMs)) ?? null
  return { result: { ...common, ...checked, costUsd, sketch: sketchOf(answer.text) }, answer }
}

async function checkAll(
  item: GoldenItem,
  answer: string,
  judge: ProbeJudge | undefined,
): Promise<Pick<ItemResult, 'outcome' | 'failures' | 'error'>> {
  const results: CheckResult[] = []
  for (const check of item.checks) {
    const result = check.type === 'judged' ? await judged(check, item, answer, judge) : runCheck(check, answer)
    if ('problem' in result) return { outcome: 'error', failures: [], error: result.problem }
    results.push(result)
  }
  const failures = results.filter(({ isPassed }) => !isPassed)
  return { outcome: failures.length === 0 ? 'passed' : 'failed', failures, error: '' }
}

async function judged(
  check: Extract<Check, { type: 'judged' }>,
  item: GoldenItem,
  response: string,
  judge: ProbeJudge | undefined,
): Promise<CheckResult | { readonly problem: string }> {
  if (judge === undefined) return { problem: NO_JUDGE }
  const prompt = item.messages.findLast(({ role }) => role === 'user')?.content ?? ''
  const found = await judge(check.criterion, { prompt, response, reference: check.expected })
  if ('problem' in found) return found
  return {
    type: 'judged',
    isPassed: found.score >= check.threshold,
    expected: `${check.criterion} of at least ${check.threshold}`,
    found: `${found.score.toFixed(2)}: ${found.explanation}`,
  }
}
