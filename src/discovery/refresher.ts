import type { Logger } from '../telemetry/log.ts'
import type { Clock } from '../util/clock.ts'

export interface RefresherOptions {
  readonly what: string
  readonly intervalMs: number
  readonly clock: Clock
  readonly logger: Logger
  /** Failing is told in the log, once until it succeeds again or fails otherwise. */
  readonly refresh: (signal: AbortSignal) => Promise<void>
}

/** Calls `refresh` at once, then every interval, and when it is poked; never two at a time. */
export class Refresher {
  readonly #options: RefresherOptions
  readonly #abort = new AbortController()
  #cancel: () => void = () => undefined
  #running: Promise<void> | undefined
  #isPoked = false
  #lastFailure = ''

  constructor(options: RefresherOptions) {
    this.#options = options
  }

  start(): void {
    this.poke()
  }

  /** Refreshes now, or once more after the refresh under way. */
  poke(): void {
    if (this.#abort.signal.aborted) return
    if (this.#running !== undefined) {
      this.#isPoked = true
      return
    }
    this.#cancel()
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    this.#cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, intervalMs, refresh } = this.#options
    await refresh(this.#abort.signal).then(
      () => this.#recovered(),
      (error: unknown) => this.#failed(error),
    )
    this.#running = undefined
    if (this.#abort.signal.aborted) return
    const delayMs = this.#isPoked ? 0 : intervalMs
    this.#isPoked = false
    this.#cancel = clock.after(delayMs, () => this.poke())
  }

  #recovered(): void {
    if (this.#lastFailure !== '') this.#options.logger.info({ what: this.#options.what }, 'discovery works again')
    this.#lastFailure = ''
  }

  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (this.#abort.signal.aborted || reason === this.#lastFailure) return
    this.#lastFailure = reason
    this.#options.logger.warn({ what: this.#options.what, reason }, 'discovery failed; the last good targets stay')
  }
}
