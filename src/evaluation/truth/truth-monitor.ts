import { GROUND_TRUTH, type Event } from '../../model/event.ts'
import { isLlmSpan, type Request } from '../../model/request.ts'
import type { RequestStore } from '../../storage/request-store.ts'
import type { EventStore } from '../../storage/store.ts'
import type { TimeRange } from '../../storage/sample-store.ts'
import type { InstrumentRegistry } from '../../telemetry/instruments.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Clock } from '../../util/clock.ts'
import type { TruthConfig } from './config.ts'
import { type JudgedAnswer, judgedAnswer, plainText } from './judged-answer.ts'
import { TruthInstruments } from './truth-instruments.ts'
import { type ModelTruth, truthReport } from './truth-report.ts'

/** The newest truths of the window that count. */
const MAX_TRUTHS = 20_000
/** Requests looked up in one round: a large import of truths is joined over some rounds. */
const MAX_LOOKUPS = 2_000

export interface TruthMonitorOptions {
  readonly config: TruthConfig
  readonly events: Pick<EventStore, 'events'>
  readonly requests: Pick<RequestStore, 'request' | 'trace'>
  readonly instruments: InstrumentRegistry
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Joins ground truths, which arrive when they arrive, to the requests that they are about, and states how right the models are. What it knows is
 * read from the store again after a restart.
 */
export class TruthMonitor {
  readonly #options: TruthMonitorOptions
  #config: TruthConfig
  readonly #instruments: TruthInstruments
  /** By the id of the truth. */
  #answers = new Map<string, JudgedAnswer>()
  /** How often a truth that is not joined was looked up, by its key. */
  #tries = new Map<string, number>()
  #cancel: () => void = () => undefined
  #isStopped = false

  constructor(options: TruthMonitorOptions) {
    this.#options = options
    this.#config = options.config
    this.#instruments = new TruthInstruments(options.instruments)
  }

  start(): void {
    if (this.#config.enabled) this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  /** Takes over a configuration: if it is another one, the next round reads everything anew by it. */
  apply(config: TruthConfig): void {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return
    this.#config = config
    this.#answers = new Map()
    this.#cancel()
    this.#instruments.state([])
    this.start()
  }

  /** How the models did by the truths of a range; what the last round has joined, and nothing newer. */
  report({ minMs, maxMs }: TimeRange): ModelTruth[] {
    const inside = [...this.#answers.values()].filter(({ timeMs }) => timeMs >= minMs && timeMs <= maxMs)
    return truthReport(inside, this.#config)
  }

  /** Reads what is new and states the result. A store that does not answer is counted and asked again the next time. */
  async refresh(): Promise<void> {
    const { clock, logger } = this.#options
    const config = this.#config
    const nowMs = clock.now()
    try {
      await this.#join({ minMs: nowMs - config.window, maxMs: nowMs })
      this.#instruments.state(truthReport([...this.#answers.values()], config))
    } catch (error) {
      this.#instruments.failures.add({})
      logger.warn({ reason: error instanceof Error ? error.message : String(error) }, 'ground truths are not read')
    }
  }

  #schedule(): void {
    if (this.#isStopped) return
    const config = this.#config
    this.#cancel = this.#options.clock.after(config.interval, () => {
      // A round that was under way when another configuration came is not the one that goes on.
      void this.refresh().then(() => config === this.#config && this.#schedule())
    })
  }

  async #join(range: TimeRange): Promise<void> {
    const { events } = this.#options
    const config = this.#config
    const found = await events.events({ range, type: 'custom', limit: MAX_TRUTHS })
    const truths = found.filter(({ name }) => name === GROUND_TRUTH)
    const answers = new Map<string, JudgedAnswer>()
    for (const truth of truths) {
      const known = this.#answers.get(keyOf(truth))
      if (known !== undefined) answers.set(keyOf(truth), known)
    }
    for (const truth of this.#toLookUp(truths, answers)) {
      const request = await this.#requestOf(truth)
      if (request !== undefined) answers.set(keyOf(truth), judgedAnswer(truth, request, config.attributes))
    }
    if (config !== this.#config) return
    this.#answers = answers
    this.#instruments.unmatched.set({}, truths.length - answers.size)
  }

  /** Truths that are not joined; those that were looked up in vain least often first, so that none stands in the way of others. */
  #toLookUp(truths: readonly Event[], joined: ReadonlyMap<string, JudgedAnswer>): Event[] {
    const open = truths.filter((truth) => !joined.has(keyOf(truth)))
    const tries = new Map(open.map((truth) => [keyOf(truth), this.#tries.get(keyOf(truth)) ?? 0]))
    const triesOf = (truth: Event): number => tries.get(keyOf(truth)) ?? 0
    const chosen = open.toSorted((a, b) => triesOf(a) - triesOf(b)).slice(0, MAX_LOOKUPS)
    for (const truth of chosen) tries.set(keyOf(truth), triesOf(truth) + 1)
    this.#tries = tries
    return chosen
  }

  /** The request itself, or the first model call of the trace when the truth names only that. */
  async #requestOf({ traceId, spanId }: Event): Promise<Request | undefined> {
    if (traceId === '') return undefined
    if (spanId !== '') return this.#options.requests.request(traceId, spanId)
    const span = (await this.#options.requests.trace(traceId)).find(isLlmSpan)
    return span === undefined ? undefined : { span, costUsd: undefined }
  }
}

/** A truth that is sent again under its id may have changed. */
function keyOf({ id, timeMs, attributes }: Event): string {
  return `${id} ${timeMs} ${plainText(attributes['expected'])} ${plainText(attributes['predicted'])}`
}
