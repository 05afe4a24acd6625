import { isLlmSpan, type LlmSpan, type Request } from '../model/request.ts'
import type { Message, Span } from '../model/span.ts'
import { Lru } from '../util/lru.ts'
import type { EventMessages } from './genai-events.ts'

const REMEMBERED_MESSAGES = 10_000
const REMEMBERED_REQUESTS = 5_000

/** Messages that belong to a span and came apart from it. */
export interface SpanMessages extends EventMessages {
  readonly traceId: string
  readonly spanId: string
}

/**
 * Brings together model calls and the messages that their sender put on log records. Either may come first, so that both are
 * remembered for a while; bounded, and what was forgotten simply stays apart, as log record and span.
 */
export class LateMessages {
  readonly #messages = new Lru<string, SpanMessages>(REMEMBERED_MESSAGES)
  readonly #requests = new Lru<string, Request>(REMEMBERED_REQUESTS)

  /** The span with the messages that came before it. */
  completed(span: Span): Span {
    if (this.#messages.size === 0 || !isLlmSpan(span)) return span
    const waiting = this.#messages.get(idOf(span))
    return waiting === undefined ? span : withMessages(span, waiting)
  }

  /** Keeps the calls that came without messages, for messages that may come later. */
  remember(requests: readonly Request[]): void {
    for (const request of requests) {
      const { llm } = request.span
      if (llm.inputMessages.length === 0 || llm.outputMessages.length === 0)
        this.#requests.set(idOf(request.span), request)
    }
  }

  /** Takes messages; gives the request that they complete, when it came before them. */
  add(messages: SpanMessages): Request[] {
    const id = idOf(messages)
    const all = joined(this.#messages.get(id), messages)
    this.#messages.set(id, all)
    const request = this.#requests.get(id)
    return request === undefined ? [] : [{ ...request, span: withMessages(request.span, all) }]
  }
}

/** What a span says itself is not overwritten. */
export function withMessages(span: LlmSpan, messages: EventMessages): LlmSpan {
  const { llm } = span
  return {
    ...span,
    llm: {
      ...llm,
      inputMessages: llm.inputMessages.length > 0 ? llm.inputMessages : messages.inputMessages,
      outputMessages: llm.outputMessages.length > 0 ? llm.outputMessages : messages.outputMessages,
      finishReasons: llm.finishReasons.length > 0 ? llm.finishReasons : messages.finishReasons,
    },
  }
}

function idOf(span: { readonly traceId: string; readonly spanId: string }): string {
  return span.traceId + span.spanId
}

/** A batch that is sent again must not double the conversation. */
function joined(known: SpanMessages | undefined, more: SpanMessages): SpanMessages {
  if (known === undefined) return more
  return {
    ...known,
    inputMessages: withoutRepeats(known.inputMessages, more.inputMessages),
    outputMessages: withoutRepeats(known.outputMessages, more.outputMessages),
    finishReasons: known.finishReasons.length > 0 ? known.finishReasons : more.finishReasons,
  }
}

function withoutRepeats(known: Message[], more: readonly Message[]): Message[] {
  const texts = new Set(known.map((message) => JSON.stringify(message)))
  return [...known, ...more.filter((message) => !texts.has(JSON.stringify(message)))]
}
