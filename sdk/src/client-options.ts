import type { Attributes } from './model-call.ts'

export interface TetrascopeOptions {
  /** Where Tetrascope listens: `http://tetrascope:4600`. */
  readonly url: string
  /** The name of the application (`service.name`). */
  readonly service: string
  /** The API token, when the server asks for one. */
  readonly token?: string | undefined
  /** More headers for each HTTP request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** More about the application: `deployment.environment.name`, `service.version` ... */
  readonly resource?: Attributes | undefined
  /** False keeps prompts and answers in the application. */
  readonly captureContent?: boolean | undefined
  /** Items in one batch. */
  readonly batchSize?: number | undefined
  /** The longest time that an item waits for its batch to fill. */
  readonly flushIntervalMs?: number | undefined
  /** Items that wait at most; more are dropped and counted. */
  readonly maxQueueItems?: number | undefined
  /** Length of all that waits at most, in characters. */
  readonly maxQueueLength?: number | undefined
  /** The longest time for one HTTP request. */
  readonly timeoutMs?: number | undefined
  /** The longest time that the end of the process is held up. */
  readonly exitTimeoutMs?: number | undefined
  /** False leaves the end of the process to the host, which then calls `close()`. */
  readonly flushAtExit?: boolean | undefined
  /** Told of all that goes wrong. By default a warning of the process, at most one a minute. */
  readonly onError?: ((message: string) => void) | undefined
  readonly clock?: SdkClock | undefined
  /** 0 to 1; spreads the retries. */
  readonly random?: (() => number) | undefined
}

export interface SdkClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds that never jump, for durations. */
  monotonic(): number
}

type Defaulted = Omit<TetrascopeOptions, 'url' | 'token' | 'headers' | 'resource'>

export type Settings = { readonly [K in keyof Defaulted]-?: NonNullable<Defaulted[K]> }

/** The options with their defaults. */
export function settingsOf(options: TetrascopeOptions): Settings {
  return {
    service: options.service,
    captureContent: options.captureContent ?? true,
    batchSize: options.batchSize ?? 500,
    flushIntervalMs: options.flushIntervalMs ?? 500,
    maxQueueItems: options.maxQueueItems ?? 10_000,
    maxQueueLength: options.maxQueueLength ?? 32 * 1024 * 1024,
    timeoutMs: options.timeoutMs ?? 10_000,
    exitTimeoutMs: options.exitTimeoutMs ?? 3_000,
    flushAtExit: options.flushAtExit ?? true,
    onError: options.onError ?? warningOncePerMinute(),
    clock: options.clock ?? { now: Date.now, monotonic: () => performance.now() },
    random: options.random ?? Math.random,
  }
}

function warningOncePerMinute(): (message: string) => void {
  let quietUntil = 0
  return (message) => {
    const now = Date.now()
    if (now < quietUntil) return
    quietUntil = now + 60_000
    process.emitWarning(message, 'TetrascopeWarning')
  }
}
