import type { LlmSpan } from '../model/request.ts'
import { latencyMs, modelOf } from '../model/request.ts'
import type { Message } from '../model/span.ts'
import { textOf } from '../model/span.ts'
import type { EvaluationInput, RequestFacts } from './evaluator.ts'

/** Characters of one field that evaluators read. What lies beyond is not judged, and counted. */
export const MAX_TEXT_LENGTH = 200_000

/** What evaluators read of a request: the last turn of the user, the answer, the documents and tool results. */
export function inputOf(span: LlmSpan): EvaluationInput {
  const { inputMessages, outputMessages, context } = span.llm
  return {
    prompt: textOf(lastUserTurn(inputMessages)),
    response: textOf(outputMessages),
    context: [...context, ...toolResults(inputMessages)],
    system: textOf(inputMessages.filter((message) => message.role === 'system')),
    model: modelOf(span),
    facts: factsOf(span),
  }
}

function factsOf(span: LlmSpan): RequestFacts {
  const { service, userId, sessionId, llm } = span
  const { provider, feature, promptName, promptVersion, errorType, usage, ttftMs } = llm
  return {
    provider,
    service,
    userId,
    sessionId,
    feature,
    promptName,
    promptVersion,
    finishReason: llm.finishReasons[0] ?? '',
    errorType,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    latencyMs: latencyMs(span),
    ttftMs,
  }
}

/** The same input with every text cut to `MAX_TEXT_LENGTH`, so that no request can hold up the others. */
export function boundInput(input: EvaluationInput): EvaluationInput {
  if (!isOverlong(input)) return input
  return {
    ...input,
    prompt: input.prompt.slice(0, MAX_TEXT_LENGTH),
    response: input.response.slice(0, MAX_TEXT_LENGTH),
    system: input.system.slice(0, MAX_TEXT_LENGTH),
    context: boundContext(input.context),
  }
}

/** Whether `boundInput` cuts something. */
export function isOverlong(input: EvaluationInput): boolean {
  const contextLength = input.context.reduce((total, text) => total + text.length, 0)
  return [input.prompt, input.response, input.system].some((text) => text.length > MAX_TEXT_LENGTH)
    ? true
    : contextLength > MAX_TEXT_LENGTH
}

function boundContext(context: readonly string[]): readonly string[] {
  let left = MAX_TEXT_LENGTH
  return context.map((text) => {
    const kept = text.slice(0, left)
    left -= kept.length
    return kept
  })
}

/** The user's messages after the last answer of the assistant; all of them when none follows it. */
function lastUserTurn(messages: readonly Message[]): readonly Message[] {
  const users = messages.filter((message) => message.role === 'user')
  const lastAnswer = messages.findLastIndex((message) => message.role === 'assistant')
  const latest = messages.slice(lastAnswer + 1).filter((message) => message.role === 'user')
  return latest.length > 0 ? latest : users.slice(-1)
}

function toolResults(messages: readonly Message[]): string[] {
  return messages
    .flatMap((message) => message.parts)
    .flatMap((part) => (part.type === 'tool_result' && part.content !== '' ? [part.content] : []))
}
