import type { LlmCall } from '../../../model/span.ts'
import { firstOf, firstText, isRecord, listOf, recordOf, textOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'
import { openai } from './openai.ts'

const OPERATIONS: Readonly<Record<string, LlmCall['operation']>> = {
  chat: 'chat',
  generate: 'text_completion',
  embed: 'embeddings',
}

/**
 * Cohere's API in both generations (https://docs.cohere.com/reference/chat, https://docs.cohere.com/v1/reference/chat). Others use
 * its paths with OpenAI's bodies (Writer); those are read as OpenAI's.
 */
export const cohere: WireFormat = {
  provider: 'cohere',
  operationOf: (path) => OPERATIONS[/\/v[12]\/(chat|generate|embed)$/.exec(path)?.[1] ?? ''],
  carriesToken: (event) =>
    pieceOf(event) !== '' || deltaOf(event)['tool_calls'] !== undefined || openai.carriesToken(event),
  assemble: (events) =>
    events.some((event) => event['choices'] !== undefined)
      ? openai.assemble(events)
      : (wholeResponse(events) ?? assembleMessage(events)),
  readCall: readCohereCall,
  readAnswer: readCohereAnswer,
}

/** The first generation has the last message apart from those before it. */
export function readCohereCall({ message, chat_history: history, preamble, texts, ...body }: JsonRecord): JsonRecord {
  if (texts !== undefined) return { ...body, input: texts }
  if (message === undefined) return body
  const before = listOf(history).filter(isRecord)
  const turns = before.map(({ message: content, ...turn }) => ({ ...turn, content }))
  return { ...body, system: preamble, messages: [...turns, { role: 'user', content: message }] }
}

export function readCohereAnswer(body: JsonRecord): JsonRecord {
  if (body['choices'] !== undefined) return body
  const choice = choiceOf(body)
  const usage = recordOf(firstOf(body, 'usage', 'meta'))
  return {
    ...body,
    id: firstText(body, 'id', 'response_id', 'generation_id'),
    ...(choice !== undefined && { choices: [choice] }),
    ...(usage !== undefined && { usage }),
  }
}

function choiceOf(body: JsonRecord): JsonRecord | undefined {
  const [generation] = listOf(body['generations']).filter(isRecord)
  const text = firstOf(generation ?? body, 'text')
  const message = recordOf(body['message'])
  if (message === undefined && text === undefined) return undefined
  const calls = listOf(body['tool_calls']).filter(isRecord)
  const toolCalls = calls.map(({ parameters, ...call }) => ({ ...call, arguments: parameters }))
  return {
    finish_reason: generation?.['finish_reason'] ?? body['finish_reason'],
    message: message ?? { role: 'assistant', content: text, ...(calls.length > 0 && { tool_calls: toolCalls }) },
  }
}

function deltaOf(event: JsonRecord): JsonRecord {
  return recordOf(recordOf(event['delta'])?.['message']) ?? {}
}

/** A piece of text: `content-delta` in the second generation, `text-generation` in the first. */
function pieceOf(event: JsonRecord): string {
  if (event['event_type'] === 'text-generation') return textOf(event['text'])
  return firstText(recordOf(deltaOf(event)['content']) ?? {}, 'text')
}

/** The first generation's stream ends with the whole response. */
function wholeResponse(events: readonly JsonRecord[]): JsonRecord | undefined {
  const end = events.findLast((event) => event['event_type'] === 'stream-end')
  return end === undefined ? undefined : recordOf(end['response'])
}

function assembleMessage(events: readonly JsonRecord[]): JsonRecord {
  const end = recordOf(events.findLast((event) => event['type'] === 'message-end')?.['delta']) ?? {}
  const thoughts = events.map((event) => firstText(recordOf(deltaOf(event)['content']) ?? {}, 'thinking')).join('')
  const toolCalls = assembleToolCalls(events)
  return {
    id: events.find((event) => event['id'] !== undefined)?.['id'],
    finish_reason: end['finish_reason'],
    usage: end['usage'],
    message: {
      role: 'assistant',
      content: events.map(pieceOf).join(''),
      ...(thoughts !== '' && { reasoning: thoughts }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    },
  }
}

/** A call begins with its id and name (`tool-call-start`); its arguments follow in pieces. */
function assembleToolCalls(events: readonly JsonRecord[]): JsonRecord[] {
  const calls = new Map<unknown, { id: string; name: string; arguments: string }>()
  for (const event of events) {
    const call = recordOf(deltaOf(event)['tool_calls'])
    if (call === undefined) continue
    const known = calls.get(event['index']) ?? { id: '', name: '', arguments: '' }
    const func = recordOf(call['function']) ?? {}
    known.id ||= firstText(call, 'id')
    known.name ||= firstText(func, 'name')
    known.arguments += firstText(func, 'arguments')
    calls.set(event['index'], known)
  }
  return [...calls.values()].map(({ id, ...func }) => ({ id, type: 'function', function: func }))
}
