import type { Attributes } from './model-call.ts'

/** What an event, a judgement or a truth is about. At least one of them should be said. */
export interface Subject {
  /** The name that was given to the call. */
  readonly requestId?: string | undefined
  /** What `recordRequest` gave back. */
  readonly traceId?: string | undefined
  readonly spanId?: string | undefined
  readonly userId?: string | undefined
  readonly sessionId?: string | undefined
  /** Milliseconds since 1970; now when absent. */
  readonly timeMs?: number | undefined
  readonly attributes?: Attributes | undefined
}

export type EventType =
  | 'task_completed'
  | 'task_failed'
  | 'handoff'
  | 'conversion'
  | 'revenue'
  | 'session_end'
  | 'custom'

/** A business fact. `revenue` needs a `value` in US dollars, `custom` a `name`. */
export interface BusinessEvent extends Subject {
  readonly type: EventType
  readonly name?: string | undefined
  readonly value?: number | undefined
  readonly comment?: string | undefined
}

/** A user's judgement: 0 to 1, thumbs, or stars (1 to 5). */
export interface Feedback extends Subject {
  readonly value?: number | boolean | 'up' | 'down' | undefined
  readonly rating?: number | undefined
  readonly comment?: string | undefined
}

/** What would have been right, for accuracy and fairness. */
export interface GroundTruth extends Subject {
  readonly expected: string | number | boolean
  /** What was answered, when the answer is a label; else the server reads it from the request. */
  readonly predicted?: string | number | boolean | undefined
  /** The group that fairness is compared over. */
  readonly group?: string | undefined
  readonly task?: string | undefined
}

/** The fields that all of them have, in the words of the server's HTTP interface. `id` makes a fact that is sent twice count once. */
export function subjectFields(subject: Subject, id: string, nowMs: number): Record<string, unknown> {
  return {
    id,
    timestamp: subject.timeMs ?? nowMs,
    request_id: subject.requestId,
    trace_id: subject.traceId,
    span_id: subject.spanId,
    user_id: subject.userId,
    session_id: subject.sessionId,
    attributes: subject.attributes,
  }
}
