import type { Event } from '../../model/event.ts'
import type { LogRecord } from '../../model/log-record.ts'
import type { Span } from '../../model/span.ts'
import type { BodyContext } from '../http/body.ts'
import type { JsonRecord } from '../json-value.ts'

/** What one line held. */
export interface ImportedLine {
  readonly spans: readonly Span[]
  readonly events: readonly Event[]
  readonly logs: readonly LogRecord[]
  /** What was wrong with the line; '' when it was taken. */
  readonly problem: string
}

export const NOTHING: ImportedLine = { spans: [], events: [], logs: [], problem: '' }

export type LineReader = (line: JsonRecord, context: BodyContext) => ImportedLine
