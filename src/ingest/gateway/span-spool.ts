import type { Span } from '../../model/span.ts'
import { Spool, type SpoolOptions } from '../../storage/spool/spool.ts'
import type { RequestDeletion } from '../../storage/request-store.ts'
import { StoreUnavailableError } from '../../storage/store.ts'

export interface SpanSpoolOptions extends Omit<SpoolOptions, 'sink'> {
  /** Commits spans; rejects with `StoreUnavailableError` when the store is away. */
  readonly takeSpans: (spans: readonly Span[]) => Promise<void>
  /** What may be written to disk of a span; the span itself by default. `takeSpans` gets that when it is taken out again. */
  readonly redact?: (span: Span) => Span
}

interface Forgotten {
  readonly deletion: RequestDeletion
  /** What the same user does later is kept. */
  readonly untilMs: number
}

/** The way of the gateway's records: committed, or on disk until the store can take them. A call that was passed on cannot be sent again. */
export class SpanSpool {
  readonly #options: SpanSpoolOptions
  readonly #spool: Spool
  readonly #forgotten: Forgotten[]

  private constructor(options: SpanSpoolOptions, spool: Spool, forgotten: Forgotten[]) {
    this.#options = options
    this.#spool = spool
    this.#forgotten = forgotten
  }

  /** Opens the spool and begins to commit what earlier processes left in it. */
  static async start(options: SpanSpoolOptions): Promise<SpanSpool> {
    const forgotten: Forgotten[] = []
    const spool = await Spool.open({ ...options, sink: (record) => commitRecord(record, options, forgotten) })
    spool.start()
    return new SpanSpool(options, spool, forgotten)
  }

  /** Resolves when the spans are committed or on disk; rejects with `StoreUnavailableError` when neither worked. */
  async takeSpans(spans: readonly Span[]): Promise<void> {
    try {
      await this.#options.takeSpans(spans)
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      const { redact } = this.#options
      if (!(await this.#spool.append(encode(redact === undefined ? spans : spans.map(redact))))) throw error
    }
  }

  /**
   * Leaves out of what is spooled now what is to be forgotten, when it is taken out again. On disk it stays until then; a process that
   * ends before does not pass it on to the next one.
   */
  forget(deletion: RequestDeletion): void {
    if (this.#spool.sizeBytes === 0) this.#forgotten.length = 0
    else this.#forgotten.push({ deletion, untilMs: this.#options.clock.now() })
  }

  stop(): Promise<void> {
    return this.#spool.stop()
  }
}

async function commitRecord(
  record: Buffer,
  options: SpanSpoolOptions,
  forgotten: readonly Forgotten[],
): Promise<'taken' | 'unusable'> {
  const spans = decode(record)
  if (spans === undefined) return 'unusable'
  const kept = spans.filter(
    (span) => !forgotten.some(({ deletion, untilMs }) => span.startMs <= untilMs && isMeant(span, deletion)),
  )
  if (kept.length > 0) await options.takeSpans(kept)
  return 'taken'
}

function isMeant(span: Span, deletion: RequestDeletion): boolean {
  if ('userId' in deletion) return span.userId === deletion.userId
  if ('sessionId' in deletion) return span.sessionId === deletion.sessionId
  return span.traceId === deletion.traceId && span.spanId === deletion.spanId
}

/** Spans of the gateway come out of JSON and go back into it without loss; absent numbers stay absent. */
function encode(spans: readonly Span[]): Buffer {
  return Buffer.from(JSON.stringify(spans))
}

function decode(record: Buffer): readonly Span[] | undefined {
  try {
    return JSON.parse(record.toString('utf8')) as readonly Span[]
  } catch {
    return undefined
  }
}
