import type { Attributes } from './span.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** One line of a log. */
export interface LogRecord {
  readonly timeMs: number
  readonly level: LogLevel
  readonly service: string
  readonly body: string
  /** '' when the line belongs to no trace. */
  readonly traceId: string
  readonly spanId: string
  readonly requestId: string
  readonly attributes: Attributes
}
