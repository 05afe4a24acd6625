import type { Span } from '../../model/span.ts'
import type { BodyContext, TakenItems } from '../http/body.ts'
import { readEvents, readFeedback, readGroundTruth } from '../http/events.ts'
import { readLogs } from '../http/logs.ts'
import { readRequests } from '../http/requests.ts'
import type { JsonRecord } from '../json-value.ts'
import type { ImportedLine } from './imported-line.ts'

/**
 * A line in the shape of our JSON bodies. `kind` says which (`request`, `event`, `feedback`, `ground_truth`, `log`);
 * without it a `type` makes an event, an `expected` a ground truth, and everything else is a request.
 */
export function ownLine(line: JsonRecord, context: BodyContext): ImportedLine {
  const { kind, ...item } = line
  switch (kind ?? kindOf(line)) {
    case 'event':
      return imported(readEvents(item, context), (events) => ({ events }))
    case 'feedback':
      return imported(readFeedback(item, context), (events) => ({ events }))
    case 'ground_truth':
      return imported(readGroundTruth(item, context), (events) => ({ events }))
    case 'log':
      return imported(readLogs(item, context), (logs) => ({ logs }))
    case 'request':
      return imported<Span>(readRequests(item, context, 'file'), (spans) => ({ spans }))
    default:
      return {
        spans: [],
        events: [],
        logs: [],
        problem: `kind: found ${JSON.stringify(kind)}, expected one of request, event, feedback, ground_truth, log`,
      }
  }
}

function kindOf(line: JsonRecord): string {
  if (line['model'] !== undefined) return 'request'
  if (line['type'] !== undefined) return 'event'
  return line['expected'] === undefined ? 'request' : 'ground_truth'
}

function imported<T>(taken: TakenItems<T>, place: (items: readonly T[]) => Partial<ImportedLine>): ImportedLine {
  const problem = taken.failures.map((failure) => failure.message).join('; ')
  return { spans: [], events: [], logs: [], problem, ...place(taken.items) }
}
