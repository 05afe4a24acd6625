import type { Span } from '../../model/span.ts'
import { BoundedQueue } from '../../util/bounded-queue.ts'
import type { Exchange } from './exchange.ts'

/** How long calls are gathered before the first of them is read: one batch for many calls, and none is read while its caller asks again. */
const GATHER_MS = 20
/** At each turn of the event loop this share of what waits is read, so that reading keeps up and yet hardly delays the bytes of a call. */
const SHARE_OF_A_TURN = 1 / 8
/** Spans that go into the store together; fewer when no more wait. */
const BATCH_SIZE = 1_000

export interface RecordReaderOptions {
  /** Calls that may wait to be read or to be safe; more are dropped and counted. */
  readonly capacity: number
  /** Reads calls into spans; calls that are no model calls have none. */
  readonly read: (exchanges: readonly Exchange[]) => Promise<readonly Span[]>
  readonly send: (piece: BatchPiece) => void
  /** Called once for each gathering, before its calls are read. */
  readonly onGathered: () => void
}

/** Spans on their way to the main thread: a batch is cut into pieces, as copying it over at once would hold up calls. */
export interface BatchPiece {
  readonly spans: readonly Span[]
  /** Calls that were dropped since the last piece. */
  readonly dropped: number
  /** Whether the batch ends with this piece. */
  readonly last: boolean
}

/** Reads what was seen of calls that are over, a little at a time between the calls that are not. */
export class RecordReader {
  readonly #options: RecordReaderOptions
  readonly #ended: BoundedQueue<Exchange>
  #reading = false
  #sending = 0
  #inBatch = 0
  #dropped = 0
  #whenEmpty: (() => void) | undefined

  constructor(options: RecordReaderOptions) {
    this.#options = options
    this.#ended = new BoundedQueue(options.capacity)
  }

  add(exchange: Exchange): void {
    const waiting = this.#ended.size + this.#sending
    if (waiting >= this.#options.capacity || !this.#ended.push(exchange)) this.#dropped++
    this.gather()
  }

  /** Soon calls `onGathered` and then reads what has ended. */
  gather(): void {
    if (this.#reading) return
    this.#reading = true
    setTimeout(() => {
      this.#options.onGathered()
      void this.#readSome()
    }, GATHER_MS)
  }

  /** So many spans of those sent are safe now. */
  taken(count: number): void {
    this.#sending -= count
    this.#tellWhenEmpty()
  }

  /** Resolves when everything has been read, sent and taken. No calls may be added any more. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve
      this.#tellWhenEmpty()
    })
  }

  async #readSome(): Promise<void> {
    const some = this.#ended.take(Math.ceil(this.#ended.size * SHARE_OF_A_TURN))
    const spans = await this.#options.read(some)
    this.#sending += spans.length
    this.#inBatch += spans.length
    const isEmpty = this.#ended.size === 0
    const last = isEmpty || this.#inBatch >= BATCH_SIZE
    if (this.#inBatch > 0 || this.#dropped > 0) this.#send(spans, last)
    if (!isEmpty) return void setImmediate(() => void this.#readSome())
    this.#reading = false
    this.#tellWhenEmpty()
  }

  #send(spans: readonly Span[], last: boolean): void {
    const dropped = this.#dropped
    this.#dropped = 0
    if (last) this.#inBatch = 0
    this.#options.send({ spans, dropped, last })
  }

  #tellWhenEmpty(): void {
    if (!this.#reading && this.#sending === 0) this.#whenEmpty?.()
  }
}
