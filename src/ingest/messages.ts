import type { Message, MessagePart, MessageRole } from '../model/span.ts'
import {
  firstOf,
  firstText,
  isRecord,
  type JsonRecord,
  listOf,
  parseStructure,
  recordOf,
  textOf,
} from './json-value.ts'
import { isPart, readParts, readToolCall, resultText } from './message-parts.ts'

const ROLES: Readonly<Record<string, MessageRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  request: 'user',
  assistant: 'assistant',
  ai: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  chatbot: 'assistant',
  response: 'assistant',
  tool: 'tool',
  function: 'tool',
  ipython: 'tool',
}

/** A role in the words of any format; undefined when it is none. LangChain's class names (`HumanMessageChunk`) count. */
export function roleOf(word: string): MessageRole | undefined {
  return ROLES[word] ?? ROLES[word.toLowerCase().replace(/message(chunk)?$/, '')]
}

/**
 * Messages in any of the known formats: a text, JSON in a text, a list of messages or parts, a request or an answer of a
 * provider's API. What is no message (data that happens to be JSON) is one text by `role`.
 */
export function readMessages(value: unknown, role: MessageRole): Message[] {
  if (value === undefined || value === null || value === '') return []
  const structure = typeof value === 'string' ? parseStructure(value) : value
  const messages = structure === undefined ? undefined : messagesOf(structure, role)
  return messages ?? [{ role, parts: [{ type: 'text', text: textOf(value) }] }]
}

/** The messages that a structure holds; undefined when it is not recognised as any. */
export function messagesOf(structure: unknown, role: MessageRole): Message[] | undefined {
  if (Array.isArray(structure)) return messagesOfList(structure, role)
  if (!isRecord(structure)) return undefined
  if (isMessage(structure)) return messageOf(structure, role)
  return messagesOfBody(structure, role) ?? (isPart(structure) ? [{ role, parts: readParts(structure) }] : undefined)
}

function messagesOfList(list: readonly unknown[], role: MessageRole): Message[] | undefined {
  if (list.length === 0) return []
  // LangChain nests the messages of a batch one level deeper.
  if (list.every(Array.isArray)) return joined(list.map((inner) => messagesOfList(inner as unknown[], role)))
  if (list.every((item) => typeof item === 'string')) return list.flatMap((item) => readMessages(item, role))
  if (list.some((item) => isRecord(item) && isMessage(item))) {
    return list.flatMap((item) => messagesOf(item, role) ?? readMessages(item, role))
  }
  return list.every(isPart) ? [{ role, parts: readParts(list) }] : undefined
}

function joined(lists: ReadonlyArray<Message[] | undefined>): Message[] | undefined {
  return lists.some((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? [])
}

/** Whether an object is a message, by the fields that it has. */
export function isMessage(record: JsonRecord): boolean {
  if (typeof record['role'] === 'string') return true
  if (isRecord(record['message']) || isRecord(record['kwargs'])) return true
  if (record['type'] === 'message' || record['type'] === 'reasoning') return true
  if (typeof record['kind'] === 'string' && Array.isArray(record['parts'])) return true
  if (isApiItem(record)) return true
  const hasContent =
    record['content'] !== undefined || record['data'] !== undefined || record['tool_calls'] !== undefined
  return hasContent && typeof record['type'] === 'string' && roleOf(record['type']) !== undefined
}

/** OpenAI's responses API lists calls (`function_call`, `web_search_call` ...) and their outputs beside the messages. */
function isApiItem(record: JsonRecord): boolean {
  const type = record['type']
  if (typeof type !== 'string' || type === 'tool_call') return false
  return type.endsWith('_call') || type.endsWith('_call_output')
}

function messageOf(record: JsonRecord, fallback: MessageRole): Message[] {
  const inner = recordOf(record['message']) ?? recordOf(record['kwargs'])
  if (inner !== undefined) return messageOf({ type: lastOf(record['id']), ...inner }, fallback)
  const data = recordOf(record['data'])
  if (data !== undefined && record['content'] === undefined)
    return messageOf({ type: record['type'], ...data }, fallback)
  const role = roleOfMessage(record) ?? fallback
  const parts = isApiItem(record) || record['type'] === 'reasoning' ? readParts(record) : partsOf(record, role)
  return parts.length === 0 ? [] : [{ role, parts }]
}

function lastOf(id: unknown): unknown {
  return Array.isArray(id) ? id.at(-1) : undefined
}

function roleOfMessage(record: JsonRecord): MessageRole | undefined {
  if (isApiItem(record)) return textOf(record['type']).endsWith('_output') ? 'tool' : 'assistant'
  for (const name of ['role', 'type', 'kind']) {
    const word = record[name]
    const role = typeof word === 'string' ? roleOf(word) : undefined
    if (role !== undefined) return role
  }
  return undefined
}

function partsOf(record: JsonRecord, role: MessageRole): MessagePart[] {
  const content = partsInText(firstOf(record, 'content', 'parts', 'contents', 'blocks', 'text'))
  const callId = firstText(record, 'tool_call_id', 'toolCallId')
  const parts: MessagePart[] = []
  const reasoning = firstOf(record, 'reasoning_content', 'reasoning', 'thinking')
  if (typeof reasoning === 'string' && reasoning !== '') parts.push({ type: 'reasoning', text: reasoning })
  if (role === 'tool') parts.push(...resultParts(content, callId || firstText(record, 'id')))
  else parts.push(...readParts(content))
  if (typeof record['refusal'] === 'string' && record['refusal'] !== '')
    parts.push({ type: 'text', text: record['refusal'] })
  parts.push(...callParts(record))
  return parts
}

/** Where attributes hold texts only, senders write a list of parts as JSON. Other JSON is what somebody said. */
function partsInText(content: unknown): unknown {
  const structure = typeof content === 'string' ? parseStructure(content) : undefined
  return Array.isArray(structure) && structure.length > 0 && structure.every(isPart) ? structure : content
}

/** The content of a tool's message is a result, unless its parts say so themselves. */
function resultParts(content: unknown, id: string): MessagePart[] {
  if (content === undefined || content === null) return []
  const parts = readParts(content)
  return parts.some((part) => part.type === 'tool_result')
    ? parts
    : [{ type: 'tool_result', id, content: resultText(content) }]
}

function callParts(record: JsonRecord): MessagePart[] {
  const calls = listOf(firstOf(record, 'tool_calls', 'toolCalls'))
  const parts = calls.flatMap((call) => (isRecord(call) ? readToolCall(call) : []))
  const single = recordOf(record['function_call'])
  return single === undefined ? parts : [...parts, ...readToolCall(single)]
}

/** A whole request or answer of a provider's API. */
function messagesOfBody(body: JsonRecord, role: MessageRole): Message[] | undefined {
  const system = readMessages(
    firstOf(body, 'system', 'instructions', 'systemInstruction', 'system_instruction'),
    'system',
  )
  const content = contentOfBody(body, role)
  if (content === undefined) return undefined
  return [...system.map((message): Message => ({ ...message, role: 'system' })), ...content]
}

function contentOfBody(body: JsonRecord, role: MessageRole): Message[] | undefined {
  const messages = firstOf(body, 'messages', 'contents', 'new_message')
  if (messages !== undefined) return messagesOf(messages, 'user') ?? readMessages(messages, 'user')
  if (Array.isArray(body['choices'])) return answers(body['choices'], 'message', 'text', 'delta')
  if (Array.isArray(body['candidates'])) return answers(body['candidates'], 'content')
  if (Array.isArray(body['generations'])) return answers(body['generations'].flat(), 'message', 'text')
  if (body['prompt'] !== undefined) return readMessages(body['prompt'], 'user')
  if (body['model'] !== undefined && body['input'] !== undefined) return readMessages(body['input'], 'user')
  if (body['content'] !== undefined && body['parts'] === undefined) return answers([body], 'content')
  if (Array.isArray(body['parts'])) return [{ role, parts: readParts(body['parts']) }]
  if (body['output'] !== undefined) return messagesOf(body['output'], 'assistant')
  if (typeof body['response'] === 'string') return readMessages(body['response'], 'assistant')
  const isAnswer =
    typeof body['text'] === 'string' && firstOf(body, 'finish_reason', 'finishReason', 'index') !== undefined
  return isAnswer ? answers([body], 'text') : undefined
}

function answers(list: readonly unknown[], ...names: readonly string[]): Message[] {
  return list.flatMap((item) => {
    const answer = isRecord(item) ? firstOf(item, ...names) : item
    return messagesOf(answer, 'assistant') ?? readMessages(answer, 'assistant')
  })
}
