import type { UpstreamConfig } from './config.ts'
import type { TimedChunk } from './server-sent-events.ts'

export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Everything that was seen of one call, kept until it is over and read afterwards, off the path of the call. */
export interface Exchange {
  readonly upstream: UpstreamConfig
  /** The path at the upstream, query included. */
  readonly path: string
  readonly requestHeaders: Headers
  readonly requestBody: Buffer
  readonly startMs: number
  readonly endMs: number
  /** 0 when no answer came. */
  readonly status: number
  readonly responseHeaders: Headers
  readonly chunks: readonly TimedChunk[]
  /** How the call ended when it did not end well. */
  readonly failure: ExchangeFailure | undefined
}

export type ExchangeFailure =
  | { readonly kind: 'upstream-failed'; readonly message: string }
  /** The caller went away before the answer was complete. */
  | { readonly kind: 'aborted' }

export function headerOf(headers: Headers, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : (value?.[0] ?? '')
}
