import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, SpanFacts } from '../dialect.ts'
import { firstNumber, firstText, isRecord, listOf, recordOf, textOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import { providerName } from '../provider.ts'
import { usageOf } from '../usage.ts'

/** MLflow Tracing: https://mlflow.org/docs/latest/genai/tracing. Every attribute is a JSON text, also a plain word. */
export const mlflow: Dialect = {
  name: 'mlflow',
  recognises: (_span, attributes) => attributes.hasPrefix('mlflow.'),
  read: (_span, attributes) => readSpan(attributes),
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  LLM: 'llm',
  CHAT_MODEL: 'llm',
  EMBEDDING: 'embedding',
  AGENT: 'agent',
  CHAIN: 'workflow',
  WORKFLOW: 'workflow',
  TASK: 'workflow',
  TOOL: 'tool',
  RETRIEVER: 'retrieval',
  RERANKER: 'rerank',
  GUARDRAIL: 'guardrail',
  EVALUATOR: 'evaluator',
  PARSER: 'other',
  MEMORY: 'other',
  UNKNOWN: 'other',
}

function readSpan(attributes: AttributeReader): SpanFacts {
  const kind = KINDS[word(attributes, 'mlflow.spanType').toUpperCase()]
  const inputs = attributes.structure('mlflow.spanInputs')
  const outputs = attributes.structure('mlflow.spanOutputs')
  const request = recordOf(inputs) ?? {}
  const answer = recordOf(outputs) ?? {}
  const isCall = kind === 'llm' || kind === 'embedding'
  const [prompt] = listOf(attributes.value('mlflow.linkedPrompts'))
  return {
    kind,
    sessionId: word(attributes, 'mlflow.trace.session') || attributes.text('session.id'),
    userId: word(attributes, 'mlflow.trace.user') || attributes.text('user.id'),
    input: isCall ? '' : textOf(inputs),
    output: isCall ? '' : textOf(outputs),
    llm: {
      provider: providerName(word(attributes, 'mlflow.llm.provider')),
      requestModel: firstText(request, 'model') || word(attributes, 'mlflow.llm.model'),
      responseModel: firstText(answer, 'model'),
      responseId: firstText(answer, 'id'),
      inputMessages: readMessages(inputs, 'user'),
      outputMessages: readMessages(outputs, 'assistant'),
      usage: usageIn(attributes),
      finishReasons: listOf(answer['choices']).flatMap((choice) =>
        isRecord(choice) && typeof choice['finish_reason'] === 'string' ? [choice['finish_reason']] : [],
      ),
      streamed: request['stream'] === true ? true : undefined,
      reportedCostUsd: firstNumber(attributes.record('mlflow.llm.cost') ?? {}, 'total_cost'),
      promptName: isRecord(prompt) ? firstText(prompt, 'name') : '',
      promptVersion: isRecord(prompt) ? firstText(prompt, 'version') : '',
    },
  }
}

/** MLflow passes on what the provider reports; its total tells whether Anthropic's cache is inside. */
function usageIn(attributes: AttributeReader): ReturnType<typeof usageOf> | undefined {
  const usage = attributes.record('mlflow.chat.tokenUsage')
  if (usage === undefined) return undefined
  return usageOf({
    input: firstNumber(usage, 'input_tokens'),
    output: firstNumber(usage, 'output_tokens'),
    total: firstNumber(usage, 'total_tokens'),
    cacheRead: firstNumber(usage, 'cache_read_input_tokens'),
    cacheWrite: firstNumber(usage, 'cache_creation_input_tokens'),
    cached: 'inside',
    reasoned: 'inside',
  })
}

function word(attributes: AttributeReader, name: string): string {
  return attributes.text(name).replace(/^"(.*)"$/s, '$1')
}
