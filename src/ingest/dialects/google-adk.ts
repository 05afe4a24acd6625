import type { SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { firstText, recordOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { readUsage } from '../usage.ts'

/** Google's Agent Development Kit: `gcp.vertex.agent.*` beside a few of OpenTelemetry's names. */
export const googleAdk: Dialect = {
  name: 'google-adk',
  recognises: (span, attributes) => span.scope.name === 'gcp.vertex.agent' || attributes.hasPrefix('gcp.vertex.agent.'),
  read: readSpan,
}

const OWN = 'gcp.vertex.agent.'

function readSpan(span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const kind = kindOf(span.name, attributes)
  const sessionId = attributes.text(`${OWN}session_id`)
  if (kind === 'tool') {
    attributes.ignore(`${OWN}llm_request`, `${OWN}llm_response`)
    return {
      kind,
      sessionId,
      input: attributes.text(`${OWN}tool_call_args`),
      output: attributes.text(`${OWN}tool_response`),
    }
  }
  return {
    kind,
    sessionId,
    input: attributes.text(`${OWN}data`),
    llm: kind === 'llm' ? readCall(attributes) : undefined,
  }
}

function kindOf(name: string, attributes: AttributeReader): SpanKind | undefined {
  if (name === 'invocation') return 'workflow'
  if (name.startsWith('agent_run') || name.startsWith('invoke_agent')) return 'agent'
  if (name.startsWith('execute_tool') || attributes.has('gen_ai.tool.name')) return 'tool'
  return name === 'call_llm' || attributes.has(`${OWN}llm_request`) ? 'llm' : undefined
}

/** `candidates_token_count` excludes thoughts, so the usage inside the answer is better than the attributes beside it. */
function readCall(attributes: AttributeReader): LlmFacts {
  const request = attributes.record(`${OWN}llm_request`) ?? {}
  const answer = attributes.record(`${OWN}llm_response`) ?? {}
  const config = recordOf(request['config']) ?? {}
  const system = config['system_instruction']
  const usage = recordOf(answer['usage_metadata'])
  return {
    operation: 'generate_content',
    // ADK calls itself the system; the models behind it are Gemini's unless their name says otherwise.
    provider: /^(gemini|models\/gemini)/.test(firstText(request, 'model')) ? 'gcp.gemini' : '',
    requestModel: firstText(request, 'model'),
    responseModel: firstText(answer, 'model_version'),
    inputMessages: readMessages({ contents: request['contents'] ?? [], system_instruction: system }, 'user'),
    outputMessages: readMessages(answer['content'], 'assistant'),
    usage: usage === undefined ? undefined : readUsage(usage),
    finishReasons: [firstText(answer, 'finish_reason').toLowerCase()].filter((reason) => reason !== ''),
    errorType: firstText(answer, 'error_code'),
    errorMessage: firstText(answer, 'error_message'),
  }
}
