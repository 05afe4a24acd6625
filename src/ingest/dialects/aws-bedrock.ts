import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstText, type JsonRecord, recordOf, textOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { readUsage } from '../usage.ts'

/**
 * AWS SDK instrumentations (ADOT, botocore, aws-sdk) around Bedrock: `aws.bedrock.*`, `rpc.service` and `rpc.method`, and the
 * bodies of the Converse and InvokeModel APIs where they are captured.
 */
export const awsBedrock: Dialect = {
  name: 'aws-bedrock',
  recognises: (_span, attributes) =>
    attributes.hasPrefix('aws.bedrock.') || textOf(attributes.peek('rpc.service')).toLowerCase().startsWith('bedrock'),
  read: readSpan,
}

const KINDS: Readonly<Record<string, SpanKind>> = {
  converse: 'llm',
  conversestream: 'llm',
  invokemodel: 'llm',
  invokemodelwithresponsestream: 'llm',
  invokeagent: 'agent',
  invokeinlineagent: 'agent',
  invokeflow: 'workflow',
  retrieve: 'retrieval',
  retrieveandgenerate: 'workflow',
  retrieveandgeneratestream: 'workflow',
  rerank: 'rerank',
  applyguardrail: 'guardrail',
}

const EMBEDDING_MODEL = /embed/

function readSpan(_span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const method = textOf(attributes.peek('rpc.method') ?? attributes.peek('aws.operation')).toLowerCase()
  const model = attributes.text('gen_ai.request.model', 'aws.bedrock.model.id', 'aws.bedrock.model_id')
  const named = KINDS[method] ?? (attributes.has('aws.bedrock.guardrail.id') && model === '' ? 'guardrail' : undefined)
  const kind = named === 'llm' && EMBEDDING_MODEL.test(model) ? 'embedding' : named
  const request = bodyOf(attributes, 'request')
  const answer = bodyOf(attributes, 'response')
  return {
    kind,
    sessionId: attributes.text('aws.bedrock.session.id', 'aws.bedrock.agent.session_id'),
    input: firstText(request, 'inputText') || textOf(recordOf(request['retrievalQuery'])?.['text']),
    llm: { ...readCall(request, answer), requestModel: model, streamed: method.includes('stream') ? true : undefined },
  }
}

function bodyOf(attributes: AttributeReader, side: 'request' | 'response'): JsonRecord {
  return attributes.record(`aws.bedrock.${side}.body`, `aws.bedrock.${side}`) ?? {}
}

function readCall(request: JsonRecord, answer: JsonRecord): LlmFacts {
  const usage = recordOf(answer['usage'])
  const reason = firstText(answer, 'stopReason', 'stop_reason')
  const output = recordOf(answer['output']) ?? answer
  const hasOutput = output['message'] !== undefined || output['content'] !== undefined
  return {
    provider: 'aws.bedrock',
    inputMessages: request['messages'] === undefined ? [] : readMessages(request, 'user'),
    outputMessages: hasOutput ? readMessages(output['message'] ?? output, 'assistant') : [],
    usage: usage === undefined ? undefined : readUsage(usage),
    finishReasons: reason === '' ? [] : [reason],
  }
}
