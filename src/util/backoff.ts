export interface BackoffOptions {
  readonly initialMs: number
  readonly maxMs: number
  /** Share of each delay that is random, so that many senders do not retry together. */
  readonly jitter: number
  /** In [0, 1). */
  readonly random: () => number
}

/** Delays before the attempts after the first: doubling from `initialMs` to `maxMs`, each varied by `jitter`. */
export function* backoffDelays(options: BackoffOptions): Generator<number, never> {
  for (let delayMs = options.initialMs; ; delayMs = Math.min(delayMs * 2, options.maxMs)) {
    yield delayMs * (1 + options.jitter * (options.random() * 2 - 1))
  }
}
