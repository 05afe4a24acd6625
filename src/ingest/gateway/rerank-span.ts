import type { Attributes, Span } from '../../model/span.ts'
import { firstNumber, firstOf, firstText, isRecord, listOf, recordOf, textOf, type JsonRecord } from '../json-value.ts'
import { providerName } from '../provider.ts'
import { answerJson, requestJson } from './exchange-body.ts'
import { errorOf } from './exchange-error.ts'
import { frameOf, pathOf, type SpanIds } from './exchange-frame.ts'
import type { Exchange } from './exchange.ts'

/** Cohere and Jina, Voyage, vLLM, text-embeddings-inference and LiteLLM; DashScope. */
const PATHS = [/(^|\/)rerank$/, /\/services\/rerank\/text-rerank\/text-rerank$/]

/**
 * The span of a call that puts documents in the order in which they answer a query, in the format of Cohere
 * (https://docs.cohere.com/reference/rerank), which Jina, Voyage, vLLM and others speak with small differences. Undefined for other calls.
 * It generates nothing and is no request: its input is the query, its output the places of the best documents with their scores.
 */
export function spanOfRerank(exchange: Exchange, ids: SpanIds): Span | undefined {
  if (!PATHS.some((pattern) => pattern.test(pathOf(exchange)))) return undefined
  const call = flatCall(requestJson(exchange))
  const answer = answerJson(exchange)
  const body = isRecord(answer) ? answer : {}
  const { errorType, errorMessage } = errorOf(exchange, body)
  const frame = frameOf(exchange, ids)
  const model = firstText(call, 'model') || firstText(body, 'model')
  const ranking = errorType === '' ? rankingOf(answer) : []
  return {
    ...frame,
    name: `rerank ${model}`.trim(),
    kind: 'rerank',
    status: errorType === '' ? 'ok' : 'error',
    statusMessage: errorMessage,
    attributes: {
      ...frame.attributes,
      ...factsOf(exchange, call, body),
      'gen_ai.request.model': model,
      'rerank.results': ranking.length,
      ...(errorType !== '' && { 'error.type': errorType }),
    },
    input: textOf(call['query']),
    output: ranking.length === 0 ? '' : JSON.stringify(ranking),
    llm: undefined,
  }
}

/** DashScope keeps query and documents in `input`; text-embeddings-inference calls the documents `texts`. */
function flatCall(body: unknown): JsonRecord {
  if (!isRecord(body)) return {}
  const call = { ...body, ...recordOf(body['input']), ...recordOf(body['parameters']) }
  return { ...call, documents: firstOf(call, 'documents', 'texts') }
}

interface Ranked {
  /** Place among the documents that were sent. */
  readonly index: number | undefined
  readonly score: number | undefined
  /** What the document says, where the answer repeats it. */
  readonly document?: string
}

/** `results` of Cohere and Jina, `data` of Voyage, `output.results` of DashScope, and the bare list of text-embeddings-inference. */
function rankingOf(answer: unknown): Ranked[] {
  const body = isRecord(answer) ? { ...answer, ...recordOf(answer['output']) } : {}
  const results = Array.isArray(answer) ? answer : listOf(firstOf(body, 'results', 'data'))
  return results.filter(isRecord).map((result) => {
    const document = recordOf(result['document'])?.['text'] ?? result['document'] ?? result['text']
    return {
      index: firstNumber(result, 'index'),
      score: firstNumber(result, 'relevance_score', 'score'),
      ...(document !== undefined && document !== null && { document: textOf(document) }),
    }
  })
}

function factsOf({ upstream }: Exchange, call: JsonRecord, body: JsonRecord): Attributes {
  const usage = { ...recordOf(body['meta']), ...recordOf(body['usage']) }
  const billed = recordOf(usage['billed_units']) ?? {}
  const numbers = {
    'rerank.documents': listOf(call['documents']).length,
    'rerank.top_n': firstNumber(call, 'top_n', 'top_k'),
    'rerank.search_units': firstNumber(billed, 'search_units'),
    'gen_ai.usage.input_tokens':
      firstNumber(usage, 'total_tokens', 'prompt_tokens') ??
      firstNumber(billed, 'total_tokens', 'input_tokens') ??
      firstNumber(recordOf(usage['tokens']) ?? {}, 'input_tokens'),
  }
  const known = Object.entries(numbers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return {
    'gen_ai.operation.name': 'rerank',
    'gen_ai.provider.name': providerName(upstream.provider ?? upstream.name),
    'gen_ai.response.id': firstText(body, 'id', 'request_id'),
    ...Object.fromEntries(known),
  }
}
