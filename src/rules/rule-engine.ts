import type { Labels } from '../model/labels.ts'
import type { QueryEngine } from '../promql/engine.ts'
import type { SampleReader, SampleWriter } from '../storage/sample-store.ts'
import type { InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { AlertSink } from './alert-sink.ts'
import { groupKey, type RuleGroupDefinition } from './rule-definition.ts'
import type { ParserOptions } from '../promql/parser/parser-options.ts'
import { RuleGroup, type RuleGroupOptions } from './rule-group.ts'
import { createRuleMetrics, type RuleMetrics } from './rule-metrics.ts'
import { findSilentRules, type SilentRule } from './silent-rules.ts'

export interface RuleEngineOptions {
  readonly engine: QueryEngine
  readonly syntax: ParserOptions
  readonly reader: SampleReader
  readonly writer: SampleWriter
  readonly sink: AlertSink
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: InstrumentRegistry
}

/** What a reload may change. */
export interface RuleSettings {
  readonly groups: readonly RuleGroupDefinition[]
  readonly externalUrl: string
  readonly externalLabels: Labels
  /** For groups without an interval of their own; Prometheus's `evaluation_interval`. */
  readonly intervalMs: number
  /** For groups without an offset of their own; Prometheus's `rule_query_offset`. */
  readonly queryOffsetMs: number
}

/** How often a firing alert is sent again while nothing changes; Prometheus's `--rules.alert.resend-delay`. */
export const RESEND_DELAY_MS = 60_000

/** Evaluates all rule groups, side by side. Construct, start, reload, stop. */
export class RuleEngine {
  readonly #options: RuleEngineOptions
  readonly #metrics: RuleMetrics
  #settings: RuleSettings
  #groups: ReadonlyMap<string, RuleGroup>
  #state: 'constructed' | 'started' | 'stopped' = 'constructed'

  constructor(options: RuleEngineOptions, settings: RuleSettings) {
    this.#options = options
    this.#metrics = createRuleMetrics(options.registry)
    this.#settings = settings
    this.#groups = this.#construct(settings, true)
  }

  /** In the order of their files and names. */
  get groups(): readonly RuleGroup[] {
    return [...this.#groups.values()]
  }

  start(): void {
    if (this.#state !== 'constructed') return
    this.#state = 'started'
    for (const group of this.#groups.values()) group.start()
  }

  /** Goes on with the given rules. Groups that have not changed are not disturbed; changed ones keep their alerts where name and labels are the same. */
  async reload(settings: RuleSettings): Promise<void> {
    if (this.#state === 'stopped') return
    const sameContext = sameSettings(this.#settings, settings)
    const [before, constructed] = [this.#groups, this.#construct(settings, false)]
    const after = new Map<string, RuleGroup>()
    for (const [key, group] of constructed) {
      const predecessor = before.get(key)
      const unchanged = sameContext && predecessor !== undefined && sameGroup(predecessor, group)
      after.set(key, unchanged ? predecessor : await replace(predecessor, group))
    }
    this.#settings = settings
    this.#groups = after
    if (this.#state === 'started') for (const group of after.values()) group.start()
    await Promise.all([...before].filter(([key]) => !after.has(key)).map(([, group]) => stopAndRetire(group)))
  }

  /** Waits for evaluations under way, whose queries are cancelled. Idempotent. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    await Promise.all(this.groups.map((group) => group.stop()))
  }

  /** Rules that cannot ever fire or record, because a selector of theirs matches no series of the last hour. */
  async silentRules(): Promise<SilentRule[]> {
    const found = await findSilentRules(this.groups, this.#options.reader, this.#options.clock.now())
    this.#metrics.silentRules.set({}, new Set(found.map(({ group, rule }) => `${group};${rule}`)).size)
    return found
  }

  #construct(settings: RuleSettings, restores: boolean): ReadonlyMap<string, RuleGroup> {
    const options = this.#groupOptions(settings)
    const ordered = settings.groups.toSorted((a, b) => compare(a.file, b.file) || compare(a.name, b.name))
    return new Map(ordered.map((group) => [groupKey(group), new RuleGroup(group, options, restores)]))
  }

  #groupOptions(settings: RuleSettings): RuleGroupOptions {
    return {
      ...this.#options,
      metrics: this.#metrics,
      resendDelayMs: RESEND_DELAY_MS,
      defaultIntervalMs: settings.intervalMs,
      defaultQueryOffsetMs: settings.queryOffsetMs,
      externalUrl: settings.externalUrl,
      externalLabels: settings.externalLabels,
    }
  }
}

async function replace(predecessor: RuleGroup | undefined, group: RuleGroup): Promise<RuleGroup> {
  if (predecessor === undefined) return group
  await predecessor.stop()
  group.adopt(predecessor)
  return group
}

async function stopAndRetire(group: RuleGroup): Promise<void> {
  await group.stop()
  await group.retire()
}

function sameSettings(a: RuleSettings, b: RuleSettings): boolean {
  return (
    a.externalUrl === b.externalUrl &&
    a.externalLabels.key === b.externalLabels.key &&
    a.queryOffsetMs === b.queryOffsetMs
  )
}

function sameGroup(a: RuleGroup, b: RuleGroup): boolean {
  return a.intervalMs === b.intervalMs && JSON.stringify(a.definition) === JSON.stringify(b.definition)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
