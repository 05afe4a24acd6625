import type { AnswerFacts, ObservedApi, StreamedAnswer } from './observed-api.ts'
import { isRecord, type JsonRecord, numberAt, recordAt, textAt } from './record.ts'

/** `responses.create` (https://platform.openai.com/docs/api-reference/responses). */
export const openaiResponses: ObservedApi = {
  operation: 'responses',
  contentFields: new Set(['model', 'input', 'instructions', 'stream', 'user', 'safety_identifier', 'metadata']),
  prompt: (body) => {
    const instructions = textAt(body, 'instructions')
    if (instructions === undefined) return body['input']
    const input: unknown[] = Array.isArray(body['input']) ? body['input'] : [{ role: 'user', content: body['input'] }]
    return [{ role: 'system', content: instructions }, ...input]
  },
  answer,
  stream: () => new ResponseStream(),
}

function answer(response: JsonRecord): AnswerFacts {
  const usage = recordAt(response, 'usage')
  const error = recordAt(response, 'error')
  const failed = response['status'] === 'failed' || isRecord(response['error'])
  const reason = textAt(recordAt(response, 'incomplete_details'), 'reason') ?? textAt(response, 'status')
  return {
    responseId: textAt(response, 'id'),
    responseModel: textAt(response, 'model'),
    response: response['output'],
    inputTokens: numberAt(usage, 'input_tokens'),
    outputTokens: numberAt(usage, 'output_tokens'),
    cacheReadTokens: numberAt(recordAt(usage, 'input_tokens_details'), 'cached_tokens'),
    reasoningTokens: numberAt(recordAt(usage, 'output_tokens_details'), 'reasoning_tokens'),
    finishReasons: reason === undefined ? undefined : [reason],
    ...(failed ? { errorType: textAt(error, 'code') ?? 'failed', error: textAt(error, 'message') } : {}),
  }
}

/** The last event of a stream holds the whole response; the deltas matter when it never comes. */
class ResponseStream implements StreamedAnswer {
  #text = ''
  #last: JsonRecord = {}
  #error: JsonRecord | undefined

  take(event: JsonRecord): boolean {
    const type = textAt(event, 'type') ?? ''
    if (isRecord(event['response'])) this.#last = event['response']
    if (type === 'error') this.#error = event
    const delta = type.endsWith('.delta') ? (textAt(event, 'delta') ?? '') : ''
    if (type === 'response.output_text.delta') this.#text += delta
    return delta !== ''
  }

  facts(): AnswerFacts {
    const facts = answer(this.#last)
    const output: unknown[] = Array.isArray(facts.response) ? facts.response : []
    const error = this.#error
    return {
      ...facts,
      response: output.length > 0 ? output : this.#text,
      ...(error === undefined ? {} : { errorType: textAt(error, 'code') ?? 'error', error: textAt(error, 'message') }),
    }
  }
}
