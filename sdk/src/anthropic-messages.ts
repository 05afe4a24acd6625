import type { AnswerFacts, ObservedApi, StreamedAnswer } from './observed-api.ts'
import { isRecord, type JsonRecord, numberAt, recordAt, textAt } from './record.ts'

/** `messages.create` (https://docs.anthropic.com/en/api/messages). */
export const anthropicMessages: ObservedApi = {
  operation: 'chat',
  contentFields: new Set(['model', 'messages', 'system', 'stream', 'metadata']),
  prompt: (body) => {
    const messages: unknown[] = Array.isArray(body['messages']) ? body['messages'] : []
    return body['system'] === undefined ? messages : [{ role: 'system', content: body['system'] }, ...messages]
  },
  answer: (message) => answer(message, recordAt(message, 'usage'), message['content']),
  stream: () => new MessageStream(),
}

function answer(message: JsonRecord, usage: JsonRecord, content: unknown): AnswerFacts {
  const reason = textAt(message, 'stop_reason')
  return {
    responseId: textAt(message, 'id'),
    responseModel: textAt(message, 'model'),
    response: [{ role: 'assistant', content }],
    finishReasons: reason === undefined ? undefined : [reason],
    ...messagesUsage(usage),
  }
}

/** Anthropic counts cached tokens beside `input_tokens`; recorded is the total. */
function messagesUsage(usage: JsonRecord): AnswerFacts {
  const uncached = numberAt(usage, 'input_tokens')
  const cacheReadTokens = numberAt(usage, 'cache_read_input_tokens')
  const cacheWriteTokens = numberAt(usage, 'cache_creation_input_tokens')
  return {
    inputTokens: uncached === undefined ? undefined : uncached + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    outputTokens: numberAt(usage, 'output_tokens'),
    cacheReadTokens,
    cacheWriteTokens,
  }
}

interface Block {
  readonly start: JsonRecord
  text: string
}

class MessageStream implements StreamedAnswer {
  readonly #blocks = new Map<number, Block>()
  #message: JsonRecord = {}
  #usage: JsonRecord = {}

  take(event: JsonRecord): boolean {
    switch (textAt(event, 'type')) {
      case 'message_start':
        this.#message = recordAt(event, 'message')
        this.#usage = recordAt(this.#message, 'usage')
        return false
      case 'content_block_start':
        this.#blocks.set(numberAt(event, 'index') ?? 0, { start: recordAt(event, 'content_block'), text: '' })
        // The start of a tool's call is its first token: the name is in it.
        return recordAt(event, 'content_block')['type'] === 'tool_use'
      case 'content_block_delta':
        return this.#takeDelta(numberAt(event, 'index') ?? 0, recordAt(event, 'delta'))
      case 'message_delta':
        this.#message = { ...this.#message, ...recordAt(event, 'delta') }
        // Counts are cumulative, and only those that changed are said again.
        this.#usage = { ...this.#usage, ...withoutNull(recordAt(event, 'usage')) }
        return false
      default:
        return false
    }
  }

  facts(): AnswerFacts {
    return answer(this.#message, this.#usage, [...this.#blocks.values()].map(contentOf))
  }

  #takeDelta(index: number, delta: JsonRecord): boolean {
    const text = textAt(delta, 'text') ?? textAt(delta, 'thinking') ?? textAt(delta, 'partial_json') ?? ''
    const block = this.#blocks.get(index)
    if (block !== undefined) block.text += text
    return text !== ''
  }
}

function withoutNull(record: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))
}

function contentOf({ start, text }: Block): JsonRecord {
  switch (start['type']) {
    case 'tool_use':
    case 'server_tool_use':
      return { ...start, input: text === '' ? start['input'] : parsedOrText(text) }
    case 'thinking':
      return { type: 'thinking', thinking: text }
    case 'text':
      return { type: 'text', text: `${textAt(start, 'text') ?? ''}${text}` }
    default:
      return start
  }
}

/** The arguments of a call that was cut short are no JSON. */
function parsedOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : text
  } catch {
    return text
  }
}
