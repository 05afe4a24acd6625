import type { Event } from '../../model/event.ts'
import type { Intake } from '../intake.ts'
import type { ImportedLine } from './imported-line.ts'

/** Where the content of lines goes. */
export interface LineSink {
  readonly intake: Pick<Intake, 'takeSpans' | 'takeEvents' | 'takeLogs'>
  /** Told of events once they are committed; must return at once. */
  readonly onEvents: (events: readonly Event[]) => void
}

export interface TakenCounts {
  readonly requests: number
  readonly events: number
  readonly logs: number
}

/** Commits what lines held. Rejects as `Intake` does; some of it may be committed all the same. */
export async function takeLines(lines: readonly ImportedLine[], { intake, onEvents }: LineSink): Promise<TakenCounts> {
  const spans = lines.flatMap((line) => line.spans)
  const events = lines.flatMap((line) => line.events)
  const logs = lines.flatMap((line) => line.logs)
  if (spans.length > 0) await intake.takeSpans(spans, 'file')
  if (events.length > 0) {
    await intake.takeEvents(events, 'file')
    onEvents(events)
  }
  // Last, because a log record that is written again stands there twice.
  if (logs.length > 0) await intake.takeLogs(logs, 'file')
  return { requests: spans.length, events: events.length, logs: logs.length }
}
