import type { Event } from '../../model/event.ts'
import type { TokenUsage } from '../../model/span.ts'
import type { StateStore } from '../../storage/state-store.ts'
import type { EventStore } from '../../storage/store.ts'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import { ChatEndpoint } from '../judge/chat-endpoint.ts'
import type { ProbeSetConfig } from './config.ts'
import type { GoldenItem } from './golden-set.ts'
import { type ModelChange, modelChanges } from './model-change.ts'
import { ProbeArchive } from './probe-archive.ts'
import { ProbeInstruments } from './probe-instruments.ts'
import { type ProbeJudge, type ProbeRun, runProbe } from './probe-run.ts'

/** The name under which a change of a model is kept, as a `custom` event with `probe`, `model`, `reason` and `explanation`. */
export const MODEL_CHANGE = 'model_change'

/** Runs of a set and model that are kept. */
const KEPT_RUNS = 20
/** Runs that a rolling baseline is made of, and that are pinned. */
const BASELINE_RUNS = 5
const DAY_MS = 86_400_000
/** Runs come earlier or later by up to this share of the interval, so that sets do not all ask at once. */
const JITTER = 0.1

/** A set with its questions, read and checked. */
export interface ProbeSet {
  readonly config: ProbeSetConfig
  readonly items: readonly GoldenItem[]
}

export interface ProbeSettings {
  readonly sets: readonly ProbeSet[]
  readonly concurrency: number
  readonly callsPerDay: number
}

export interface ProbeMonitorOptions {
  readonly state: StateStore
  readonly events: Pick<EventStore, 'writeEvents'>
  readonly instruments: InstrumentRegistry
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly costOf: (provider: string, model: string, usage: TokenUsage, atMs: number) => number | undefined
  readonly judge?: ProbeJudge | undefined
}

/** A set as it stands. */
export interface ProbeStatus {
  readonly set: ProbeSet
  readonly lastRun: ProbeRun | undefined
  readonly changes: readonly ModelChange[]
  readonly isRunning: boolean
  readonly nextRunMs: number | undefined
  readonly baselineRuns: number
}

interface Scheduled {
  readonly set: ProbeSet
  readonly endpoint: ChatEndpoint
  readonly stop: AbortController
  cancel: () => void
  nextRunMs: number
  isRunning: boolean
  changes: readonly ModelChange[]
}

/** Asks golden data sets of their endpoints on schedule, keeps the results, and compares them with a baseline. */
export class ProbeMonitor {
  readonly #options: ProbeMonitorOptions
  readonly #instruments: ProbeInstruments
  readonly #archive: ProbeArchive
  /** By set and model, oldest first. */
  readonly #runs = new Map<string, ProbeRun[]>()
  readonly #pins = new Map<string, readonly ProbeRun[]>()
  #settings: ProbeSettings
  #scheduled: Scheduled[] = []
  #dayMs = 0
  #calls = 0
  #state: 'new' | 'running' | 'stopped' = 'new'

  constructor(options: ProbeMonitorOptions, settings: ProbeSettings) {
    this.#options = options
    this.#settings = settings
    this.#instruments = new ProbeInstruments(options.instruments)
    this.#archive = new ProbeArchive(options.state)
  }

  /** Takes up what earlier processes found, counts the runs that were missed meanwhile, and schedules the next ones. */
  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'running'
    await this.#attempt('load', () => this.#load())
    this.#scheduleAll()
    for (const scheduled of this.#scheduled) this.#countDowntime(scheduled.set)
  }

  /** Takes over other sets; runs under way of the old ones are given up. */
  async apply(settings: ProbeSettings): Promise<void> {
    this.#settings = settings
    if (this.#state !== 'running') return
    await this.#cancelAll()
    this.#scheduleAll()
  }

  /** Gives up what is under way. Idempotent. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    await this.#cancelAll()
  }

  /** All sets in the order of the configuration. */
  statuses(): ProbeStatus[] {
    return this.#scheduled.map(({ set, changes, isRunning, nextRunMs }) => ({
      set,
      lastRun: this.#runsOf(set).at(-1),
      changes,
      isRunning,
      nextRunMs,
      baselineRuns: this.#baselineOf(set, this.#runsOf(set).slice(0, -1)).length,
    }))
  }

  /** Keeps the newest runs of a set as what later ones are compared with. False when there is no such set or no run of it. */
  async pin(probe: string): Promise<boolean> {
    const found = this.#scheduled.find(({ set }) => set.config.name === probe)
    const runs = found === undefined ? [] : this.#runsOf(found.set).slice(-BASELINE_RUNS)
    if (found === undefined || runs.length === 0) return false
    await this.#archive.putPin(keyOf(found.set), runs)
    this.#pins.set(keyOf(found.set), runs)
    return true
  }

  async #load(): Promise<void> {
    for (const run of await this.#archive.runs()) this.#keep(run)
    for (const [key, runs] of await this.#archive.pins()) this.#pins.set(key, runs)
    this.#dayMs = dayOf(this.#options.clock.now())
    this.#calls = await this.#archive.callsOf(this.#dayMs)
  }

  #scheduleAll(): void {
    this.#instruments.clear()
    this.#scheduled = this.#settings.sets.map((set) => {
      const endpoint = new ChatEndpoint(set.config.endpoint, this.#options.clock)
      const stop = new AbortController()
      return { set, endpoint, stop, cancel: () => undefined, nextRunMs: 0, isRunning: false, changes: [] }
    })
    for (const scheduled of this.#scheduled) {
      const runs = this.#runsOf(scheduled.set)
      const last = runs.at(-1)
      if (last !== undefined) this.#judgeRun(scheduled, last, false)
      this.#schedule(scheduled, last === undefined ? -Infinity : last.startedMs + scheduled.set.config.interval)
    }
  }

  /** The first run comes soon; each later one an interval after the one before, give or take a little. */
  #schedule(scheduled: Scheduled, dueMs: number): void {
    const { clock, random } = this.#options
    const jitterMs = JITTER * scheduled.set.config.interval
    const nowMs = clock.now()
    const nextRunMs = dueMs <= nowMs ? nowMs + random() * jitterMs : dueMs + (2 * random() - 1) * jitterMs
    scheduled.nextRunMs = Math.max(nowMs, nextRunMs)
    scheduled.cancel = clock.after(scheduled.nextRunMs - nowMs, () => this.#onDue(scheduled))
  }

  #onDue(scheduled: Scheduled): void {
    const { interval } = scheduled.set.config
    this.#schedule(scheduled, this.#options.clock.now() + interval)
    const labels = labelsOf(scheduled.set)
    if (scheduled.isRunning) return this.#instruments.missed(labels, 'overrun')
    if (!this.#takeCalls(scheduled.set.items.length)) return this.#instruments.missed(labels, 'budget')
    void this.#run(scheduled)
  }

  /** Whether the day has so many calls left; then they are counted. */
  #takeCalls(count: number): boolean {
    const dayMs = dayOf(this.#options.clock.now())
    if (dayMs !== this.#dayMs) [this.#dayMs, this.#calls] = [dayMs, 0]
    if (this.#calls + count > this.#settings.callsPerDay) return false
    this.#calls += count
    void this.#attempt('save', () => this.#archive.putCalls(this.#dayMs, this.#calls))
    return true
  }

  async #run(scheduled: Scheduled): Promise<void> {
    const { set, endpoint, stop } = scheduled
    const { clock, costOf, judge } = this.#options
    scheduled.isRunning = true
    const run = await runProbe(set.items, {
      probe: set.config.name,
      endpoint,
      concurrency: this.#settings.concurrency,
      clock,
      costOf: (model, usage, atMs) => costOf(set.config.endpoint.provider, model, usage, atMs),
      judge,
      signal: stop.signal,
    })
    scheduled.isRunning = false
    // What was given up half way says nothing.
    if (stop.signal.aborted) return
    const before = scheduled.changes
    const forgotten = this.#keep(run)
    this.#judgeRun(scheduled, run, true)
    await this.#attempt('save', () => this.#archive.putRun(run, forgotten))
    await this.#tell(
      run,
      scheduled.changes.filter(({ reason }) => !before.some((known) => known.reason === reason)),
    )
  }

  #judgeRun(scheduled: Scheduled, run: ProbeRun, isNew: boolean): void {
    const earlier = this.#runsOf(scheduled.set).filter(({ startedMs }) => startedMs < run.startedMs)
    scheduled.changes = modelChanges(this.#baselineOf(scheduled.set, earlier), run)
    this.#instruments.ran(run, scheduled.changes, isNew)
  }

  #baselineOf(set: ProbeSet, earlier: readonly ProbeRun[]): readonly ProbeRun[] {
    if (set.config.baseline === 'pinned') return this.#pins.get(keyOf(set)) ?? []
    // A run that nobody has answered is no measure.
    return earlier.filter(({ items }) => items.some(({ sketch }) => sketch !== null)).slice(-BASELINE_RUNS)
  }

  /** Keeps a run in memory; gives those for which there is no room any more. */
  #keep(run: ProbeRun): ProbeRun[] {
    const key = JSON.stringify([run.probe, run.model])
    const runs = [...(this.#runs.get(key) ?? []), run]
    const forgotten = runs.splice(0, Math.max(0, runs.length - KEPT_RUNS))
    this.#runs.set(key, runs)
    return forgotten
  }

  #runsOf(set: ProbeSet): readonly ProbeRun[] {
    return this.#runs.get(keyOf(set)) ?? []
  }

  #countDowntime(set: ProbeSet): void {
    const last = this.#runsOf(set).at(-1)
    if (last === undefined) return
    const missed = Math.floor((this.#options.clock.now() - last.startedMs) / set.config.interval - JITTER)
    if (missed > 0) this.#instruments.missed(labelsOf(set), 'down', missed)
  }

  async #tell(run: ProbeRun, changes: readonly ModelChange[]): Promise<void> {
    if (changes.length === 0) return
    for (const { reason, explanation } of changes)
      this.#options.logger.warn({ ...nameOf(run), reason, explanation }, 'a model has changed')
    await this.#attempt('save', () => this.#options.events.writeEvents(changes.map((change) => eventOf(run, change))))
  }

  async #cancelAll(): Promise<void> {
    const old = this.#scheduled
    this.#scheduled = []
    for (const { cancel, stop } of old) {
      cancel()
      stop.abort()
    }
    await Promise.all(old.map(({ endpoint }) => endpoint.close()))
  }

  async #attempt(step: 'load' | 'save', run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      this.#instruments.failures.add({ step })
      this.#options.logger.warn({ step, reason: error instanceof Error ? error.message : String(error) }, 'probes')
    }
  }
}

function eventOf(run: ProbeRun, { reason, explanation }: ModelChange): Event {
  return {
    id: `${MODEL_CHANGE} ${run.probe} ${run.model} ${reason} ${run.startedMs}`,
    timeMs: run.endedMs,
    type: 'custom',
    name: MODEL_CHANGE,
    userId: '',
    sessionId: '',
    traceId: '',
    spanId: '',
    value: undefined,
    comment: explanation,
    attributes: { ...nameOf(run), reason, explanation },
  }
}

function nameOf({ probe, model }: ProbeRun): { readonly probe: string; readonly model: string } {
  return { probe, model }
}

function labelsOf({ config }: ProbeSet): { readonly probe: string; readonly model: string } {
  return { probe: config.name, model: config.endpoint.model }
}

function keyOf(set: ProbeSet): string {
  const { probe, model } = labelsOf(set)
  return JSON.stringify([probe, model])
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS) * DAY_MS
}
