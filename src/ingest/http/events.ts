import { z } from 'zod'
import { GROUND_TRUTH, type Event, type EventType } from '../../model/event.ts'
import { type BodyContext, takeItems, type TakenItems } from './body.ts'
import { attributes, optionalNumber, optionalSpanId, optionalTime, optionalTraceId, text, unnamed } from './fields.ts'
import { idsOfName } from '../call-span.ts'

const TYPES = [
  'feedback',
  'task_completed',
  'task_failed',
  'handoff',
  'conversion',
  'revenue',
  'session_end',
  'custom',
] as const satisfies readonly EventType[]

const commonFields = {
  id: text,
  timestamp: optionalTime,
  user_id: text,
  session_id: text,
  request_id: text,
  trace_id: optionalTraceId,
  span_id: optionalSpanId,
  comment: text,
  attributes,
}

const eventFields = { ...commonFields, type: z.enum(TYPES), name: text, value: optionalNumber }

const eventSchema = z.looseObject(eventFields).superRefine((event, context) => {
  const message = valueProblem(event.type, event.value, event.name)
  if (message !== undefined) context.addIssue({ code: 'custom', path: [message.field], message: message.text })
})

function valueProblem(
  type: EventType,
  value: number | undefined,
  name: string,
): { field: string; text: string } | undefined {
  if (type === 'custom' && name === '')
    return { field: 'name', text: 'found nothing, expected a name for a custom event' }
  if (type === 'revenue' && value === undefined) return { field: 'value', text: 'found nothing, expected US dollars' }
  if (type === 'feedback' && (value === undefined || value < 0 || value > 1)) {
    return { field: 'value', text: `found ${value ?? 'nothing'}, expected 0 to 1` }
  }
  return undefined
}

/** Business events from a JSON body: `{"type", "user_id", "session_id", "request_id", "value", ...}`, several under `events`. */
export function readEvents(body: unknown, context: BodyContext): TakenItems<Event> {
  return takeItems(body, 'events', eventSchema, (event) =>
    eventOf({ ...event, attributes: { ...event.attributes, ...unnamed(event, eventFields) } }, context),
  )
}

const VOTES: Readonly<Record<string, number>> = { up: 1, down: 0, positive: 1, negative: 0, like: 1, dislike: 0 }

const feedbackFields = {
  ...commonFields,
  value: z.union([z.number().min(0).max(1), z.boolean(), z.enum(Object.keys(VOTES))]).optional(),
  /** Stars, 1 to 5. */
  rating: z.number().min(1).max(5).optional(),
}

const feedbackSchema = z.looseObject(feedbackFields).superRefine((feedback, context) => {
  if (feedback.value === undefined && feedback.rating === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['value'],
      message: 'found nothing, expected 0 to 1, "up", "down", or a `rating` of 1 to 5',
    })
  }
})

/** Judgements of users: `{"request_id" | "trace_id" | "session_id", "value": 0-1 | "up" | "down", "comment"}`, several under `feedback`. */
export function readFeedback(body: unknown, context: BodyContext): TakenItems<Event> {
  return takeItems(body, 'feedback', feedbackSchema, (feedback) =>
    eventOf(
      {
        ...feedback,
        type: 'feedback',
        name: '',
        value: scoreOf(feedback.value, feedback.rating),
        attributes: { ...feedback.attributes, ...unnamed(feedback, feedbackFields) },
      },
      context,
    ),
  )
}

function scoreOf(value: string | number | boolean | undefined, rating: number | undefined): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') return VOTES[value] ?? 0
  return ((rating ?? 1) - 1) / 4
}

const label = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const truthFields = {
  ...commonFields,
  /** What would have been right. */
  expected: label,
  /** What was answered, where the answer is a label; else it is read from the request. */
  predicted: label.optional(),
  /** The group of people or data that fairness is compared over. */
  group: text,
  task: text,
}

const truthSchema = z.looseObject(truthFields)

/**
 * Labels that arrive later: `{"request_id" | "trace_id", "expected", "predicted", "group", "task"}`, several under `ground_truth`.
 * Each becomes a custom event of this name with the labels as attributes.
 */
export function readGroundTruth(body: unknown, context: BodyContext): TakenItems<Event> {
  return takeItems(body, 'ground_truth', truthSchema, (truth) => {
    const { expected, predicted = '', group, task } = truth
    const labels = { ...truth.attributes, ...unnamed(truth, truthFields), expected, predicted, group, task }
    return eventOf({ ...truth, type: 'custom', name: GROUND_TRUTH, value: undefined, attributes: labels }, context)
  })
}

interface EventInput {
  readonly id: string
  readonly type: EventType
  readonly name: string
  readonly timestamp: number | undefined
  readonly user_id: string
  readonly session_id: string
  readonly request_id: string
  readonly trace_id: string
  readonly span_id: string
  readonly value: number | undefined
  readonly comment: string
  readonly attributes: Event['attributes']
}

function eventOf(input: EventInput, context: BodyContext): Event {
  const isNamed = input.trace_id === '' && input.request_id !== ''
  const ids = isNamed ? idsOfName(input.request_id) : { traceId: input.trace_id, spanId: input.span_id }
  return {
    id: input.id || context.randomHex(16),
    timeMs: input.timestamp ?? context.nowMs,
    type: input.type,
    name: input.name,
    userId: input.user_id,
    sessionId: input.session_id,
    ...ids,
    value: input.value,
    comment: input.comment,
    attributes: { ...input.attributes, ...(input.request_id === '' ? {} : { request_id: input.request_id }) },
  }
}
