import { spanOfCall } from '../call-span.ts'
import type { BodyContext } from '../http/body.ts'
import { firstText, isRecord, type JsonRecord, listOf, recordOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import { readUsage } from '../usage.ts'
import { type ImportedLine, NOTHING } from './imported-line.ts'

/** Requests of a batch that wait for their answers. */
const MAX_WAITING = 100_000

/**
 * Files of OpenAI's Batch API (https://platform.openai.com/docs/guides/batch): output and error files give one request a line;
 * an input file that is read before them adds the prompts.
 */
export class OpenAiBatch {
  readonly #requests = new Map<string, JsonRecord>()

  read(line: JsonRecord, context: BodyContext): ImportedLine {
    const customId = firstText(line, 'custom_id')
    if (line['response'] === undefined && line['error'] === undefined) return this.#rememberRequest(customId, line)
    const response = recordOf(line['response']) ?? {}
    const answer = recordOf(response['body']) ?? {}
    const request = this.#requests.get(customId) ?? {}
    this.#requests.delete(customId)
    const endMs = typeof answer['created'] === 'number' ? answer['created'] * 1000 : context.nowMs
    const isEmbedding = answer['object'] === 'list'
    const span = spanOfCall(
      {
        id: firstText(line, 'id') || customId || context.randomHex(16),
        kind: isEmbedding ? 'embedding' : 'llm',
        // A batch tells when an answer was made and not how long that took.
        startMs: endMs,
        endMs,
        userId: firstText(request, 'user'),
        attributes: { custom_id: customId },
        llm: { ...callOf(request, answer), ...errorOf(line, response) },
      },
      'file',
    )
    return { ...NOTHING, spans: [span] }
  }

  #rememberRequest(customId: string, line: JsonRecord): ImportedLine {
    if (this.#requests.size >= MAX_WAITING)
      return { ...NOTHING, problem: `more than ${MAX_WAITING} requests without an answer` }
    this.#requests.set(customId, recordOf(line['body']) ?? {})
    return NOTHING
  }
}

function callOf(request: JsonRecord, answer: JsonRecord): Parameters<typeof spanOfCall>[0]['llm'] {
  const usage = recordOf(answer['usage'])
  const hasText = answer['choices'] !== undefined || answer['output'] !== undefined
  return {
    provider: 'openai',
    requestModel: firstText(request, 'model') || firstText(answer, 'model'),
    responseModel: firstText(answer, 'model'),
    responseId: firstText(answer, 'id'),
    inputMessages: readMessages(request['messages'] ?? request['input'] ?? request['prompt'], 'user'),
    outputMessages: hasText ? readMessages(answer, 'assistant') : [],
    usage: usage === undefined ? undefined : readUsage(usage),
    finishReasons: listOf(answer['choices']).flatMap((choice) => {
      const reason = isRecord(choice) ? firstText(choice, 'finish_reason') : ''
      return reason === '' ? [] : [reason]
    }),
    // Priced at half.
    parameters: { service_tier: 'batch' },
  }
}

function errorOf(line: JsonRecord, response: JsonRecord): { errorType?: string; errorMessage?: string } {
  const error = recordOf(line['error']) ?? recordOf(recordOf(response['body'])?.['error'])
  const status = Number(response['status_code'] ?? 200)
  if (error === undefined && status < 400) return {}
  return {
    errorType: firstText(error ?? {}, 'code', 'type') || String(status),
    errorMessage: firstText(error ?? {}, 'message'),
  }
}
