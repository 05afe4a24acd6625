import type { Attributes, Message, SpanKind } from '../../model/span.ts'
import type { AttributeReader } from '../attribute-reader.ts'
import type { Dialect, LlmFacts, SpanFacts } from '../dialect.ts'
import { type EventMessages, type GenAiEvent, readEventMessages } from '../genai-events.ts'
import { firstText, isRecord, listOf, textOf } from '../json-value.ts'
import { readMessages } from '../messages.ts'
import type { OtlpSpan } from '../otlp/otlp-span.ts'
import { usageOf } from '../usage.ts'

/**
 * Pydantic AI and Logfire: https://ai.pydantic.dev/logfire/. Calls of a model follow OpenTelemetry's conventions, with the
 * messages of version 1 as a JSON list of events in one attribute; runs of agents and tools have words of their own.
 */
export const pydanticAi: Dialect = {
  name: 'pydantic-ai',
  recognises: (span, attributes) =>
    span.scope.name === 'pydantic-ai' ||
    attributes.hasPrefix('pydantic_ai.') ||
    attributes.has('logfire.msg', 'logfire.json_schema', 'all_messages_events'),
  read: readSpan,
}

function readSpan(_span: OtlpSpan, attributes: AttributeReader): SpanFacts {
  const kind = kindOf(attributes)
  attributes.ignore('logfire.json_schema')
  const events = eventsIn(attributes.value('events'))
  const llm = { ...readCall(attributes), ...messagesIn(readEventMessages(events)) }
  if (kind === 'tool') {
    return { kind, input: attributes.text('tool_arguments'), output: attributes.text('tool_response'), llm }
  }
  if (kind === 'agent') return { kind, ...readAgent(attributes), llm }
  return { kind, llm }
}

/** The run of an agent carries the model and the tokens of all its calls: it is no request. */
function kindOf(attributes: AttributeReader): SpanKind | undefined {
  if (attributes.has('gen_ai.tool.name', 'tool_arguments')) return 'tool'
  if (attributes.has('pydantic_ai.all_messages', 'all_messages_events', 'final_result')) return 'agent'
  if (attributes.has('gen_ai.operation.name')) return undefined
  return attributes.has('agent_name', 'gen_ai.agent.name') ? 'agent' : undefined
}

function messagesIn(messages: EventMessages): LlmFacts {
  const { inputMessages, outputMessages, finishReasons } = messages
  return inputMessages.length + outputMessages.length === 0 ? {} : { inputMessages, outputMessages, finishReasons }
}

/** Each is an event's body with its name in `event.name`. */
function eventsIn(value: unknown): GenAiEvent[] {
  return listOf(value).flatMap((item) =>
    isRecord(item) ? [{ name: firstText(item, 'event.name'), attributes: {}, body: item as Attributes }] : [],
  )
}

/** Its `usage.details` are the provider's own counts; the totals stand beside them and are left to OpenTelemetry's reader. */
function readCall(attributes: AttributeReader): LlmFacts {
  const details = 'gen_ai.usage.details.'
  const input = attributes.number('gen_ai.usage.input_tokens')
  return {
    usage: usageOf({
      input,
      output: attributes.number('gen_ai.usage.output_tokens'),
      cacheRead: attributes.number(
        'gen_ai.usage.cache_read.input_tokens',
        'gen_ai.usage.cache_read_tokens',
        `${details}cache_read_tokens`,
        `${details}cache_read_input_tokens`,
        `${details}cached_tokens`,
      ),
      cacheWrite: attributes.number(
        'gen_ai.usage.cache_creation.input_tokens',
        'gen_ai.usage.cache_write_tokens',
        `${details}cache_write_tokens`,
        `${details}cache_creation_input_tokens`,
      ),
      reasoning: attributes.number(`${details}reasoning_tokens`, `${details}thoughts_tokens`),
      audioInput: attributes.number(`${details}input_audio_tokens`),
      audioOutput: attributes.number(`${details}output_audio_tokens`),
      // Versions before 1.0 reported Anthropic's own input, which excludes the cache; the details then hold that very number.
      cached: attributes.number(`${details}input_tokens`) === input && input !== undefined ? 'beside' : 'inside',
      reasoned: 'inside',
    }),
    reportedCostUsd: attributes.number('operation.cost'),
  }
}

function readAgent(attributes: AttributeReader): SpanFacts {
  const fromEvents = readEventMessages(eventsIn(attributes.peek('all_messages_events')))
  const messages = readMessages(attributes.peek('pydantic_ai.all_messages'), 'user')
  const all = messages.length > 0 ? messages : [...fromEvents.inputMessages, ...fromEvents.outputMessages]
  return {
    input: textAt(all.find((message) => message.role === 'user')),
    output:
      attributes.text('final_result', 'pydantic_ai.final_result') ||
      textAt(all.findLast((m) => m.role === 'assistant')),
  }
}

function textAt(message: Message | undefined): string {
  return (message?.parts ?? []).flatMap((part) => (part.type === 'text' ? [textOf(part.text)] : [])).join('\n\n')
}
