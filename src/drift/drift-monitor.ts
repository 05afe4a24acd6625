import type { Evaluation } from '../model/evaluation.ts'
import { embeddingIn } from '../model/embedding.ts'
import { modelOf, type Request } from '../model/request.ts'
import type { RequestStore } from '../storage/request-store.ts'
import type { StateStore } from '../storage/state-store.ts'
import type { TimeRange } from '../storage/sample-store.ts'
import type { InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'
import type { DriftConfig } from './config.ts'
import { DriftInstruments } from './drift-instruments.ts'
import { type EmbeddingDrift, embeddingDrifts, EmbeddingLengths, isOfEmbedding } from './embedding-drift.ts'
import type { FeatureDrift } from './feature-drift.ts'
import { compareSketches } from './live-comparison.ts'
import { FileReference } from './references/file-reference.ts'
import { keepReference, keptReferences, KeptReference } from './references/kept-reference.ts'
import { ANY_MODEL, type Reference } from './references/reference.ts'
import { RollingReference } from './references/rolling-reference.ts'
import { readStoredWindow } from './references/stored-window.ts'
import { HOUR_MS, kindOfHour, WeeklyReference } from './references/weekly-reference.ts'
import { Share } from './share.ts'
import type { SketchSet } from './sketch-set.ts'
import { SlotArchive } from './slot-archive.ts'
import { Slots, type SlotsOptions } from './slots.ts'
import { watchedFeatures, watchedValues } from './watched-values.ts'

/** Models watched at once; requests of further ones are not watched for drift, and counted. */
const MAX_MODELS = 50
/** Parts of the windows at the finest: together they bound the memory. */
const STEPS_PER_WINDOW = 15
const BLOCKS_PER_REFERENCE = 24
const SLOTS = 'drift-slot'

export interface DriftMonitorOptions {
  readonly config: DriftConfig
  readonly state: StateStore
  readonly requests: Pick<RequestStore, 'listRequests' | 'request'>
  readonly clock: Clock
  readonly logger: Logger
  readonly instruments: InstrumentRegistry
}

/**
 * Watches features of requests, by model, for drift: the newest window against a reference. Keeps sketches of short steps of time, which add up to
 * windows, so that memory is bounded and windows roll on; writes them through, so that a restart loses at most one interval.
 */
export class DriftMonitor {
  readonly #options: DriftMonitorOptions
  #config: DriftConfig
  readonly #instruments: DriftInstruments
  readonly #slots: Slots
  readonly #hours: Slots
  readonly #windowArchive: SlotArchive
  readonly #hourArchive: SlotArchive
  readonly #loaded = new Set<SlotArchive>()
  #reference: Reference
  readonly #models = new Map<string, Share>()
  readonly #embeddingLengths = new EmbeddingLengths()
  #drifts: readonly FeatureDrift[] = []
  #embeddings: readonly EmbeddingDrift[] = []
  #comparedMs: number | undefined
  #problem: string | undefined
  #cancel: () => void = () => undefined
  #isStopped = false

  constructor(options: DriftMonitorOptions) {
    const { config, state } = options
    this.#options = options
    this.#config = config
    this.#instruments = new DriftInstruments(options.instruments, MAX_MODELS)
    this.#slots = new Slots(slotLengths(config))
    this.#hours = new Slots({ stepMs: HOUR_MS, blockMs: HOUR_MS, recentMs: HOUR_MS, keepMs: 2 * HOUR_MS })
    this.#reference = this.#referenceFor(config)
    this.#windowArchive = new SlotArchive({ state, slots: this.#slots, kindOf: () => SLOTS, keepsForgotten: false })
    this.#hourArchive = new SlotArchive({ state, slots: this.#hours, kindOf: kindOfHour, keepsForgotten: true })
  }

  /** The result of the last comparison, by model and feature. */
  get drifts(): readonly FeatureDrift[] {
    return this.#drifts
  }

  /** The same for the embeddings of each model. */
  get embeddings(): readonly EmbeddingDrift[] {
    return this.#embeddings
  }

  /** When was last compared; undefined before the first time. */
  get comparedMs(): number | undefined {
    return this.#comparedMs
  }

  /** Why there is no reference; undefined when there is one. */
  get problem(): string | undefined {
    return this.#problem
  }

  get config(): DriftConfig {
    return this.#config
  }

  /** Takes up the windows as they were written, then compares at every interval. */
  async start(): Promise<void> {
    if (!this.#config.enabled) return
    await this.#load(this.#config)
    this.#schedule()
  }

  /**
   * Takes over a configuration. What was seen within the new windows stays, whatever the length of its steps, and is compared anew at the next
   * interval; what they do not reach is forgotten. The reference is built anew.
   */
  async apply(config: DriftConfig): Promise<void> {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return
    // Before requests go there: what is read must not replace what has just been seen.
    if (config.enabled) await this.#load(config)
    if (this.#isStopped) return
    this.#config = config
    this.#slots.resize(slotLengths(config))
    this.#reference = this.#referenceFor(config)
    if (config.enabled) return this.#schedule()
    this.#cancel()
    this.#forgetResult()
    await this.#save()
  }

  /** Writes what was not written yet. Idempotent. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#cancel()
    if (this.#config.enabled) await this.#save()
  }

  /** Takes note of requests by the time at which they began; of very many of a model of a part of them, which stands for all. */
  onRequests(requests: readonly Request[]): void {
    if (!this.#config.enabled) return
    const nowMs = this.#options.clock.now()
    for (const request of requests) {
      const model = modelOf(request.span)
      const { traceId, startMs } = request.span
      const times = this.#shareOf(model)?.weightOf(traceId, nowMs) ?? 0
      if (times > 0) this.#add(model, startMs, this.#valuesOf(model, request), times)
    }
  }

  /** Takes note of scores by the time of their requests. */
  onEvaluations(evaluations: readonly Evaluation[]): void {
    const { enabled, evaluators } = this.#config
    if (!enabled) return
    for (const { evaluator, model, timeMs, score } of evaluations)
      if (evaluators.includes(evaluator) && this.#models.has(model)) this.#add(model, timeMs, [[evaluator, score]])
  }

  /** Keeps a reference under a name: the current window, or the stored requests of a stretch of time. Rejects with what the store says. */
  async pin(name: string, range?: TimeRange): Promise<void> {
    const { requests, state, clock } = this.#options
    const sketches =
      range === undefined ? this.#current(clock.now()) : await readStoredWindow(requests, range, this.#config)
    await keepReference(state, name, sketches)
    if (this.#reference instanceof KeptReference) this.#reference.forget()
  }

  async unpin(name: string): Promise<void> {
    await keepReference(this.#options.state, name, undefined)
    if (this.#reference instanceof KeptReference) this.#reference.forget()
  }

  pins(): Promise<string[]> {
    return keptReferences(this.#options.state)
  }

  /** Compares all windows as they are now and states the result. */
  async compare(): Promise<void> {
    const nowMs = this.#options.clock.now()
    this.#slots.roll(nowMs)
    this.#hours.roll(nowMs)
    const source = this.#reference
    const problem = await this.#attempt('reference', () => source.refresh(nowMs))
    // Another configuration was taken over meanwhile: its own round will follow.
    if (source !== this.#reference) return
    const reference = source.sketches(nowMs)
    this.#problem = problem ?? (reference.isEmpty ? 'the reference has no requests yet' : undefined)
    const current = this.#current(nowMs)
    this.#drifts = this.#compareSets(reference, current)
    this.#embeddings = this.#compareEmbeddings(reference, current)
    this.#comparedMs = nowMs
    this.#state()
  }

  #schedule(): void {
    // There may be one already, when a configuration was taken over during a round.
    this.#cancel()
    if (this.#isStopped || !this.#config.enabled) return
    this.#cancel = this.#options.clock.after(this.#config.interval, () => void this.#round())
  }

  async #round(): Promise<void> {
    await this.compare()
    await this.#save()
    this.#schedule()
  }

  #current(nowMs: number): SketchSet {
    return this.#slots.between(nowMs - this.#config.current, Infinity)
  }

  #compareSets(reference: SketchSet, current: SketchSet): FeatureDrift[] {
    const { min_requests: enough, bins } = this.#config
    const watched = new Set<string>(watchedFeatures(this.#config))
    const entries = [...current.entries()].filter(({ feature }) => watched.has(feature))
    return entries.map(({ model, feature, sketch }) => {
      const before = reference.get(model, feature) ?? reference.get(ANY_MODEL, feature)
      const referenceCount = before?.count ?? 0
      const isEnough = before !== undefined && Math.min(referenceCount, sketch.count) >= enough
      const comparison = isEnough ? compareSketches(before, sketch, bins) : undefined
      return { model, feature, referenceCount, currentCount: sketch.count, comparison }
    })
  }

  #compareEmbeddings(reference: SketchSet, current: SketchSet): EmbeddingDrift[] {
    const { min_requests: enough, bins, features } = this.#config
    this.#embeddingLengths.learn(current)
    if (!features.includes('embedding')) return []
    return embeddingDrifts({ reference, current }, this.#embeddingLengths, { enough, bins })
  }

  #state(): void {
    this.#instruments.clear()
    for (const { model, feature, referenceCount, currentCount, comparison } of this.#drifts) {
      this.#instruments.counted({ model, feature }, referenceCount, currentCount)
      if (comparison !== undefined) this.#instruments.compared({ model, feature }, comparison)
    }
    for (const drift of this.#embeddings) this.#instruments.embedded(drift)
  }

  /** What a request says; without its embedding when that has another length than the model's others. */
  #valuesOf(model: string, request: Request): ReturnType<typeof watchedValues> {
    const values = watchedValues(this.#config, request)
    const embedding = this.#config.features.includes('embedding') ? embeddingIn(request.span.attributes) : undefined
    if (embedding === undefined || this.#embeddingLengths.accepts(model, embedding.length)) return values
    this.#instruments.otherLengths.add({})
    return values.filter(([feature]) => !isOfEmbedding(feature))
  }

  /** Undefined for a model that is not watched. */
  #shareOf(model: string): Share | undefined {
    const known = this.#models.get(model)
    if (known !== undefined) return known
    if (this.#models.size >= MAX_MODELS) {
      this.#instruments.unwatched.add({})
      return undefined
    }
    const share = new Share()
    this.#models.set(model, share)
    return share
  }

  #add(model: string, timeMs: number, values: ReturnType<typeof watchedValues>, times = 1): void {
    const nowMs = this.#options.clock.now()
    const isWeekly = this.#config.reference.kind === 'weekly'
    for (const sketches of [this.#slots.at(timeMs, nowMs), isWeekly ? this.#hours.at(timeMs, nowMs) : undefined])
      for (const [feature, value] of values) sketches?.add(model, feature, value, times)
  }

  #forgetResult(): void {
    this.#drifts = []
    this.#embeddings = []
    this.#comparedMs = undefined
    this.#problem = undefined
    this.#instruments.clear()
  }

  /** Reads once what is stored; after that memory knows better. Hours are read only for who compares with them. */
  async #load({ reference }: DriftConfig): Promise<void> {
    const archives = reference.kind === 'weekly' ? [this.#windowArchive, this.#hourArchive] : [this.#windowArchive]
    const nowMs = this.#options.clock.now()
    await this.#attempt('load', async () => {
      for (const archive of archives.filter((each) => !this.#loaded.has(each))) {
        this.#loaded.add(archive)
        await archive.load(nowMs)
      }
      for (const { model } of this.#slots.between(-Infinity, Infinity).entries()) this.#shareOf(model)
      this.#embeddingLengths.learn(this.#current(nowMs))
    })
  }

  async #save(): Promise<void> {
    await this.#attempt('save', async () => {
      for (const archive of [this.#windowArchive, this.#hourArchive]) await archive.save()
    })
  }

  /** What went wrong, said and counted; the next round tries again. */
  async #attempt(step: 'load' | 'reference' | 'save', run: () => Promise<void>): Promise<string | undefined> {
    try {
      await run()
      return undefined
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#instruments.failures.add({ step })
      this.#options.logger.warn({ step, reason }, 'drift')
      return reason
    }
  }

  #referenceFor(config: DriftConfig): Reference {
    const { state, requests } = this.#options
    const { reference, current } = config
    switch (reference.kind) {
      case 'rolling':
        return new RollingReference(this.#slots, current, reference.duration)
      case 'window': {
        const range = { minMs: reference.from, maxMs: reference.to }
        const name = `window ${new Date(reference.from).toISOString()} ${new Date(reference.to).toISOString()}`
        return new KeptReference(state, name, () => readStoredWindow(requests, range, config))
      }
      case 'pinned':
        return new KeptReference(state, reference.name)
      case 'weekly':
        return new WeeklyReference(state, current, reference.weeks)
      case 'file':
        return new FileReference(reference.path)
    }
  }
}

function slotLengths({ interval, current, reference }: DriftConfig): SlotsOptions {
  const rollingMs = reference.kind === 'rolling' ? reference.duration : 0
  const stepMs = Math.max(interval, Math.ceil(current / STEPS_PER_WINDOW))
  const blockMs = Math.max(stepMs, Math.ceil(rollingMs / BLOCKS_PER_REFERENCE))
  return { stepMs, blockMs, recentMs: current, keepMs: current + rollingMs }
}
