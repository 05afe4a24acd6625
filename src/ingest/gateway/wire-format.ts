import type { LlmCall } from '../../model/span.ts'
import type { JsonRecord } from '../json-value.ts'
import type { Headers } from './exchange.ts'

/** How a provider's API writes calls and answers. Streams are put together to the body that a call without streaming would have got. */
export interface WireFormat {
  /** The provider in OpenTelemetry's words, when the upstream does not name one. */
  readonly provider: string
  /** What a path (without its query) does; undefined when it is not of this format or is no model call. */
  operationOf(path: string): LlmCall['operation'] | undefined
  /** Whether an event of a stream brings a piece of the answer. The first one that does is the first token. */
  carriesToken(event: JsonRecord): boolean
  assemble(events: readonly JsonRecord[]): JsonRecord
  /** The model that a path names, for formats that do not have it in the body. */
  modelOf?(path: string): string | undefined
  /** A call in OpenAI's words (`model`, `messages`, `prompt`, `input`), for formats whose words nobody shares. */
  readCall?(body: JsonRecord): JsonRecord
  /** An answer in OpenAI's words (`id`, `model`, `choices`, `usage`). Errors stay as they are. */
  readAnswer?(body: JsonRecord, headers: Headers): JsonRecord
  /**
   * For formats in which a call only begins what other calls ask for: what an answer (as `readAnswer` gives it) tells of the whole. Undefined
   * while there is nothing to tell, and for calls about something else.
   */
  predictionOf?(call: JsonRecord, answer: JsonRecord): Prediction | undefined
}

/** What somebody who asks for an outcome is told of the call that it is of. Times are the provider's. */
export interface Prediction {
  /** '' when it is not said. */
  readonly id: string
  /** In OpenAI's words. */
  readonly call: JsonRecord
  readonly startMs: number | undefined
  readonly endMs: number | undefined
  readonly ttftMs: number | undefined
}
