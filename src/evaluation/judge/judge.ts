import { createHash } from 'node:crypto'
import type { Score } from '../../model/evaluation.ts'
import { NO_USAGE, type TokenUsage } from '../../model/span.ts'
import { backoffDelays } from '../../util/backoff.ts'
import { type Clock, sleep } from '../../util/clock.ts'
import { Lru } from '../../util/lru.ts'
import type { ChatCall, ChatEndpoint, ChatMessage, ChatOutcome } from './chat-endpoint.ts'
import type { JudgeConfig } from './config.ts'
import { type Criterion, type JudgedField, type JudgeInput, missingField } from './criterion.ts'
import {
  type AnswerSchema,
  judgementSchema,
  PAIR_SCHEMA,
  type ReadAnswer,
  readJudgement,
  readWinner,
  type Winner,
} from './judge-answer.ts'
import type { JudgeBudget, Reservation } from './judge-budget.ts'
import type { JudgeInstruments } from './judge-instruments.ts'
import { judgeLanguage, type JudgeLanguage, judgeMessages, pairMessages, repairMessages } from './judge-prompt.ts'
import { Turns } from './turns.ts'

/** A server that asks to be left alone for longer is not waited for. */
const MAX_WAIT_MS = 60_000
/** A token is at least two bytes of nearly all texts; with the frame of a call this is more than it costs. */
const BYTES_PER_TOKEN = 2

export interface JudgeOptions {
  readonly config: JudgeConfig
  readonly endpoint: ChatEndpoint
  readonly budget: JudgeBudget
  readonly instruments: JudgeInstruments
  /** Nano-dollars; undefined when the model's price is not known. */
  readonly costOf: (model: string, usage: TokenUsage) => bigint | undefined
  readonly clock: Clock
  readonly random: () => number
}

/**
 * Why there is no judgement. `budget`: the day's is spent; `busy`: too many calls wait; `failed`: the endpoint does not answer or
 * refuses; `unreadable`: its answer was not what was asked for, twice.
 */
export interface Failure {
  readonly kind: 'failed'
  readonly cause: 'budget' | 'busy' | 'failed' | 'unreadable'
  readonly reason: string
}

export type Judgement =
  | { readonly kind: 'judged'; readonly score: Score; readonly isRemembered: boolean }
  | { readonly kind: 'not_applicable'; readonly missing: JudgedField }
  | Failure

export type Comparison =
  | {
      readonly kind: 'compared'
      readonly winner: 'first' | 'second' | 'tie'
      /** Whether the judge said the same when the answers had changed places. */
      readonly isConsistent: boolean
      readonly explanation: string
    }
  | { readonly kind: 'not_applicable'; readonly missing: JudgedField }
  | Failure

interface Question<T> {
  readonly messages: readonly ChatMessage[]
  readonly schema: AnswerSchema
  readonly language: JudgeLanguage
  readonly read: (text: string) => ReadAnswer<T>
}

type Answer<T> = { readonly kind: 'answer'; readonly value: T } | Failure

/** Asks a model for judgements. Everything that asks shares its places, its budget and what it remembers. */
export class Judge {
  readonly #options: JudgeOptions
  readonly #turns: Turns
  readonly #remembered: Lru<string, Score>
  readonly #stopping = new AbortController()

  constructor(options: JudgeOptions) {
    this.#options = options
    const { concurrency, queue_capacity: capacity, cache_size: cacheSize } = options.config
    this.#turns = new Turns(concurrency, capacity)
    this.#remembered = new Lru(cacheSize)
  }

  /** The version of the results of a criterion: another model is another judge. */
  versionOf({ version }: Pick<Criterion, 'version'>): string {
    return `${version}@${this.#options.endpoint.model}`
  }

  /** Rates one answer. Never rejects. The same texts under the same criterion are not asked for again while they are remembered. */
  async judge(criterion: Criterion, input: JudgeInput): Promise<Judgement> {
    const missing = missingField(criterion, input)
    if (missing !== undefined) return { kind: 'not_applicable', missing }
    const messages = judgeMessages(criterion, input, this.#options.config.max_text_length)
    const key = this.#keyOf(criterion, messages)
    const known = this.#remembered.get(key)
    if (known !== undefined) {
      this.#options.instruments.remembered('cache')
      return { kind: 'judged', score: known, isRemembered: true }
    }
    const answer = await this.#ask({
      messages,
      schema: judgementSchema(criterion),
      language: judgeLanguage(criterion, input),
      read: (text) => readJudgement(criterion, text),
    })
    if (answer.kind === 'failed') return answer
    this.#remembered.set(key, answer.value)
    return { kind: 'judged', score: answer.value, isRemembered: false }
  }

  /**
   * Says which of two answers to `input` is better (`input.response` is not read). Judges prefer what they see first, so both orders are
   * asked for; where they differ it is a tie. Never rejects.
   */
  async compare(criterion: Criterion, input: JudgeInput, answers: readonly [string, string]): Promise<Comparison> {
    const missing = missingField(criterion, { ...input, response: answers[0] && answers[1] })
    if (missing !== undefined) return { kind: 'not_applicable', missing }
    const [first, second] = answers
    const [straight, swapped] = await Promise.all([
      this.#askWinner(criterion, input, [first, second]),
      this.#askWinner(criterion, input, [second, first]),
    ])
    if (straight.kind === 'failed') return straight
    if (swapped.kind === 'failed') return swapped
    const said = winnerOf(straight.value.winner, 'first', 'second')
    const isConsistent = said === winnerOf(swapped.value.winner, 'second', 'first')
    const winner = isConsistent ? said : 'tie'
    return { kind: 'compared', winner, isConsistent, explanation: straight.value.reason }
  }

  /** A text in answer to messages, at any model of the endpoint; within the same places and budget. Never rejects. */
  async complete(chat: ChatCall): Promise<Answer<string>> {
    return (await this.#turns.run(() => this.#callUntilAnswered(chat))) ?? busy()
  }

  /** Gives up what is under way: it ends as failed. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#options.endpoint.close()
  }

  #askWinner(
    criterion: Criterion,
    input: JudgeInput,
    answers: readonly [string, string],
  ): Promise<Answer<{ readonly winner: Winner; readonly reason: string }>> {
    return this.#ask({
      messages: pairMessages(criterion, input, answers, this.#options.config.max_text_length),
      schema: PAIR_SCHEMA,
      language: judgeLanguage(criterion, { ...input, response: answers[0] }),
      read: readWinner,
    })
  }

  /** Asks, and once more when the answer cannot be read. */
  async #ask<T>({ messages, schema, language, read }: Question<T>): Promise<Answer<T>> {
    const first = await this.complete({ messages, schema })
    if (first.kind === 'failed') return first
    const found = read(first.value)
    if ('value' in found) return { kind: 'answer', value: found.value }
    const repair = repairMessages({ asked: messages, answer: first.value, reason: found.unreadable, language })
    const second = await this.complete({ messages: repair, schema })
    if (second.kind === 'failed') return second
    const again = read(second.value)
    if ('value' in again) return { kind: 'answer', value: again.value }
    return { kind: 'failed', cause: 'unreadable', reason: `the judge's answer cannot be read: ${again.unreadable}` }
  }

  async #callUntilAnswered(chat: ChatCall): Promise<Answer<string>> {
    const { config, clock, random, instruments } = this.#options
    const delays = backoffDelays({ initialMs: 1_000, maxMs: 30_000, jitter: 0.2, random })
    for (let attempt = 0; ; attempt++) {
      const reservation = this.#reserve(chat)
      if ('kind' in reservation) return reservation
      const outcome = await this.#options.endpoint.call(chat, this.#stopping.signal)
      this.#settle(chat, outcome, reservation)
      if (outcome.kind === 'answered') return { kind: 'answer', value: outcome.text }
      const waitMs = outcome.kind === 'retry' ? Math.max(delays.next().value, outcome.afterMs ?? 0) : Infinity
      const isOver = attempt >= config.retries || waitMs > MAX_WAIT_MS || this.#stopping.signal.aborted
      instruments.called(isOver ? 'failed' : 'retried')
      if (isOver) return { kind: 'failed', cause: 'failed', reason: outcome.reason }
      await sleep(clock, waitMs, this.#stopping.signal)
    }
  }

  #reserve(chat: ChatCall): Reservation | Failure {
    const { budget, config, endpoint, costOf, instruments } = this.#options
    const { model = endpoint.model, messages } = chat
    const sizeBytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)
    const inputTokens = Math.ceil(sizeBytes / BYTES_PER_TOKEN) + 16 * messages.length
    const most = { ...NO_USAGE, inputTokens, outputTokens: config.endpoint.max_output_tokens }
    const reserved = budget.reserve(costOf(model, most))
    instruments.budget(budget.used())
    if (!('refused' in reserved)) return reserved
    const reasons = {
      calls: `the ${config.budget.calls_per_day} calls of the day are made`,
      usd: `the ${config.budget.usd_per_day ?? 0} US dollars of the day are spent`,
      unpriced: `the price of ${JSON.stringify(model)} is not known: give it in pricing.overrides, or leave usd_per_day out`,
    }
    return { kind: 'failed', cause: 'budget', reason: reasons[reserved.refused] }
  }

  /** Where the other side does not say what it did, what was set aside counts as spent. */
  #settle({ model }: ChatCall, outcome: ChatOutcome, reserved: Reservation): void {
    const { budget, endpoint, costOf, instruments } = this.#options
    if (outcome.kind === 'answered') {
      const { usage } = outcome
      const cost = usage === undefined ? reserved.nanoUsd : costOf(model ?? endpoint.model, usage)
      budget.settle(reserved, cost ?? 0n)
      instruments.called('answered')
      instruments.spent(usage, cost)
    } else if (outcome.kind === 'refused' || !outcome.mayCost) budget.settle(reserved, 0n)
    instruments.budget(budget.used())
  }

  #keyOf(criterion: Criterion, messages: readonly ChatMessage[]): string {
    const parts = JSON.stringify([criterion.name, this.versionOf(criterion), messages])
    return createHash('sha256').update(parts).digest('base64')
  }
}

function winnerOf<T extends string>(winner: Winner, a: T, b: T): T | 'tie' {
  if (winner === 'tie') return 'tie'
  return winner === 'A' ? a : b
}

function busy(): Failure {
  return { kind: 'failed', cause: 'busy', reason: 'too many calls wait for the judge' }
}
