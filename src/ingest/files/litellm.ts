import { spanOfCall } from '../call-span.ts'
import type { LlmFacts } from '../dialect.ts'
import type { BodyContext } from '../http/body.ts'
import { attributesOf } from '../http/fields.ts'
import { firstNumber, firstText, isRecord, type JsonRecord, listOf, recordOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import { providerName } from '../provider.ts'
import { timestampMs } from '../timestamp.ts'
import { readUsage, usageOf } from '../usage.ts'
import { type ImportedLine, NOTHING } from './imported-line.ts'

/**
 * LiteLLM's standard logging payload and its spend logs (https://docs.litellm.ai/docs/proxy/logging_spec). Counts are totals
 * with cached tokens; `response_cost` 0 means that LiteLLM has no price.
 */
export function liteLlmLine(line: JsonRecord, context: BodyContext): ImportedLine {
  const startMs = timestampMs(line['startTime'])
  const endMs = timestampMs(line['endTime'])
  if (startMs === undefined)
    return { ...NOTHING, problem: `startTime: found ${JSON.stringify(line['startTime'])}, expected a time` }
  const metadata = recordOf(line['metadata']) ?? {}
  const span = spanOfCall(
    {
      id: firstText(line, 'id', 'request_id') || context.randomHex(16),
      kind: firstText(line, 'call_type').includes('embedding') ? 'embedding' : 'llm',
      startMs,
      endMs: endMs ?? startMs,
      service: 'litellm',
      userId: firstText(line, 'end_user') || firstText(metadata, 'user_api_key_user_id') || firstText(line, 'user'),
      sessionId: firstText(line, 'session_id', 'trace_id'),
      attributes: keptOf(line, metadata),
      llm: callOf(line, metadata, startMs),
    },
    'file',
  )
  return { ...NOTHING, spans: [span] }
}

function keptOf(line: JsonRecord, metadata: JsonRecord): ReturnType<typeof attributesOf> {
  const names = [
    'call_type',
    'api_base',
    'model_group',
    'model_id',
    'cache_hit',
    'request_tags',
    'requester_ip_address',
  ]
  const kept = names
    .filter((name) => line[name] !== undefined && line[name] !== null)
    .map((name) => [name, line[name]] as const)
  return attributesOf({ ...Object.fromEntries(kept), metadata })
}

function callOf(line: JsonRecord, metadata: JsonRecord, startMs: number): LlmFacts {
  const response = recordOf(line['response']) ?? {}
  const firstMs = timestampMs(line['completionStartTime'])
  const streamed = line['stream'] === true
  const cost = firstNumber(line, 'response_cost', 'spend')
  return {
    operation: operationOf(firstText(line, 'call_type')),
    provider: providerName(firstText(line, 'custom_llm_provider')),
    requestModel: firstText(line, 'model'),
    responseModel: firstText(response, 'model'),
    responseId: firstText(response, 'id'),
    inputMessages: readMessages(line['messages'], 'user'),
    outputMessages: Object.keys(response).length === 0 ? [] : readMessages(response, 'assistant'),
    usage: usageIn(line, response, metadata),
    parameters: attributesOf(recordOf(line['model_parameters']) ?? {}),
    finishReasons: listOf(response['choices']).flatMap((choice) => {
      const reason = isRecord(choice) ? firstText(choice, 'finish_reason') : ''
      return reason === '' ? [] : [reason]
    }),
    streamed,
    // Without a stream LiteLLM writes the end of the answer here.
    ttftMs: streamed && firstMs !== undefined ? Math.max(0, firstMs - startMs) : undefined,
    reportedCostUsd: cost !== undefined && cost > 0 ? cost : undefined,
    ...errorOf(line),
  }
}

function operationOf(callType: string): LlmFacts['operation'] {
  if (callType.includes('embedding')) return 'embeddings'
  if (callType.includes('responses')) return 'responses'
  return callType.includes('text_completion') ? 'text_completion' : 'chat'
}

function usageIn(line: JsonRecord, response: JsonRecord, metadata: JsonRecord): LlmFacts['usage'] {
  const own = recordOf(metadata['usage_object']) ?? recordOf(response['usage'])
  const detailed =
    own === undefined
      ? undefined
      : readUsage({ ...own, cache_creation_input_tokens: undefined, cache_read_input_tokens: undefined })
  return usageOf({
    input: firstNumber(line, 'prompt_tokens') ?? detailed?.inputTokens,
    output: firstNumber(line, 'completion_tokens') ?? detailed?.outputTokens,
    total: firstNumber(line, 'total_tokens'),
    cacheRead: detailed?.cacheReadTokens ?? firstNumber(own ?? {}, 'cache_read_input_tokens'),
    cacheWrite: firstNumber(own ?? {}, 'cache_creation_input_tokens'),
    reasoning: detailed?.reasoningTokens,
    cached: 'inside',
    reasoned: 'inside',
  })
}

function errorOf(line: JsonRecord): LlmFacts {
  if (firstText(line, 'status') !== 'failure') return {}
  const information = recordOf(line['error_information']) ?? {}
  return {
    errorType: firstText(information, 'error_class', 'error_code') || 'error',
    errorMessage: firstText(line, 'error_str') || firstText(information, 'error_message'),
  }
}
