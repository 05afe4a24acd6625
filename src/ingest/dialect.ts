import type { LlmCall, SpanKind } from '../model/span.ts'
import type { AttributeReader } from './attribute-reader.ts'
import type { OtlpEvent, OtlpSpan } from './otlp/otlp-span.ts'

/**
 * One way of writing a model call, an agent, a tool ... into the attributes and events of a span.
 * Several dialects may recognise the same span (a library writes its own words and OpenTelemetry's); `span-reader.ts` puts
 * their facts together, the more particular dialect first.
 */
export interface Dialect {
  readonly name: string
  /** Cheap: looks at names only. */
  recognises(span: OtlpSpan, attributes: AttributeReader): boolean
  /** What the span says in this dialect. What it does not say is left out, never guessed. Never throws. */
  read(span: OtlpSpan, attributes: AttributeReader): SpanFacts
}

/** What a dialect has understood. Absent, undefined, '' and empty lists all mean "not said". */
export interface SpanFacts {
  readonly kind?: SpanKind | undefined
  readonly sessionId?: string | undefined
  readonly userId?: string | undefined
  readonly input?: string | undefined
  readonly output?: string | undefined
  readonly llm?: LlmFacts | undefined
  /** Events that are fully contained in these facts and need not be kept beside them. */
  readonly usedEvents?: readonly OtlpEvent[] | undefined
}

export type LlmFacts = { readonly [K in keyof LlmCall]?: LlmCall[K] | undefined }
