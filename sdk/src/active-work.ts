import type { Attributes, AttributeValue, CallContext, SpanIds, SpanKind } from './model-call.ts'
import type { FinishedSpan } from './otlp-json.ts'

export interface SpanOptions extends CallContext {
  readonly kind?: SpanKind | undefined
  readonly input?: string | undefined
  readonly attributes?: Attributes | undefined
}

/** A span that is under way: an agent's step, a tool, a retrieval. */
export interface ActiveSpan extends SpanIds {
  /** What came out, as text. */
  setOutput(output: string): void
  setAttribute(name: string, value: AttributeValue): void
}

export interface WorkStart extends SpanIds {
  readonly parentSpanId: string
  readonly name: string
  readonly options: SpanOptions
  readonly context: CallContext
  readonly startMs: number
  readonly captureContent: boolean
}

/** Collects what is said of a span until it ends. */
export class ActiveWork implements ActiveSpan {
  readonly traceId: string
  readonly spanId: string
  readonly #start: WorkStart
  readonly #attributes: Record<string, AttributeValue>
  #output: string | undefined

  constructor(start: WorkStart) {
    this.traceId = start.traceId
    this.spanId = start.spanId
    this.#start = start
    this.#attributes = { ...start.options.attributes }
  }

  setOutput(output: string): void {
    this.#output = output
  }

  setAttribute(name: string, value: AttributeValue): void {
    this.#attributes[name] = value
  }

  /** The span as it is sent. `failure` is what was thrown, undefined when the work went well. */
  finished(endMs: number, failure: Error | undefined): FinishedSpan {
    const { options, context, captureContent, ...start } = this.#start
    return {
      ...start,
      endMs,
      errorMessage: failure?.message,
      isClient: false,
      attributes: [
        this.#attributes,
        {
          'telemetry.sdk.name': 'tetrascope-sdk',
          'tetrascope.kind': options.kind,
          'user.id': context.userId,
          'session.id': context.sessionId,
          'tetrascope.feature': context.feature,
          'tetrascope.input': captureContent ? options.input : undefined,
          'tetrascope.output': captureContent ? this.#output : undefined,
          'error.type': failure?.name,
        },
      ],
    }
  }
}
