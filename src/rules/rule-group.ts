import type { Alert } from '../model/alert.ts'
import type { Labels } from '../model/labels.ts'
import { SampleBatchBuilder } from '../model/sample.ts'
import type { VectorSelector } from '../promql/parser/ast.ts'
import type { SampleReader, SampleWriter } from '../storage/sample-store.ts'
import type { Clock } from '../util/clock.ts'
import type { AlertSink } from './alert-sink.ts'
import { AlertingRule } from './alerting-rule.ts'
import type { EvaluationContext, RuleSample } from './evaluation-context.ts'
import { readsOutputOf } from './expression-selectors.ts'
import { RecordingRule } from './recording-rule.ts'
import { groupKey, type RuleGroupDefinition } from './rule-definition.ts'
import { parseExpr } from '../promql/parser/parser.ts'
import { selectorsOf } from '../promql/parser/selectors-of.ts'
import { printExpr } from '../promql/parser/printer.ts'
import type { ParserOptions } from '../promql/parser/parser-options.ts'
import type { RuleMetrics } from './rule-metrics.ts'
import { nextSlotMs } from './schedule.ts'
import { restoreForState } from './state-restoration.ts'

/** What groups work with; the same for all. */
export interface RuleGroupOptions extends EvaluationContext {
  readonly syntax: ParserOptions
  readonly reader: SampleReader
  readonly writer: SampleWriter
  readonly sink: AlertSink
  readonly clock: Clock
  readonly metrics: RuleMetrics
  readonly resendDelayMs: number
  readonly defaultIntervalMs: number
  readonly defaultQueryOffsetMs: number
}

export type RuleHealth = 'unknown' | 'ok' | 'err'

/** A rule with what its evaluations have shown so far. */
export interface EvaluatedRule {
  readonly rule: AlertingRule | RecordingRule
  readonly selectors: readonly VectorSelector[]
  health: RuleHealth
  lastError: string
  evaluationMs: number
  lastEvaluationMs: number | undefined
  /** The series that its last evaluation wrote; one that is missing next time is marked stale. */
  series: ReadonlyMap<string, Labels>
}

/** Rules that are evaluated in order, again and again at an interval. Construct, start, stop; a changed group is a new one that adopts the old. */
export class RuleGroup {
  readonly definition: RuleGroupDefinition
  readonly intervalMs: number
  readonly rules: readonly EvaluatedRule[]
  readonly #options: RuleGroupOptions
  readonly #key: string
  readonly #stopping = new AbortController()
  /** Series of rules that are no more. */
  #orphans: Labels[] = []
  /** Iterations until the state of an earlier run is restored: the first may see too little data. */
  #untilRestoration: number
  #cancelTimer: (() => void) | undefined
  #running: Promise<void> | undefined
  #evaluationMs = 0
  #lastEvaluationMs: number | undefined

  /** `restores`: the program has just started, so the alerts' state is in the store and not in a predecessor. */
  constructor(definition: RuleGroupDefinition, options: RuleGroupOptions, restores: boolean) {
    this.definition = definition
    this.intervalMs = definition.intervalMs ?? options.defaultIntervalMs
    this.#options = options
    this.#key = groupKey(definition)
    this.#untilRestoration = restores ? 2 : 0
    this.rules = definition.rules.map((rule) => {
      const expr = parseExpr(rule.expr, options.syntax)
      const query = printExpr(expr)
      return {
        rule: rule.kind === 'alerting' ? new AlertingRule(rule, query, !restores) : new RecordingRule(rule, query),
        selectors: selectorsOf(expr),
        health: 'unknown',
        lastError: '',
        evaluationMs: 0,
        lastEvaluationMs: undefined,
        series: new Map(),
      }
    })
    options.metrics.groupRules.set({ rule_group: this.#key }, this.rules.length)
    options.metrics.groupInterval.set({ rule_group: this.#key }, this.intervalMs / 1000)
  }

  /** How long the last iteration took, and when it began. */
  get lastIteration(): { readonly durationMs: number; readonly timeMs: number | undefined } {
    return { durationMs: this.#evaluationMs, timeMs: this.#lastEvaluationMs }
  }

  start(): void {
    if (this.#cancelTimer !== undefined || this.#stopping.signal.aborted) return
    this.#scheduleAt(nextSlotMs(this.#key, this.#options.clock.now(), this.intervalMs))
  }

  /** Ends the schedule and waits for an iteration under way; its queries are cancelled. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#cancelTimer?.()
    await this.#running
  }

  /** Takes over the state of the group that this one replaces: alerts, series, and what is now an orphan. */
  adopt(predecessor: RuleGroup): void {
    this.#orphans = [...predecessor.#orphans]
    this.#untilRestoration = predecessor.#untilRestoration
    this.#evaluationMs = predecessor.#evaluationMs
    this.#lastEvaluationMs = predecessor.#lastEvaluationMs
    const left = [...predecessor.rules]
    for (const entry of this.rules) {
      const index = left.findIndex(({ rule }) => sameIdentity(rule, entry.rule))
      const [match] = index === -1 ? [] : left.splice(index, 1)
      if (match === undefined) continue
      entry.series = match.series
      if (entry.rule instanceof AlertingRule && match.rule instanceof AlertingRule) entry.rule.adopt(match.rule)
    }
    this.#orphans.push(...left.flatMap(({ series }) => [...series.values()]))
  }

  /** Marks all series of a group that is no more as ended. */
  async retire(): Promise<void> {
    this.#orphans.push(...this.rules.flatMap(({ series }) => [...series.values()]))
    await this.#writeOrphans(this.#options.clock.now())
  }

  /** One iteration: every rule in order, each seeing what the ones before it wrote. */
  async evaluate(timeMs: number): Promise<void> {
    const { clock, metrics } = this.#options
    const startedMs = clock.now()
    metrics.iterations.add({ rule_group: this.#key })
    const writes: PendingWrite[] = []
    let samples = 0
    for (const entry of this.rules) {
      if (this.#stopping.signal.aborted) break
      await settled(writes.filter(({ entry: writer }) => readsOutputOf(entry.selectors, writer.rule.definition)))
      samples += await this.#evaluateRule(entry, timeMs, writes)
    }
    await settled(writes)
    await this.#writeOrphans(timeMs)
    if (this.#untilRestoration > 0 && --this.#untilRestoration === 0) await this.#restore()
    this.#finish(startedMs, samples)
  }

  #finish(startedMs: number, samples: number): void {
    const { clock, metrics } = this.#options
    this.#evaluationMs = clock.now() - startedMs
    this.#lastEvaluationMs = startedMs
    metrics.groupDuration.observe({}, this.#evaluationMs / 1000)
    metrics.groupLastDuration.set({ rule_group: this.#key }, this.#evaluationMs / 1000)
    metrics.groupLastEvaluation.set({ rule_group: this.#key }, startedMs / 1000)
    metrics.groupSamples.set({ rule_group: this.#key }, samples)
  }

  // SCHEDULE

  #scheduleAt(slotMs: number): void {
    const { clock } = this.#options
    this.#cancelTimer = clock.after(Math.max(0, slotMs - clock.now()), () => {
      this.#running = this.#iterate(slotMs)
    })
  }

  async #iterate(slotMs: number): Promise<void> {
    try {
      await this.evaluate(slotMs)
    } catch (error) {
      this.#options.logger.error({ group: this.#key, error: String(error) }, 'evaluating a rule group failed')
    }
    if (this.#stopping.signal.aborted) return
    const missed = Math.max(0, Math.floor((this.#options.clock.now() - slotMs) / this.intervalMs))
    if (missed > 0) {
      this.#options.metrics.iterationsMissed.add({ rule_group: this.#key }, missed)
      this.#options.metrics.iterations.add({ rule_group: this.#key }, missed)
    }
    this.#scheduleAt(slotMs + (missed + 1) * this.intervalMs)
  }

  // RULES

  async #evaluateRule(entry: EvaluatedRule, timeMs: number, writes: PendingWrite[]): Promise<number> {
    const { clock, metrics } = this.#options
    const startedMs = clock.now()
    metrics.evaluations.add({ rule_group: this.#key })
    try {
      const samples = await entry.rule.evaluate(this.#options, this.#timeOf(timeMs))
      entry.health = 'ok'
      entry.lastError = ''
      this.#sendDue(entry.rule, timeMs)
      writes.push({ entry, done: this.#write(entry, samples, timeMs) })
      return samples.length
    } catch (error) {
      this.#fail(entry, error)
      return 0
    } finally {
      entry.evaluationMs = clock.now() - startedMs
      entry.lastEvaluationMs = startedMs
      metrics.duration.observe({}, entry.evaluationMs / 1000)
    }
  }

  #timeOf(timeMs: number) {
    const queryOffsetMs = this.definition.queryOffsetMs ?? this.#options.defaultQueryOffsetMs
    return { timeMs, queryOffsetMs, limit: this.definition.limit, signal: this.#stopping.signal }
  }

  #sendDue(rule: AlertingRule | RecordingRule, timeMs: number): void {
    if (!(rule instanceof AlertingRule)) return
    const due = rule.takeDue(timeMs, this.#options.resendDelayMs, this.intervalMs, this.#options.externalUrl)
    if (due.length > 0)
      this.#options.sink.send(due.map((alert) => withExternalLabels(alert, this.#options.externalLabels)))
  }

  /** Writes what the rule gave, and a stale marker for each series that it gave before and no more. */
  async #write(entry: EvaluatedRule, samples: readonly RuleSample[], timeMs: number): Promise<void> {
    const writtenMs = timeMs - this.#timeOf(timeMs).queryOffsetMs
    const series = new Map(samples.map(({ labels }) => [labels.key, labels]))
    const batch = new SampleBatchBuilder()
    for (const { labels, value } of samples) batch.add(labels, writtenMs, value)
    for (const [key, labels] of entry.series) if (!series.has(key)) batch.addStale(labels, writtenMs)
    try {
      if (batch.size > 0) await this.#options.writer.write(batch.build())
      entry.series = series
    } catch (error) {
      this.#fail(entry, error)
    }
  }

  #fail(entry: EvaluatedRule, error: unknown): void {
    if (this.#stopping.signal.aborted) return
    entry.health = 'err'
    entry.lastError = error instanceof Error ? error.message : String(error)
    this.#options.metrics.failures.add({ rule_group: this.#key })
    this.#options.logger.warn(
      { group: this.#key, rule: entry.rule.definition.name, error: entry.lastError },
      'evaluating a rule failed',
    )
  }

  async #writeOrphans(timeMs: number): Promise<void> {
    if (this.#orphans.length === 0) return
    const batch = new SampleBatchBuilder()
    for (const labels of this.#orphans) batch.addStale(labels, timeMs - this.#timeOf(timeMs).queryOffsetMs)
    try {
      await this.#options.writer.write(batch.build())
      this.#orphans = []
    } catch (error) {
      this.#options.logger.warn({ group: this.#key, error: String(error) }, 'marking series of removed rules failed')
    }
  }

  async #restore(): Promise<void> {
    for (const { rule } of this.rules) {
      if (!(rule instanceof AlertingRule)) continue
      try {
        await restoreForState(rule, this.#options.reader, this.#options.clock.now())
      } catch (error) {
        // There is no second chance to restore; the alert will fire by itself.
        rule.restore(() => undefined)
        this.#options.logger.warn({ alert: rule.definition.name, error: String(error) }, 'restoring alerts failed')
      }
    }
  }
}

/** External labels say where alerts come from; an alert's own label of that name wins. */
function withExternalLabels(alert: Alert, external: Labels): Alert {
  if (external.size === 0) return alert
  return { ...alert, labels: external.with(alert.labels.toObject()) }
}

interface PendingWrite {
  readonly entry: EvaluatedRule
  readonly done: Promise<void>
}

async function settled(writes: readonly PendingWrite[]): Promise<void> {
  await Promise.all(writes.map(({ done }) => done))
}

/** Rules are the same when kind, name and labels are; expression and `for` may change under them. */
function sameIdentity(a: AlertingRule | RecordingRule, b: AlertingRule | RecordingRule): boolean {
  const identity = ({ definition: { kind, name, labels } }: AlertingRule | RecordingRule): string =>
    JSON.stringify([kind, name, Object.entries(labels).sort(([x], [y]) => (x < y ? -1 : 1))])
  return identity(a) === identity(b)
}
