import type { AnswerReceiver } from './answer-parser.ts'

export interface UpstreamRequest {
  readonly method: string
  readonly path: string
  /** name, value, name, value ... without those that belong to a connection. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** What carries a call. */
export interface Carrier {
  pause(): void
  resume(): void
  /** Breaks the connection off. */
  drop(): void
}

/** A call to an upstream, from when it is made until its receiver has been told how it ended, or it was given up. */
export class UpstreamCall {
  readonly request: UpstreamRequest
  readonly receiver: AnswerReceiver
  /** Undefined while it waits for a connection. */
  carrier: Carrier | undefined
  isOver = false

  constructor(request: UpstreamRequest, receiver: AnswerReceiver) {
    this.request = request
    this.receiver = receiver
  }

  /** The receiver hears no more of it. */
  abort(): void {
    if (this.isOver) return
    this.isOver = true
    this.carrier?.drop()
  }

  fail(error: Error): void {
    if (this.isOver) return
    this.isOver = true
    this.receiver.onError(error)
  }

  /** Until `resume` the upstream is to wait; a little may still come. */
  pause(): void {
    if (!this.isOver) this.carrier?.pause()
  }

  resume(): void {
    if (!this.isOver) this.carrier?.resume()
  }
}
