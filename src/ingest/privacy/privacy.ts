import type { Evaluation } from '../../model/evaluation.ts'
import type { Event } from '../../model/event.ts'
import type { LogRecord } from '../../model/log-record.ts'
import type { LlmCall, Message, MessagePart, Span } from '../../model/span.ts'
import { chooseCapture } from './choose-capture.ts'
import type { Capture, PrivacyConfig } from './config.ts'
import { protectAttributes, protectionOf, type SensitiveFinder, type TextProtection } from './protect-text.ts'

/** Texts are quoted in explanations as JSON. */
const QUOTATION = /"(?:[^"\\]|\\.)*"/g

/**
 * What may be kept of what comes in, by the rules of `privacy:`. Comes before everything that writes: the store and the spools. Doing
 * it twice gives the same as once, so that what was spooled may go through it again.
 */
export class Privacy {
  #config: PrivacyConfig
  readonly #find: SensitiveFinder

  constructor(config: PrivacyConfig, find: SensitiveFinder) {
    this.#config = config
    this.#find = find
  }

  /** Takes over changed rules, for what comes from now on. */
  apply(config: PrivacyConfig): void {
    this.#config = config
  }

  readonly protectSpan = (span: Span): Span => {
    const capture = chooseCapture(span, this.#config)
    return capture === 'full' ? span : protectedSpan(span, capture, this.#find)
  }

  /** What may be shown to a party outside: a span as it is kept, or undefined when its texts are not kept as texts. */
  readonly visibleSpan = (span: Span): Span | undefined => {
    const capture = chooseCapture(span, this.#config)
    return capture === 'full' || capture === 'redacted' ? this.protectSpan(span) : undefined
  }

  /** Evaluators read texts as they came. What an explanation quotes of them goes when any call may be kept with less than its text. */
  readonly protectEvaluation = (evaluation: Evaluation): Evaluation => {
    if (keepsAll(this.#config)) return evaluation
    return { ...evaluation, explanation: evaluation.explanation.replace(QUOTATION, '"…"') }
  }

  readonly protectLog = (record: LogRecord): LogRecord => {
    const capture = this.#config.logs ?? this.#config.capture
    if (capture === 'full') return record
    const body = protectionOf(capture, this.#find)(record.body)
    return { ...record, body, attributes: protectAttributes(record.attributes, capture, this.#find) }
  }

  readonly protectEvent = (event: Event): Event => {
    const capture = this.#config.logs ?? this.#config.capture
    if (capture === 'full') return event
    const comment = protectionOf(capture, this.#find)(event.comment)
    // Of hashed attributes a ground truth could not be compared any more; what is found in them goes all the same.
    return { ...event, comment, attributes: protectAttributes(event.attributes, 'redacted', this.#find) }
  }
}

function keepsAll({ capture, sample, rules }: PrivacyConfig): boolean {
  return [{ capture, sample }, ...rules].every((rule) => rule.capture === 'full' && rule.sample === 1)
}

function protectedSpan(span: Span, capture: Exclude<Capture, 'full'>, find: SensitiveFinder): Span {
  const protect = protectionOf(capture, find)
  const attributesOf = (attributes: Span['attributes']): Span['attributes'] =>
    protectAttributes(attributes, capture, find)
  return {
    ...span,
    statusMessage: protect(span.statusMessage),
    attributes: attributesOf(span.attributes),
    // The resource says what program ran, not what was said; its command line may hold a key.
    resource: protectAttributes(span.resource, 'redacted', find),
    events: span.events.map((event) => ({ ...event, attributes: attributesOf(event.attributes) })),
    input: protect(span.input),
    output: protect(span.output),
    llm: span.llm === undefined ? undefined : protectedCall(span.llm, capture, find),
  }
}

function protectedCall(llm: LlmCall, capture: Exclude<Capture, 'full'>, find: SensitiveFinder): LlmCall {
  const protect = protectionOf(capture, find)
  const messagesOf = (messages: readonly Message[]): readonly Message[] =>
    capture === 'none'
      ? []
      : messages.map(({ role, parts }) => ({ role, parts: parts.map((part) => ofPart(part, protect)) }))
  return {
    ...llm,
    inputMessages: messagesOf(llm.inputMessages),
    outputMessages: messagesOf(llm.outputMessages),
    parameters: protectAttributes(llm.parameters, capture, find),
    errorMessage: protect(llm.errorMessage),
    context: capture === 'none' ? [] : llm.context.map(protect),
  }
}

function ofPart(part: MessagePart, protect: TextProtection): MessagePart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { ...part, text: protect(part.text) }
    case 'tool_call':
      return { ...part, arguments: protect(part.arguments) }
    case 'tool_result':
      return { ...part, content: protect(part.content) }
    case 'media':
      return { ...part, reference: protect(part.reference) }
  }
}
