import type { Attributes, AttributeValue, Message, MessageRole } from '../model/span.ts'
import { attributeValueOf, isRecord, recordOf, textOf } from './json-value.ts'
import { messagesOf, readMessages } from './messages.ts'

/** An event on a span or a log record; `body` is undefined on span events. */
export interface GenAiEvent {
  readonly name: string
  readonly attributes: Attributes
  readonly body?: AttributeValue | undefined
}

/** What events say about a model call. */
export interface EventMessages {
  readonly inputMessages: Message[]
  readonly outputMessages: Message[]
  readonly finishReasons: string[]
}

/** OpenTelemetry's events of one message each (semantic conventions 1.28 to 1.36), on span events and on log records. */
const ROLE_OF_EVENT: Readonly<Record<string, MessageRole>> = {
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
}
const CHOICE = 'gen_ai.choice'
/** Before 1.28, and what OpenLLMetry and others still send. */
const OLD_PROMPT = 'gen_ai.content.prompt'
const OLD_COMPLETION = 'gen_ai.content.completion'
/** Since 1.37: one event with all the messages. */
export const OPERATION_DETAILS = new Set([
  'gen_ai.client.inference.operation.details',
  'gen_ai.client.operation.details',
])

export function isMessageEvent(name: string): boolean {
  return (
    ROLE_OF_EVENT[name] !== undefined ||
    name === CHOICE ||
    name === OLD_PROMPT ||
    name === OLD_COMPLETION ||
    OPERATION_DETAILS.has(name)
  )
}

/** Collects the messages of events in their order. */
export function readEventMessages(events: readonly GenAiEvent[]): EventMessages {
  const found: EventMessages = { inputMessages: [], outputMessages: [], finishReasons: [] }
  for (const event of events) takeEvent(event, found)
  return found
}

function takeEvent(event: GenAiEvent, found: EventMessages): void {
  const role = ROLE_OF_EVENT[event.name]
  if (role !== undefined) found.inputMessages.push(...messageOfEvent(event, role))
  else if (event.name === CHOICE) takeChoice(event, found)
  else if (event.name === OLD_PROMPT)
    found.inputMessages.push(...readMessages(event.attributes['gen_ai.prompt'], 'user'))
  else if (event.name === OLD_COMPLETION) {
    found.outputMessages.push(...readMessages(event.attributes['gen_ai.completion'], 'assistant'))
  } else if (OPERATION_DETAILS.has(event.name)) takeDetails(event.attributes, found)
}

function takeDetails(attributes: Attributes, found: EventMessages): void {
  found.inputMessages.push(
    ...readMessages(attributes['gen_ai.system_instructions'], 'system'),
    ...readMessages(attributes['gen_ai.input.messages'], 'user'),
  )
  found.outputMessages.push(...readMessages(attributes['gen_ai.output.messages'], 'assistant'))
}

/** The payload: a log record's body, JSON in `gen_ai.event.content` (Azure's SDK), or the attributes themselves. */
function payloadOf(event: GenAiEvent): Record<string, unknown> {
  const payload = recordOf(event.body) ?? recordOf(event.attributes['gen_ai.event.content'])
  if (payload !== undefined) return payload
  const text = event.body ?? event.attributes['gen_ai.event.content']
  return typeof text === 'string' ? { ...event.attributes, content: text } : { ...event.attributes }
}

function messageOfEvent(event: GenAiEvent, role: MessageRole): Message[] {
  const payload = payloadOf(event)
  const message = {
    ...payload,
    role: payload['role'] ?? role,
    tool_call_id: payload['tool_call_id'] ?? payload['id'],
  }
  return messagesOf(message, role) ?? []
}

function takeChoice(event: GenAiEvent, found: EventMessages): void {
  const payload = payloadOf(event)
  const reason = textOf(payload['finish_reason'])
  if (reason !== '') found.finishReasons.push(reason)
  const message = choiceMessage(payload)
  if (message === undefined) return
  found.outputMessages.push(
    ...(messagesOf(message, 'assistant') ?? readMessages(attributeValueOf(message), 'assistant')),
  )
}

function choiceMessage(payload: Record<string, unknown>): unknown {
  const message = payload['message']
  const record = recordOf(message)
  if (record !== undefined) return { role: 'assistant', tool_calls: payload['tool_calls'], ...record }
  if (message !== undefined) return { role: 'assistant', content: message, tool_calls: payload['tool_calls'] }
  if (payload['content'] === undefined && payload['tool_calls'] === undefined) return undefined
  return { role: 'assistant', content: payload['content'], tool_calls: payload['tool_calls'] }
}

/** The event name of a log record: `event.name` as an attribute (before 1.38), or in the body. */
export function eventNameOf(name: string, attributes: Attributes, body: AttributeValue): string {
  if (name !== '') return name
  const attribute = attributes['event.name'] ?? attributes['event_name']
  if (typeof attribute === 'string') return attribute
  return isRecord(body) && typeof body['event.name'] === 'string' ? body['event.name'] : ''
}
