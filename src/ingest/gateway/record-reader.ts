import type { Span } from '../../model/span.ts'
import { BoundedQueue } from '../../util/bounded-queue.ts'
import type { Clock } from '../../util/clock.ts'
import type { Exchange } from './exchange.ts'

/** How long calls are gathered before the first of them is read: one turn for several calls, and none is read while its caller asks again. */
const GATHER_MS = 100
/** At each turn of the event loop this share of what waits is read, so that reading keeps up and yet hardly delays the bytes of a call. */
const SHARE_OF_A_TURN = 1 / 8
const LEAST_OF_A_TURN = 4
/** Spans that are copied over at once, unless fewer are left: each message wakes the main thread. */
const PIECE_SIZE = 16

export interface RecordReaderOptions {
  readonly clock: Clock
  /** Calls that may wait to be read or to be safe; more are dropped and counted. */
  readonly capacity: number
  /** Reads calls into spans; calls that are no model calls have none. */
  readonly read: (exchanges: readonly Exchange[]) => Promise<readonly Span[]>
  readonly send: (piece: RecordPiece) => void
  /** Called once for each gathering, before its calls are read. */
  readonly onGathered: () => void
}

/** Spans on their way to the main thread, a few at a time, as copying many over at once would hold up calls. */
export interface RecordPiece {
  readonly spans: readonly Span[]
  /** Calls that were dropped since the last piece, because too many waited or because they could not be read. */
  readonly dropped: number
}

/** Reads what was seen of calls that are over, a little at a time between the calls that are not. */
export class RecordReader {
  readonly #options: RecordReaderOptions
  readonly #ended: BoundedQueue<Exchange>
  #reading = false
  /** Read and not sent yet. */
  #piece: Span[] = []
  /** Read and not yet safe. */
  #unsafe = 0
  #dropped = 0
  #whenEmpty: (() => void) | undefined

  constructor(options: RecordReaderOptions) {
    this.#options = options
    this.#ended = new BoundedQueue(options.capacity)
  }

  add(exchange: Exchange): void {
    const waiting = this.#ended.size + this.#unsafe
    if (waiting >= this.#options.capacity || !this.#ended.push(exchange)) this.#dropped++
    this.gather()
  }

  /** Soon calls `onGathered` and then reads what has ended. */
  gather(): void {
    if (this.#reading) return
    this.#reading = true
    this.#options.clock.after(GATHER_MS, () => {
      this.#options.onGathered()
      void this.#readSome()
    })
  }

  /** So many spans of those sent are safe now. */
  taken(count: number): void {
    this.#unsafe -= count
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
    const share = Math.ceil(this.#ended.size * SHARE_OF_A_TURN)
    const spans = await this.#read(this.#ended.take(Math.max(LEAST_OF_A_TURN, share)))
    this.#unsafe += spans.length
    this.#piece.push(...spans)
    const isEmpty = this.#ended.size === 0
    if (isEmpty || this.#piece.length >= PIECE_SIZE) this.#sendPiece()
    if (!isEmpty) return void setImmediate(() => void this.#readSome())
    this.#reading = false
    this.#tellWhenEmpty()
  }

  /** A call that cannot be read is dropped and counted: it must not take others with it, let alone the thread that passes calls on. */
  async #read(exchanges: readonly Exchange[]): Promise<readonly Span[]> {
    try {
      return await this.#options.read(exchanges)
    } catch {
      if (exchanges.length > 1) return (await Promise.all(exchanges.map((one) => this.#read([one])))).flat()
      this.#dropped += exchanges.length
      return []
    }
  }

  #sendPiece(): void {
    if (this.#piece.length === 0 && this.#dropped === 0) return
    this.#options.send({ spans: this.#piece, dropped: this.#dropped })
    this.#piece = []
    this.#dropped = 0
  }

  #tellWhenEmpty(): void {
    if (!this.#reading && this.#unsafe === 0) this.#whenEmpty?.()
  }
}
