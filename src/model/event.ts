import type { Attributes } from './span.ts'

export type EventType =
  | 'feedback'
  | 'task_completed'
  | 'task_failed'
  | 'handoff'
  | 'conversion'
  | 'revenue'
  | 'session_end'
  | 'custom'

/** The name under which a truth about a request is kept, as a `custom` event with `expected`, `predicted`, `group` and `task` as attributes. */
export const GROUND_TRUTH = 'ground_truth'

/** A business fact about a user, a session or a request. */
export interface Event {
  /** Given by the sender, so that a fact that is sent twice counts once; made up when absent. */
  readonly id: string
  readonly timeMs: number
  readonly type: EventType
  /** Required for `custom`; else ''. */
  readonly name: string
  readonly userId: string
  readonly sessionId: string
  readonly traceId: string
  readonly spanId: string
  /** Feedback: 0-1 (thumbs down 0, thumbs up 1). Revenue: US dollars. Undefined where a number means nothing. */
  readonly value: number | undefined
  readonly comment: string
  readonly attributes: Attributes
}
