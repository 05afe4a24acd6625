import type { ModelCall, Operation } from './model-call.ts'
import type { JsonRecord } from './record.ts'

/** What an answer says about its call. */
export type AnswerFacts = Pick<
  ModelCall,
  | 'responseModel'
  | 'responseId'
  | 'response'
  | 'inputTokens'
  | 'outputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'reasoningTokens'
  | 'finishReasons'
  | 'error'
  | 'errorType'
>

/** Puts a streamed answer together from its chunks. */
export interface StreamedAnswer {
  /** Takes the next chunk; true when it carries a token (text, reasoning or a part of a tool call). */
  take(chunk: JsonRecord): boolean
  /** What is known so far, also of a stream that was cut short. */
  facts(): AnswerFacts
}

/** How the calls and answers of one method of a provider's client read. */
export interface ObservedApi {
  readonly operation: Operation
  /** The messages of a call's body. */
  prompt(body: JsonRecord): unknown
  /** The fields of a call's body that are no parameters. */
  readonly contentFields: ReadonlySet<string>
  answer(answer: JsonRecord): AnswerFacts
  /** Undefined when answers never come as streams. */
  readonly stream: (() => StreamedAnswer) | undefined
}
