import type { AnswerFacts, ObservedApi, StreamedAnswer } from './observed-api.ts'
import { type JsonRecord, numberAt, recordAt, recordsAt, textAt } from './record.ts'

/** `chat.completions.create` (https://platform.openai.com/docs/api-reference/chat). */
export const openaiChat: ObservedApi = {
  operation: 'chat',
  contentFields: new Set(['model', 'messages', 'stream', 'user', 'metadata']),
  prompt: (body) => body['messages'],
  answer: (answer) => {
    const choices = recordsAt(answer, 'choices')
    return {
      ...identity(answer),
      ...chatUsage(recordAt(answer, 'usage')),
      response: choices.map((choice) => choice['message']),
      finishReasons: choices.flatMap((choice) => textAt(choice, 'finish_reason') ?? []),
    }
  },
  stream: () => new ChatStream(),
}

function identity(answer: JsonRecord): AnswerFacts {
  return { responseId: textAt(answer, 'id'), responseModel: textAt(answer, 'model') }
}

/** Cached tokens are inside `prompt_tokens`, reasoning is inside `completion_tokens`. */
export function chatUsage(usage: JsonRecord): AnswerFacts {
  return {
    inputTokens: numberAt(usage, 'prompt_tokens'),
    outputTokens: numberAt(usage, 'completion_tokens'),
    cacheReadTokens: numberAt(recordAt(usage, 'prompt_tokens_details'), 'cached_tokens'),
    reasoningTokens: numberAt(recordAt(usage, 'completion_tokens_details'), 'reasoning_tokens'),
  }
}

interface ToolCall {
  id: string
  name: string
  arguments: string
}

interface Choice {
  content: string
  reasoning: string
  readonly toolCalls: Map<number, ToolCall>
  finishReason: string | undefined
}

class ChatStream implements StreamedAnswer {
  readonly #choices = new Map<number, Choice>()
  #identity: AnswerFacts = {}
  #usage: AnswerFacts = {}

  take(chunk: JsonRecord): boolean {
    if (this.#identity.responseId === undefined) this.#identity = identity(chunk)
    // With `include_usage` all chunks have the field, null but in the last one.
    if (typeof chunk['usage'] === 'object' && chunk['usage'] !== null) this.#usage = chatUsage(recordAt(chunk, 'usage'))
    let carriesToken = false
    for (const choice of recordsAt(chunk, 'choices')) {
      if (this.#takeChoice(choice)) carriesToken = true
    }
    return carriesToken
  }

  facts(): AnswerFacts {
    const choices = [...this.#choices.values()]
    return {
      ...this.#identity,
      ...this.#usage,
      response: choices.map(messageOf),
      finishReasons: choices.flatMap((choice) => choice.finishReason ?? []),
    }
  }

  #takeChoice(chunk: JsonRecord): boolean {
    const choice = this.#choice(numberAt(chunk, 'index') ?? 0)
    choice.finishReason = textAt(chunk, 'finish_reason') ?? choice.finishReason
    const delta = recordAt(chunk, 'delta')
    const content = textAt(delta, 'content') ?? textAt(delta, 'refusal') ?? ''
    const reasoning = textAt(delta, 'reasoning_content') ?? textAt(delta, 'reasoning') ?? ''
    choice.content += content
    choice.reasoning += reasoning
    const calls = recordsAt(delta, 'tool_calls')
    for (const call of calls) takeToolCall(choice.toolCalls, call)
    return content !== '' || reasoning !== '' || calls.length > 0
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index)
    if (choice === undefined) {
      choice = { content: '', reasoning: '', toolCalls: new Map(), finishReason: undefined }
      this.#choices.set(index, choice)
    }
    return choice
  }
}

/** The first part of a call has its id and name, all of them a piece of the arguments. */
function takeToolCall(calls: Map<number, ToolCall>, chunk: JsonRecord): void {
  const index = numberAt(chunk, 'index') ?? 0
  const call = calls.get(index) ?? { id: '', name: '', arguments: '' }
  const called = recordAt(chunk, 'function')
  call.id ||= textAt(chunk, 'id') ?? ''
  call.name ||= textAt(called, 'name') ?? ''
  call.arguments += textAt(called, 'arguments') ?? ''
  calls.set(index, call)
}

function messageOf(choice: Choice): object {
  const toolCalls = [...choice.toolCalls.values()].map(({ id, ...called }) => ({
    id,
    type: 'function',
    function: called,
  }))
  return {
    role: 'assistant',
    content: choice.content,
    ...(choice.reasoning === '' ? {} : { reasoning_content: choice.reasoning }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  }
}
