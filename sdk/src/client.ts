import { activeScope, parseTraceparent, runInScope } from './active-span.ts'
import { type ActiveSpan, ActiveWork, type SpanOptions } from './active-work.ts'
import { type BusinessEvent, type Feedback, type GroundTruth, type Subject, subjectFields } from './business-event.ts'
import { spanOfCall } from './call-span.ts'
import { type SdkClock, settingsOf, type Settings, type TetrascopeOptions } from './client-options.ts'
import { Delivery, type DropReason } from './delivery.ts'
import { atExit } from './exit-flush.ts'
import type { CallContext, ModelCall, SpanIds } from './model-call.ts'
import { encodeSpan, type FinishedSpan } from './otlp-json.ts'
import { type Lane, Outbox } from './outbox.ts'
import { post, type PostTarget } from './post.ts'
import { idsOfName, randomHex } from './span-ids.ts'

/** What became of all that was recorded. */
export interface ClientStats {
  readonly queued: number
  readonly sent: number
  readonly dropped: Readonly<Record<DropReason, number>>
}

const NO_IDS: SpanIds = { traceId: '', spanId: '' }

/** Calls that were recorded inside a span under the caller's own name; feedback by that name must find the place that they got. */
const MAX_REMEMBERED = 10_000

let firstClient: Tetrascope | undefined

/**
 * Starts to send what the application records to Tetrascope. Nothing here throws into its host: what goes wrong, a wrong address
 * included, is told to `onError` and counted in `stats()`. The first client of a process is the one that `observeOpenAI` and
 * `observeAnthropic` use when they are given none.
 */
export function createTetrascope(options: TetrascopeOptions): Tetrascope {
  const client = new Tetrascope(options)
  firstClient ??= client
  return client
}

/** The first client that was created and is still open. */
export function defaultTetrascope(): Tetrascope | undefined {
  return firstClient
}

export class Tetrascope {
  readonly #settings: Settings
  readonly #target: PostTarget | undefined
  readonly #outbox: Outbox
  readonly #delivery: Delivery
  readonly #remembered = new Map<string, SpanIds>()
  readonly #dropped: Record<DropReason, number> = { queue_full: 0, refused: 0, unsent: 0, invalid: 0 }
  readonly #leaveExit: () => void
  #sent = 0
  #isClosed = false

  constructor(options: TetrascopeOptions) {
    this.#settings = settingsOf(options)
    this.#target = targetOf(options, this.#settings)
    this.#outbox = new Outbox({ maxItems: this.#settings.maxQueueItems, maxLength: this.#settings.maxQueueLength })
    this.#delivery = new Delivery({
      outbox: this.#outbox,
      post: (lane, items) => this.#post(lane, items),
      batchSize: this.#settings.batchSize,
      flushIntervalMs: this.#settings.flushIntervalMs,
      onDropped: (reason, count, message) => this.#drop(reason, count, message),
      onSent: (count) => {
        this.#sent += count
      },
      onError: (message) => this.#report(message),
      random: this.#settings.random,
    })
    this.#leaveExit = this.#settings.flushAtExit
      ? atExit((isFinal) => this.#finish(this.#settings.exitTimeoutMs, isFinal))
      : () => {}
    if (this.#target === undefined) this.#report(`url: found ${JSON.stringify(options.url)}, expected http://host:4600`)
  }

  /** The clock by which calls are timed. */
  get clock(): SdkClock {
    return this.#settings.clock
  }

  /** Records one call of a model that is over. Gives its ids, which feedback can name. */
  recordRequest(call: ModelCall): SpanIds {
    return this.#guard(NO_IDS, () => {
      const { context, span: parent } = activeScope()
      const ids = this.#idsOf(call, parent)
      const place = {
        ...ids,
        parentSpanId:
          call.parentSpanId ?? (parent !== undefined && parent.traceId === ids.traceId ? parent.spanId : ''),
        nowMs: this.#settings.clock.now(),
        captureContent: this.#settings.captureContent,
      }
      this.#addSpan(spanOfCall({ ...context, ...call }, place))
      return ids
    })
  }

  /** Records a business fact: a task done, a hand-off, revenue. */
  recordEvent(event: BusinessEvent): void {
    const { type, name, value, comment } = event
    this.#addFact('events', event, { type, name, value, comment })
  }

  /** Records what a user thinks of an answer. */
  feedback(feedback: Feedback): void {
    const { value, rating, comment } = feedback
    this.#addFact('feedback', feedback, { value, rating, comment })
  }

  /** Records what would have been the right answer. */
  groundTruth(truth: GroundTruth): void {
    const { expected, predicted, group, task } = truth
    this.#addFact('ground-truth', truth, { expected, predicted, group, task })
  }

  /** Runs `work` with a context that holds for all that is recorded inside. */
  withContext<T>(context: CallContext & { readonly traceparent?: string | undefined }, work: () => T): T {
    const { traceparent, ...rest } = context
    const outer = activeScope()
    const span = traceparent === undefined ? outer.span : parseTraceparent(traceparent)
    return runInScope({ context: { ...outer.context, ...rest }, span }, work)
  }

  /** Runs `work` as a span; model calls and spans inside become its children. What it gives or throws passes through. */
  span<T>(name: string, options: SpanOptions, work: (span: ActiveSpan) => T): T {
    const active = this.#startWork(name, options)
    const began = this.#settings.clock.monotonic()
    const startMs = this.#settings.clock.now()
    const end = (failure: unknown): void =>
      this.#guard(undefined, () => {
        const endMs = startMs + this.#settings.clock.monotonic() - began
        this.#addSpan(active.work.finished(endMs, failure === undefined ? undefined : errorOf(failure)))
      })
    return runInScope({ context: active.context, span: active.work }, () => settle(() => work(active.work), end))
  }

  /** Sends all that waits. True when it has arrived, false when it did not in time. Never rejects. */
  flush(timeoutMs = 5_000): Promise<boolean> {
    return this.#delivery.flush(timeoutMs)
  }

  /** Flushes and ends. What could not be sent in time is dropped and counted; what is recorded afterwards too. */
  async close(timeoutMs = 5_000): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#leaveExit()
    if (firstClient === this) firstClient = undefined
    await this.#finish(timeoutMs, true)
    this.#delivery.stop()
  }

  stats(): ClientStats {
    return { queued: this.#outbox.size, sent: this.#sent, dropped: { ...this.#dropped } }
  }

  async #finish(timeoutMs: number, isFinal: boolean): Promise<void> {
    const isEmpty = await this.#delivery.flush(timeoutMs)
    if (isEmpty || !isFinal) return
    const left = this.#outbox.size
    this.#outbox.clear()
    this.#drop('unsent', left, 'the server did not take it before the end')
  }

  #startWork(name: string, options: SpanOptions): { work: ActiveWork; context: CallContext } {
    const { userId, sessionId, feature, promptName, promptVersion } = options
    const outer = activeScope()
    const context = { ...outer.context, ...defined({ userId, sessionId, feature, promptName, promptVersion }) }
    const work = new ActiveWork({
      traceId: outer.span?.traceId ?? randomHex(16),
      spanId: randomHex(8),
      parentSpanId: outer.span?.spanId ?? '',
      name,
      options,
      context,
      startMs: this.#settings.clock.now(),
      captureContent: this.#settings.captureContent,
    })
    return { work, context }
  }

  #idsOf(call: ModelCall, parent: SpanIds | undefined): SpanIds {
    const { requestId, traceId = parent?.traceId, spanId } = call
    if (traceId === undefined && requestId !== undefined) return idsOfName(requestId)
    const ids = { traceId: traceId ?? randomHex(16), spanId: spanId ?? randomHex(8) }
    if (requestId !== undefined) this.#remember(requestId, ids)
    return ids
  }

  #remember(requestId: string, ids: SpanIds): void {
    this.#remembered.set(requestId, ids)
    if (this.#remembered.size <= MAX_REMEMBERED) return
    const [oldest] = this.#remembered.keys()
    if (oldest !== undefined) this.#remembered.delete(oldest)
  }

  #addFact(lane: Lane, subject: Subject, fields: Readonly<Record<string, unknown>>): void {
    this.#guard(undefined, () => {
      const { userId, sessionId } = activeScope().context
      const { requestId } = subject
      const ids = requestId === undefined || subject.traceId !== undefined ? {} : this.#remembered.get(requestId)
      const whole = { userId, sessionId, ...subject, ...ids }
      const common = subjectFields(whole, randomHex(16), this.#settings.clock.now())
      this.#add(lane, JSON.stringify({ ...common, ...fields }))
    })
  }

  #addSpan(span: FinishedSpan): void {
    this.#add('spans', encodeSpan(span))
  }

  #add(lane: Lane, json: string): void {
    if (this.#target === undefined) return this.#drop('invalid', 1, 'the client has no address to send to')
    if (this.#isClosed) return this.#drop('unsent', 1, 'the client is closed')
    if (!this.#outbox.push(lane, json)) return this.#drop('queue_full', 1, 'the queue is full')
    this.#delivery.notice()
  }

  #post(lane: Lane, items: readonly string[]): ReturnType<typeof post> {
    if (this.#target === undefined) return Promise.resolve({ kind: 'refused', message: 'no address' })
    return post(lane, items, this.#target)
  }

  #drop(reason: DropReason, count: number, message: string): void {
    this.#dropped[reason] += count
    if (count > 0) this.#report(`${count} dropped: ${message}`)
  }

  #report(message: string): void {
    try {
      this.#settings.onError(`tetrascope: ${message}`)
    } catch {
      // The hook is the host's own; its errors have nowhere else to go, and recording must not throw.
    }
  }

  /** The host's call must not fail because it could not be recorded. */
  #guard<T>(otherwise: T, work: () => T): T {
    try {
      return work()
    } catch (error) {
      this.#drop('invalid', 1, errorOf(error).message)
      return otherwise
    }
  }
}

function targetOf(options: TetrascopeOptions, settings: Settings): PostTarget | undefined {
  const text = options.url.endsWith('/') ? options.url : `${options.url}/`
  if (!URL.canParse(text) || !/^https?:/.test(text)) return undefined
  return {
    url: new URL(text),
    headers: {
      ...options.headers,
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    resource: { ...options.resource, 'service.name': settings.service },
    timeoutMs: settings.timeoutMs,
  }
}

/** Runs `work`, at once or as a promise, and tells how it ended. The promise that it gave is given on as it is. */
function settle<T>(work: () => T, end: (failure: unknown) => void): T {
  let result: T
  try {
    result = work()
  } catch (error) {
    end(error)
    throw error
  }
  if (result instanceof Promise) {
    result.then(
      () => end(undefined),
      (error: unknown) => end(error ?? new Error('rejected without a reason')),
    )
  } else end(undefined)
  return result
}

function errorOf(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value))
}

function defined(context: CallContext): CallContext {
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined))
}
