import { activeScope } from './active-span.ts'
import type { Tetrascope } from './client.ts'
import type { CallContext, ModelCall } from './model-call.ts'
import type { AnswerFacts, ObservedApi } from './observed-api.ts'
import { isRecord, type JsonRecord, recordAt, textAt } from './record.ts'

/** How a streamed call ended. */
export type StreamEnd =
  | { readonly kind: 'complete' }
  /** The host broke off. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** One call under way. Records it once, when the first of its ends is told. */
export class CallObservation {
  readonly #recorder: Tetrascope
  readonly #call: ModelCall
  readonly #began: number
  #ttftMs: number | undefined
  #isOver = false

  constructor(recorder: Tetrascope, call: ModelCall) {
    this.#recorder = recorder
    this.#call = call
    this.#began = recorder.clock.monotonic()
  }

  token(): void {
    this.#ttftMs ??= this.#recorder.clock.monotonic() - this.#began
  }

  end(facts: AnswerFacts, streamed: boolean, end: StreamEnd = { kind: 'complete' }): void {
    if (this.#isOver) return
    this.#isOver = true
    // The call is this observation's own object; a copy of so many fields would cost more than all the measuring.
    const measured = { streamed, ttftMs: this.#ttftMs, latencyMs: this.#recorder.clock.monotonic() - this.#began }
    this.#recorder.recordRequest(Object.assign(this.#call, facts, measured, failureOf(end)))
  }
}

function failureOf(end: StreamEnd): Pick<ModelCall, 'error' | 'errorType'> {
  switch (end.kind) {
    case 'complete':
      return {}
    case 'aborted':
      return { errorType: 'aborted', error: 'the caller went away before the answer was complete' }
    case 'failed':
      return errorFacts(end.error)
  }
}

/** The provider's code, the HTTP status or the class of the error, in this order. */
function errorFacts(error: unknown): Pick<ModelCall, 'error' | 'errorType'> {
  if (!(error instanceof Error)) return { errorType: 'error', error: String(error) }
  const name = error.constructor.name
  if (error.name === 'AbortError' || name === 'APIUserAbortError') return failureOf({ kind: 'aborted' })
  const fields: JsonRecord = Object.fromEntries(Object.entries(error))
  const body = recordAt(fields, 'error')
  // Anthropic wraps the error once more.
  const inner = isRecord(body['error']) ? body['error'] : body
  const status = typeof fields['status'] === 'number' ? String(fields['status']) : undefined
  const type = textAt(fields, 'code') ?? textAt(inner, 'code') ?? textAt(inner, 'type') ?? status ?? name
  return { errorType: type, error: error.message }
}

/** What is known of a call before it is made. */
export function callOf(
  api: ObservedApi,
  body: JsonRecord,
  options: unknown,
  provider: string,
  startMs: number,
): ModelCall {
  const { span, context } = activeScope()
  const parameters = Object.entries(body).filter(([name]) => !api.contentFields.has(name))
  return {
    ...context,
    ...bodyContext(body),
    ...headerContext(options),
    model: textAt(body, 'model') ?? '',
    provider,
    operation: api.operation,
    startMs,
    prompt: api.prompt(body),
    parameters: Object.fromEntries(parameters),
    traceId: span?.traceId,
    parentSpanId: span?.spanId,
  }
}

/** `user` and `metadata` of the body, as the gateway reads them. */
function bodyContext(body: JsonRecord): CallContext {
  const metadata = recordAt(body, 'metadata')
  const userId =
    textAt(body, 'user') ?? textAt(body, 'safety_identifier') ?? textAt(metadata, 'user_id') ?? textAt(metadata, 'user')
  return defined({ userId, sessionId: textAt(metadata, 'session_id'), feature: textAt(metadata, 'feature') })
}

/** The gateway's headers, when the host sets them for one call. */
function headerContext(options: unknown): CallContext {
  const headers = isRecord(options) ? recordAt(options, 'headers') : {}
  return defined({
    userId: textAt(headers, 'x-tetrascope-user'),
    sessionId: textAt(headers, 'x-tetrascope-session'),
    feature: textAt(headers, 'x-tetrascope-feature'),
    promptName: textAt(headers, 'x-tetrascope-prompt'),
    promptVersion: textAt(headers, 'x-tetrascope-prompt-version'),
  })
}

/** Without the absent fields, which would hide those of an outer context. */
function defined(context: CallContext): CallContext {
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined))
}
