import type { Event } from '../model/event.ts'
import type { LogRecord } from '../model/log-record.ts'
import { isLlmSpan, type LlmSpan, type Request } from '../model/request.ts'
import type { RequestSource, Span } from '../model/span.ts'
import type { RequestStore } from '../storage/request-store.ts'
import { type EventStore, type LogStore, StoreUnavailableError } from '../storage/store.ts'
import type { Counter, InstrumentRegistry } from '../telemetry/instruments.ts'
import type { Clock } from '../util/clock.ts'
import { Lru } from '../util/lru.ts'
import { LateMessages, type SpanMessages } from './late-messages.ts'
import type { Forgettable } from './forgetting.ts'
import type { RequestSeries } from './request-series.ts'

/** Spans that are remembered as counted, so that one that is sent twice counts once. */
const REMEMBERED_SPANS = 50_000
/** The figures of sessions and users are brought up to date at most this often. */
const REFRESH_MS = 10_000

export interface IntakeOptions {
  readonly store: { readonly requests: RequestStore; readonly events: EventStore; readonly logs: LogStore }
  /** What a call cost in US dollars; undefined when that is not known. */
  readonly costOf: (span: LlmSpan) => number | undefined
  readonly series: RequestSeries
  readonly registry: InstrumentRegistry
  readonly clock: Clock
  /**
   * Called with what is new, after it is committed and before the sender is answered: must only take note and return.
   * Gets spans as they came, before `redact`.
   */
  readonly onRequests?: (requests: readonly Request[]) => void
  /** Called like `onRequests`, but once for each request: not again when its messages come later. */
  readonly onCounted?: (requests: readonly Request[]) => void
  /** What may be stored of a span; the span itself by default. */
  readonly redact?: (span: Span) => Span
  readonly redactLog?: (record: LogRecord) => LogRecord
  readonly redactEvent?: (event: Event) => Event
  /** Whether something was deleted and must not come again; such things are counted and left out. */
  readonly isForgotten?: (item: Forgettable) => boolean
  /** Spans, events and log records that may wait for their commit at the same time. */
  readonly maxPending?: number
}

export type IngestSignal = 'spans' | 'events' | 'logs' | 'messages' | 'samples'

/**
 * The way of everything that is sent to us, whatever it came by: priced, committed, counted, handed to evaluation.
 * Every `take…` resolves when the data is committed and rejects with `StoreUnavailableError` when it was not taken and the
 * sender should try again later.
 */
export class Intake {
  readonly #options: IntakeOptions
  readonly #counters: IntakeCounters
  readonly #late = new LateMessages()
  readonly #counted = new Lru<string, true>(REMEMBERED_SPANS)
  readonly #maxPending: number
  #pending = 0
  #refreshedMs = 0

  constructor(options: IntakeOptions) {
    this.#options = options
    this.#counters = intakeCounters(options.registry)
    this.#maxPending = options.maxPending ?? 200_000
  }

  async takeSpans(spans: readonly Span[], source: RequestSource): Promise<void> {
    const wanted = this.#wanted('spans', source, lastOfEach(spans), identityOf)
    const complete = wanted.map((span) => this.#late.completed(span))
    const costs = complete.map((span) => (isLlmSpan(span) ? this.#options.costOf(span) : undefined))
    await this.#commit('spans', source, complete.length, () => this.#writeSpans(complete, costs))
    const requests = requestsOf(complete, costs)
    const fresh = requests.filter(({ span }) => this.#isFirst(span))
    this.#options.series.countRequests(fresh)
    this.#options.onCounted?.(fresh)
    this.#late.remember(requests)
    this.#refresh()
    if (fresh.length > 0) this.#options.onRequests?.(fresh)
  }

  async takeEvents(given: readonly Event[], source: string): Promise<void> {
    const { redactEvent, store } = this.#options
    const events = this.#wanted('events', source, given, (event) => event)
    const kept = redactEvent === undefined ? events : events.map(redactEvent)
    await this.#commit('events', source, events.length, () => store.events.writeEvents(kept))
    this.#options.series.countEvents(events.filter((event) => this.#isFirst({ traceId: 'event', spanId: event.id })))
    this.#refresh()
  }

  async takeLogs(given: readonly LogRecord[], source: string): Promise<void> {
    const { redactLog, store } = this.#options
    const records = this.#wanted('logs', source, given, (record) => record)
    const kept = redactLog === undefined ? records : records.map(redactLog)
    await this.#commit('logs', source, records.length, () => store.logs.writeLogs(kept))
  }

  /** Messages of calls that came apart from their spans, as log records; before or after them. */
  async takeMessages(messages: readonly SpanMessages[]): Promise<void> {
    const wanted = this.#wanted('messages', 'otlp', messages, (message) => ({ ...message, timeMs: undefined }))
    const changed = wanted.flatMap((message) => this.#late.add(message))
    if (changed.length === 0) return
    const costs = changed.map(({ costUsd }) => costUsd)
    await this.#commit('spans', 'otlp', 0, () =>
      this.#writeSpans(
        changed.map(({ span }) => span),
        costs,
      ),
    )
    this.#options.onRequests?.(changed)
  }

  /** Counts what was sent and could not be taken. */
  countRejected(signal: IngestSignal, source: string, reason: string, count: number): void {
    if (count > 0) this.#counters.rejected.add({ signal, source, reason }, count)
  }

  async #commit(
    signal: 'spans' | 'events' | 'logs',
    source: string,
    count: number,
    write: () => Promise<void>,
  ): Promise<void> {
    if (this.#pending + count > this.#maxPending) {
      this.countRejected(signal, source, 'busy', count)
      throw new StoreUnavailableError(
        `${this.#pending} items wait for their commit, the limit is ${this.#maxPending}: send again later`,
      )
    }
    this.#pending += count
    try {
      await write()
      this.#counters[signal].add({ source }, count)
    } catch (error) {
      this.countRejected(signal, source, 'store_unavailable', count)
      throw error
    } finally {
      this.#pending -= count
    }
  }

  #wanted<Item>(
    signal: IngestSignal,
    source: string,
    items: readonly Item[],
    identity: (item: Item) => Forgettable,
  ): readonly Item[] {
    const { isForgotten } = this.#options
    if (isForgotten === undefined) return items
    const wanted = items.filter((item) => !isForgotten(identity(item)))
    this.countRejected(signal, source, 'deleted', items.length - wanted.length)
    return wanted
  }

  #writeSpans(spans: readonly Span[], costs: ReadonlyArray<number | undefined>): Promise<void> {
    const { redact, store } = this.#options
    return store.requests.writeSpans(redact === undefined ? spans : spans.map(redact), costs)
  }

  #isFirst(id: { readonly traceId: string; readonly spanId: string }): boolean {
    const key = id.traceId + id.spanId
    if (this.#counted.get(key) !== undefined) return false
    this.#counted.set(key, true)
    return true
  }

  #refresh(): void {
    const nowMs = this.#options.clock.now()
    if (nowMs - this.#refreshedMs < REFRESH_MS) return
    this.#refreshedMs = nowMs
    this.#options.series.refresh(nowMs)
  }
}

/** Not the span with a time beside it: copying all that a span holds takes longer than looking for it. */
function identityOf({ traceId, spanId, userId, sessionId, startMs }: Span): Forgettable {
  return { traceId, spanId, userId, sessionId, timeMs: startMs }
}

/** Of a span that occurs twice in a batch the last one. */
function lastOfEach(spans: readonly Span[]): readonly Span[] {
  const byId = new Map(spans.map((span) => [span.traceId + span.spanId, span]))
  return byId.size === spans.length ? spans : [...byId.values()]
}

function requestsOf(spans: readonly Span[], costs: ReadonlyArray<number | undefined>): Request[] {
  return spans.flatMap((span, i) => (isLlmSpan(span) ? [{ span, costUsd: costs[i] }] : []))
}

interface IntakeCounters {
  readonly spans: Counter<'source'>
  readonly events: Counter<'source'>
  readonly logs: Counter<'source'>
  readonly rejected: Counter<'signal' | 'source' | 'reason'>
}

function intakeCounters(registry: InstrumentRegistry): IntakeCounters {
  const taken = (signal: string): Counter<'source'> =>
    registry.counter({
      name: `tetrascope_ingest_${signal}_total`,
      help: `Committed ${signal} by how they came`,
      labelNames: ['source'],
    })
  return {
    spans: taken('spans'),
    events: taken('events'),
    logs: taken('logs'),
    rejected: registry.counter({
      name: 'tetrascope_ingest_rejected_total',
      help: 'Items that were sent and not taken, by reason',
      labelNames: ['signal', 'source', 'reason'],
    }),
  }
}
