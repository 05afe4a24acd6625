import type { GatewayConfig } from './config.ts'
import type { RecordPiece } from './record-reader.ts'

/** What the gateway's thread is started with. */
export interface GatewayWorkerData {
  readonly config: GatewayConfig
  /** SHA-256 (hex) of the tokens that callers may show; none: everybody may call. */
  readonly tokens: readonly string[]
  readonly host: string
  readonly port: number
}

export type FromGateway =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** Spans of calls that ended; the main thread answers `taken` when they are safe. */
  | ({ readonly type: 'spans' } & RecordPiece)
  /** Calls that have begun (+) and ended (-) since the last message, by the model that was asked for. */
  | { readonly type: 'active'; readonly changes: Readonly<Record<string, number>> }
  | { readonly type: 'closed' }

export type ToGateway =
  | { readonly type: 'taken'; readonly count: number }
  | { readonly type: 'close'; readonly graceMs: number }
