import type { Span } from '../../model/span.ts'
import { Spool, type SpoolOptions } from '../../storage/spool/spool.ts'
import { StoreUnavailableError } from '../../storage/store.ts'

export interface SpanSpoolOptions extends Omit<SpoolOptions, 'sink'> {
  /** Commits spans; rejects with `StoreUnavailableError` when the store is away. */
  readonly takeSpans: (spans: readonly Span[]) => Promise<void>
  /** What may be written to disk of a span; the span itself by default. `takeSpans` gets that when it is taken out again. */
  readonly redact?: (span: Span) => Span
}

/** The way of the gateway's records: committed, or on disk until the store can take them. A call that was passed on cannot be sent again. */
export class SpanSpool {
  readonly #options: SpanSpoolOptions
  readonly #spool: Spool

  private constructor(options: SpanSpoolOptions, spool: Spool) {
    this.#options = options
    this.#spool = spool
  }

  /** Opens the spool and begins to commit what earlier processes left in it. */
  static async start(options: SpanSpoolOptions): Promise<SpanSpool> {
    const spool = await Spool.open({ ...options, sink: (record) => commitRecord(record, options) })
    spool.start()
    return new SpanSpool(options, spool)
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

  stop(): Promise<void> {
    return this.#spool.stop()
  }
}

async function commitRecord(record: Buffer, { takeSpans }: SpanSpoolOptions): Promise<'taken' | 'unusable'> {
  const spans = decode(record)
  if (spans === undefined) return 'unusable'
  await takeSpans(spans)
  return 'taken'
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
