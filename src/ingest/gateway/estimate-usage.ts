import type { LlmCall, Message, MessagePart, Span } from '../../model/span.ts'

/** Each message costs a few tokens for its role and its ends, and an answer is begun with as many (OpenAI's cookbook on counting tokens). */
const TOKENS_PER_MESSAGE = 3

/**
 * The span with token counts where the provider has not said any: streams that did not ask for usage, and streams that broke off. The
 * attribute `tetrascope.usage.estimated` marks them. Failed calls without an answer keep unknown counts: what is billed of them is not known.
 */
export function withEstimatedUsage(span: Span, countTokens: (text: string) => number): Span {
  const { llm } = span
  if (llm === undefined || !isMissing(llm)) return span
  const usage = {
    ...llm.usage,
    inputTokens: tokensOf(llm.inputMessages, countTokens) + TOKENS_PER_MESSAGE,
    outputTokens: sum(llm.outputMessages.flatMap(({ parts }) => parts.map((part) => countTokens(textIn(part))))),
  }
  return {
    ...span,
    attributes: { ...span.attributes, 'tetrascope.usage.estimated': true },
    llm: { ...llm, usage },
  }
}

/** Whether the provider answered and did not say how many tokens that took. */
export function lacksUsage({ llm }: Span): boolean {
  return llm !== undefined && isMissing(llm)
}

function isMissing({ usage, outputMessages }: LlmCall): boolean {
  // Pictures and the like are no tokens that could be counted here.
  const saysSomething = outputMessages.some(({ parts }) => parts.some(({ type }) => type !== 'media'))
  return usage.inputTokens === undefined && usage.outputTokens === undefined && saysSomething
}

function tokensOf(messages: readonly Message[], countTokens: (text: string) => number): number {
  return sum(messages.map(({ parts }) => TOKENS_PER_MESSAGE + sum(parts.map((part) => countTokens(textIn(part))))))
}

function textIn(part: MessagePart): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text
    case 'tool_call':
      return `${part.name} ${part.arguments}`
    case 'tool_result':
      return part.content
    case 'media':
      // Its size is not known here; the count is too low by it.
      return ''
  }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
