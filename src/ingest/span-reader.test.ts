import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { EMBEDDING, embeddingIn, projected } from '../model/embedding.ts'
import type { LlmCall, Message } from '../model/span.ts'
import { textOf } from '../model/span.ts'
import { emptySpan, type OtlpEvent, type OtlpSpan } from './otlp/otlp-span.ts'
import { readSpan } from './span-reader.ts'

const fixtures = path.resolve(import.meta.dirname, '../../../shared/data/otlp/openinference/js/packages')

function otlpSpan(fields: Partial<OtlpSpan>): OtlpSpan {
  const empty = emptySpan(
    { attributes: { 'service.name': 'shop' } },
    { name: '', version: '', attributes: {}, schemaUrl: '' },
  )
  return { ...empty, startMs: 1000, endMs: 3000, ...fields }
}

function llmOf(fields: Partial<OtlpSpan>): LlmCall {
  const span = readSpan(otlpSpan(fields))
  if (span.llm === undefined) throw new Error(`read as ${span.kind}, expected a model call`)
  return span.llm
}

/** A message as one line: `user: text`, `assistant: →get_weather({"city":"Paris"})`. */
function linesOf(messages: readonly Message[]): string[] {
  return messages.map(({ role, parts }) => {
    const texts = parts.map((part) => {
      switch (part.type) {
        case 'text':
          return part.text
        case 'reasoning':
          return `(${part.text})`
        case 'tool_call':
          return `→${part.name}(${part.arguments})`
        case 'tool_result':
          return `←${part.content}`
        case 'media':
          return `[${part.mediaType} ${part.reference.slice(0, 40)}]`
      }
    })
    return `${role}: ${texts.join(' ')}`
  })
}

describe('the embedding of a call', () => {
  const attributesOf = (embedding: number[]) =>
    readSpan(otlpSpan({ attributes: { 'gen_ai.operation.name': 'chat', [EMBEDDING]: embedding } })).attributes

  test('given as a list of doubles is kept as what drift compares', () => {
    const vector = Array.from({ length: 768 }, (_, i) => Math.cos(i))
    expect(embeddingIn(attributesOf(vector))).toEqual(projected(vector))
  })

  test('that cannot be read stays as it was sent', () => {
    expect(attributesOf([1])[EMBEDDING]).toEqual([1])
  })
})

describe('OpenTelemetry GenAI', () => {
  test('messages of 1.37 and later, with system instructions, tool calls, reasoning and media by reference', () => {
    const llm = llmOf({
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
        'gen_ai.input.messages': JSON.stringify([
          {
            role: 'user',
            parts: [
              { type: 'text', content: 'What is this?' },
              { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'aGVsbG8=' },
            ],
          },
          { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'look', arguments: { x: 1 } }] },
          { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'a cat' }] },
        ]),
        'gen_ai.output.messages': JSON.stringify([
          {
            role: 'assistant',
            parts: [
              { type: 'reasoning', content: 'hm' },
              { type: 'text', content: 'A cat.' },
            ],
            finish_reason: 'stop',
          },
        ]),
      },
    })
    expect(linesOf(llm.inputMessages)).toEqual([
      'system: Be brief.',
      'user: What is this? [image/png sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1]',
      'assistant: →look({"x":1})',
      'tool: ←a cat',
    ])
    expect(linesOf(llm.outputMessages)).toEqual(['assistant: (hm) A cat.'])
    expect(llm).toMatchObject({ finishReasons: ['stop'], context: ['a cat'], operation: 'chat', provider: 'openai' })
  })

  test('messages as structured values instead of JSON texts', () => {
    const llm = llmOf({
      attributes: {
        'gen_ai.request.model': 'm',
        'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hi' }] }],
      },
    })
    expect(linesOf(llm.inputMessages)).toEqual(['user: Hi'])
  })

  test('span events of 1.28 to 1.36, and the events are not kept twice', () => {
    const event = (name: string, attributes: OtlpEvent['attributes']): OtlpEvent => ({ name, timeMs: 1500, attributes })
    const span = readSpan(
      otlpSpan({
        attributes: { 'gen_ai.system': 'openai', 'gen_ai.request.model': 'gpt-4o' },
        events: [
          event('gen_ai.system.message', { content: 'Be brief.' }),
          event('gen_ai.user.message', { content: 'Weather?' }),
          event('gen_ai.assistant.message', { tool_calls: '[{"id":"c","function":{"name":"get","arguments":"{}"}}]' }),
          event('gen_ai.tool.message', { id: 'c', content: 'rain' }),
          event('gen_ai.choice', {
            index: 0,
            finish_reason: 'stop',
            message: '{"role":"assistant","content":"It rains."}',
          }),
          event('retry', { attempt: 2 }),
        ],
      }),
    )
    expect(linesOf(span.llm?.inputMessages ?? [])).toEqual([
      'system: Be brief.',
      'user: Weather?',
      'assistant: →get({})',
      'tool: ←rain',
    ])
    expect(linesOf(span.llm?.outputMessages ?? [])).toEqual(['assistant: It rains.'])
    expect(span.llm?.finishReasons).toEqual(['stop'])
    expect(span.events.map(({ name }) => name)).toEqual(['retry'])
  })

  test('an answer that is JSON data stays the text that it is', () => {
    const answer = '{"name": "Ann",  "age": 25}'
    const llm = llmOf({ attributes: { 'gen_ai.request.model': 'm', 'gen_ai.completion': answer } })
    expect(textOf(llm.outputMessages)).toBe(answer)
  })

  test.each([
    ['chat', 'llm'],
    ['text_completion', 'llm'],
    ['generate_content', 'llm'],
    ['embeddings', 'embedding'],
    ['execute_tool', 'tool'],
    ['invoke_agent', 'agent'],
    ['create_agent', 'agent'],
    ['invoke_workflow', 'workflow'],
    ['retrieval', 'retrieval'],
  ])('operation %s is a span of kind %s', (operation, kind) => {
    expect(
      readSpan(otlpSpan({ attributes: { 'gen_ai.operation.name': operation, 'gen_ai.request.model': 'm' } })).kind,
    ).toBe(kind)
  })

  test('time to first chunk is in seconds', () => {
    const llm = llmOf({ attributes: { 'gen_ai.request.model': 'm', 'gen_ai.response.time_to_first_chunk': 0.42 } })
    expect(llm).toMatchObject({ ttftMs: 420, streamed: true })
  })

  test('parameters, prompt, tools and what nobody knows', () => {
    const span = readSpan(
      otlpSpan({
        attributes: {
          'gen_ai.request.model': 'm',
          'gen_ai.request.temperature': 0.2,
          'gen_ai.request.stop_sequences': ['END'],
          'gen_ai.prompt.name': 'qa',
          'gen_ai.prompt.version': '7',
          'gen_ai.tool.definitions': '[{"name":"get"}]',
          'my.own': 'kept',
        },
      }),
    )
    expect(span.llm).toMatchObject({
      parameters: { temperature: 0.2, stop_sequences: ['END'], tools: [{ name: 'get' }] },
      promptName: 'qa',
      promptVersion: '7',
    })
    expect(span.attributes).toEqual({ 'my.own': 'kept' })
  })
})

describe('errors', () => {
  const exception: OtlpEvent = {
    name: 'exception',
    timeMs: 2000,
    attributes: { 'exception.type': 'RateLimitError', 'exception.message': 'slow down' },
  }
  const attributes = { 'gen_ai.request.model': 'm' }

  test.each([
    ['error.type', { attributes: { ...attributes, 'error.type': 'timeout' } }, 'timeout', ''],
    ['an exception', { attributes, status: 'error', events: [exception] }, 'RateLimitError', 'slow down'],
    [
      'an HTTP status',
      { attributes: { ...attributes, 'http.response.status_code': 429 }, status: 'error', statusMessage: 'no' },
      '429',
      'no',
    ],
    ['nothing more', { attributes, status: 'error' }, 'error', ''],
  ] as const)('%s names the error', (_name, fields, errorType, errorMessage) => {
    expect(llmOf({ ...fields, events: 'events' in fields ? [...fields.events] : [] })).toMatchObject({
      errorType,
      errorMessage,
    })
  })

  test('an exception that the library got over is none', () => {
    expect(llmOf({ attributes, status: 'ok', events: [exception] }).errorType).toBe('')
  })
})

describe('other dialects', () => {
  test('OpenInference: flattened messages, parameters, documents', () => {
    const llm = llmOf({
      attributes: {
        'openinference.span.kind': 'LLM',
        'llm.model_name': 'gpt-4-0613',
        'llm.invocation_parameters': '{"model":"gpt-4","temperature":0.5}',
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.contents.0.message_content.type': 'text',
        'llm.input_messages.0.message.contents.0.message_content.text': 'What is this?',
        'llm.input_messages.0.message.contents.1.message_content.type': 'image',
        'llm.input_messages.0.message.contents.1.message_content.image.image.url': 'https://example.org/cat.png',
        'llm.input_messages.10.message.role': 'user',
        'llm.input_messages.10.message.content': 'last',
        'llm.input_messages.2.message.role': 'user',
        'llm.input_messages.2.message.content': 'second',
        'llm.output_messages.0.message.role': 'assistant',
        'llm.output_messages.0.message.tool_calls.0.tool_call.id': 'c1',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.name': 'get',
        'llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments': '{"a":1}',
        'session.id': 's1',
        'user.id': 'u1',
      },
    })
    expect(linesOf(llm.inputMessages)).toEqual([
      'user: What is this? [image/* https://example.org/cat.png]',
      'user: second',
      'user: last',
    ])
    expect(linesOf(llm.outputMessages)).toEqual(['assistant: →get({"a":1})'])
    expect(llm).toMatchObject({ requestModel: 'gpt-4', responseModel: 'gpt-4-0613', parameters: { temperature: 0.5 } })
  })

  test.each([
    ['CHAIN', 'workflow'],
    ['RETRIEVER', 'retrieval'],
    ['RERANKER', 'rerank'],
    ['TOOL', 'tool'],
    ['AGENT', 'agent'],
    ['GUARDRAIL', 'guardrail'],
    ['EVALUATOR', 'evaluator'],
    ['PROMPT', 'prompt'],
  ])('OpenInference: %s is a span of kind %s', (word, kind) => {
    const span = readSpan(
      otlpSpan({ attributes: { 'openinference.span.kind': word, 'input.value': 'in', 'output.value': 'out' } }),
    )
    expect(span).toMatchObject({ kind, input: 'in', output: 'out', llm: undefined })
  })

  test('OpenInference: what a retriever found is its output, an embedding keeps no vector', () => {
    const retriever = readSpan(
      otlpSpan({
        attributes: {
          'openinference.span.kind': 'RETRIEVER',
          'input.value': 'q',
          'retrieval.documents.0.document.content': 'first',
          'retrieval.documents.1.document.content': 'second',
        },
      }),
    )
    expect(retriever.output).toBe('first\n\nsecond')
    const embedding = readSpan(
      otlpSpan({
        attributes: {
          'openinference.span.kind': 'EMBEDDING',
          'embedding.model_name': 'text-embedding-3-small',
          'embedding.embeddings.0.embedding.text': 'hello',
          'embedding.embeddings.0.embedding.vector': [0.1, 0.2],
        },
      }),
    )
    expect(embedding).toMatchObject({
      kind: 'embedding',
      attributes: {},
      llm: { requestModel: 'text-embedding-3-small', operation: 'embeddings' },
    })
    expect(textOf(embedding.llm?.inputMessages ?? [])).toBe('hello')
  })

  test('OpenInference: the first token of a stream is an event', () => {
    const events = [{ name: 'First Token Stream Event', timeMs: 1250, attributes: {} }]
    expect(llmOf({ attributes: { 'openinference.span.kind': 'LLM' }, events })).toMatchObject({
      ttftMs: 250,
      streamed: true,
    })
  })

  test('OpenLLMetry: numbered prompts and completions', () => {
    const llm = llmOf({
      attributes: {
        'llm.request.type': 'chat',
        'gen_ai.system': 'Anthropic',
        'gen_ai.request.model': 'claude-3-5-sonnet-20240620',
        'gen_ai.prompt.0.role': 'system',
        'gen_ai.prompt.0.content': 'Be brief.',
        'gen_ai.prompt.1.role': 'user',
        'gen_ai.prompt.1.content': '[{"type":"text","text":"Hi"}]',
        'gen_ai.completion.0.role': 'assistant',
        'gen_ai.completion.0.content': 'Hello.',
        'gen_ai.completion.0.finish_reason': 'end_turn',
        'gen_ai.completion.0.tool_calls.0.name': 'get',
        'gen_ai.completion.0.tool_calls.0.arguments': '{}',
        'traceloop.association.properties.user_id': 'u1',
        'traceloop.workflow.name': 'joke',
      },
    })
    expect(linesOf(llm.inputMessages)).toEqual(['system: Be brief.', 'user: Hi'])
    expect(linesOf(llm.outputMessages)).toEqual(['assistant: Hello. →get({})'])
    expect(llm).toMatchObject({ provider: 'anthropic', finishReasons: ['end_turn'], feature: 'joke' })
  })

  test.each([
    ['workflow', 'workflow'],
    ['task', 'workflow'],
    ['agent', 'agent'],
    ['tool', 'tool'],
  ])('OpenLLMetry: traceloop %s is a span of kind %s', (word, kind) => {
    const attributes = {
      'traceloop.span.kind': word,
      'traceloop.entity.input': '{"a":1}',
      'traceloop.entity.output': 'done',
    }
    expect(readSpan(otlpSpan({ attributes }))).toMatchObject({ kind, input: '{"a":1}', output: 'done' })
  })

  test('Vercel AI SDK: the outer span is no request, a tool call is a tool', () => {
    const outer = readSpan(
      otlpSpan({ attributes: { 'ai.operationId': 'ai.generateText', 'ai.model.id': 'm', 'ai.usage.promptTokens': 9 } }),
    )
    expect(outer).toMatchObject({ kind: 'agent', llm: undefined, attributes: { 'ai.usage.promptTokens': 9 } })
    const tool = readSpan(
      otlpSpan({
        attributes: {
          'operation.name': 'ai.toolCall my-fn',
          'ai.toolCall.name': 'get',
          'ai.toolCall.args': '{"a":1}',
          'ai.toolCall.result': '"x"',
        },
      }),
    )
    expect(tool).toMatchObject({ kind: 'tool', input: '{"a":1}', output: '"x"' })
  })

  test('Vercel AI SDK: messages, tool calls, user and session from the metadata', () => {
    const span = readSpan(
      otlpSpan({
        attributes: {
          'ai.operationId': 'ai.streamText.doStream',
          'ai.model.id': 'claude-sonnet-4-5',
          'ai.model.provider': 'anthropic.messages',
          'ai.prompt.messages':
            '[{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image","image":"https://e.org/a.png"}]},{"role":"tool","content":[{"type":"tool-result","toolCallId":"c","toolName":"get","output":{"type":"text","value":"x"}}]}]',
          'ai.response.text': 'Hello.',
          'ai.response.toolCalls': '[{"toolCallId":"c2","toolName":"get","input":"{}"}]',
          'ai.response.msToFirstChunk': 300,
          'ai.telemetry.metadata.userId': 'u1',
          'ai.telemetry.metadata.sessionId': 's1',
          'ai.telemetry.functionId': 'answer',
        },
      }),
    )
    expect(span).toMatchObject({ userId: 'u1', sessionId: 's1' })
    expect(linesOf(span.llm?.inputMessages ?? [])).toEqual([
      'user: Hi [image/* https://e.org/a.png]',
      'tool: ←{"type":"text","value":"x"}',
    ])
    expect(linesOf(span.llm?.outputMessages ?? [])).toEqual(['assistant: Hello. →get({})'])
    expect(span.llm).toMatchObject({ provider: 'anthropic', ttftMs: 300, feature: 'answer', streamed: true })
  })

  test('Langfuse: a generation with prompt, cost, first token and an error', () => {
    const span = readSpan(
      otlpSpan({
        startMs: Date.parse('2027-01-15T08:00:00Z'),
        attributes: {
          'langfuse.observation.type': 'generation',
          'langfuse.observation.model.name': 'gpt-4o',
          'langfuse.observation.input': '[{"role":"user","content":"Hi"}]',
          'langfuse.observation.output': '"Hello."',
          'langfuse.observation.completion_start_time': '"2027-01-15T08:00:00.350Z"',
          'langfuse.observation.cost_details': '{"input":0.001,"output":0.002}',
          'langfuse.observation.prompt.name': 'qa',
          'langfuse.observation.prompt.version': 4,
          'langfuse.observation.level': 'ERROR',
          'langfuse.observation.status_message': 'cut off',
          'langfuse.environment': 'production',
          'user.id': 'u1',
          'session.id': 's1',
        },
      }),
    )
    expect(span).toMatchObject({
      kind: 'llm',
      userId: 'u1',
      sessionId: 's1',
      attributes: { 'langfuse.environment': 'production' },
    })
    expect(span.llm).toMatchObject({
      ttftMs: 350,
      promptName: 'qa',
      promptVersion: '4',
      errorType: 'error',
      errorMessage: 'cut off',
    })
    expect(span.llm?.reportedCostUsd).toBeCloseTo(0.003)
    expect(linesOf(span.llm?.inputMessages ?? [])).toEqual(['user: Hi'])
  })

  test('LangSmith: serialised LangChain messages; a retriever is none of its embeddings', () => {
    const llm = llmOf({
      attributes: {
        'langsmith.span.kind': 'llm',
        'langsmith.metadata.ls_model_name': 'gpt-4o',
        'langsmith.metadata.thread_id': 't1',
        'gen_ai.operation.name': 'chat',
        'gen_ai.prompt':
          '{"messages":[[{"lc":1,"type":"constructor","id":["langchain","schema","messages","HumanMessage"],"kwargs":{"content":"Hi","type":"human"}}]]}',
        'gen_ai.completion':
          '{"generations":[[{"text":"Hello.","message":{"lc":1,"id":["AIMessage"],"kwargs":{"content":"Hello.","type":"ai"}}}]]}',
      },
    })
    expect(linesOf(llm.inputMessages)).toEqual(['user: Hi'])
    expect(linesOf(llm.outputMessages)).toEqual(['assistant: Hello.'])
    const retriever = {
      'langsmith.span.kind': 'retriever',
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.prompt': '{"query":"q"}',
    }
    expect(readSpan(otlpSpan({ attributes: retriever })).kind).toBe('retrieval')
  })

  test('Pydantic AI: events in one attribute; the run of an agent is no request', () => {
    const events = [
      { 'event.name': 'gen_ai.user.message', content: 'Hi', role: 'user' },
      { 'event.name': 'gen_ai.choice', index: 0, message: { role: 'assistant', content: 'Hello.' } },
    ]
    const scope = { name: 'pydantic-ai', version: '1', attributes: {}, schemaUrl: '' }
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-4o',
      events: JSON.stringify(events),
    }
    const llm = llmOf({ scope, attributes })
    expect([...linesOf(llm.inputMessages), ...linesOf(llm.outputMessages)]).toEqual(['user: Hi', 'assistant: Hello.'])
    const run = readSpan(
      otlpSpan({
        scope,
        attributes: {
          agent_name: 'a',
          model_name: 'gpt-4o',
          'gen_ai.usage.input_tokens': 9,
          final_result: 'done',
          all_messages_events: JSON.stringify(events),
        },
      }),
    )
    expect(run).toMatchObject({ kind: 'agent', input: 'Hi', output: 'done', llm: undefined })
    const tool = readSpan(
      otlpSpan({ scope, attributes: { 'gen_ai.tool.name': 'get', tool_arguments: '{}', tool_response: 'x' } }),
    )
    expect(tool).toMatchObject({ kind: 'tool', input: '{}', output: 'x' })
  })

  test('MLflow: everything is JSON, also the words', () => {
    const span = readSpan(
      otlpSpan({
        attributes: {
          'mlflow.spanType': '"CHAT_MODEL"',
          'mlflow.spanInputs': '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}',
          'mlflow.spanOutputs':
            '{"id":"c1","model":"gpt-4o-2024-08-06","choices":[{"message":{"role":"assistant","content":"Hello."},"finish_reason":"stop"}]}',
          'mlflow.trace.session': '"s1"',
        },
      }),
    )
    expect(span).toMatchObject({ kind: 'llm', sessionId: 's1' })
    expect(span.llm).toMatchObject({
      requestModel: 'gpt-4o',
      responseModel: 'gpt-4o-2024-08-06',
      responseId: 'c1',
      finishReasons: ['stop'],
    })
    expect(linesOf(span.llm?.outputMessages ?? [])).toEqual(['assistant: Hello.'])
  })

  test('LiveKit: only the innermost span is a request', () => {
    const attributes = { 'lk.pii.response.text': 'Hello.', 'lk.response.ttft': 0.3, 'gen_ai.request.model': 'gpt-4o' }
    expect(readSpan(otlpSpan({ name: 'llm_node', attributes })).kind).toBe('workflow')
    const request = readSpan(
      otlpSpan({
        name: 'llm_request',
        attributes: {
          ...attributes,
          'lk.chat_ctx':
            '{"items":[{"type":"message","role":"user","content":["Hi"]},{"type":"function_call","call_id":"c","name":"get","arguments":"{}"}]}',
        },
      }),
    )
    expect(request.llm).toMatchObject({ ttftMs: 300, streamed: true })
    expect(linesOf(request.llm?.inputMessages ?? [])).toEqual(['user: Hi', 'assistant: →get({})'])
    const tool = {
      'lk.function_tool.name': 'get',
      'lk.pii.function_tool.arguments': '{}',
      'lk.pii.function_tool.output': 'x',
    }
    expect(readSpan(otlpSpan({ name: 'function_tool', attributes: tool }))).toMatchObject({
      kind: 'tool',
      input: '{}',
      output: 'x',
    })
  })

  test('Google ADK: requests, tools and agents', () => {
    const scope = { name: 'gcp.vertex.agent', version: '1', attributes: {}, schemaUrl: '' }
    const llm = llmOf({
      scope,
      name: 'call_llm',
      attributes: {
        'gen_ai.system': 'gcp.vertex.agent',
        'gen_ai.request.model': 'gemini-2.5-flash',
        'gcp.vertex.agent.session_id': 's1',
        'gcp.vertex.agent.llm_request':
          '{"model":"gemini-2.5-flash","config":{"system_instruction":"Be brief."},"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}',
        'gcp.vertex.agent.llm_response':
          '{"content":{"role":"model","parts":[{"text":"Hm","thought":true},{"function_call":{"name":"get","args":{"a":1}}}]},"finish_reason":"STOP"}',
      },
    })
    expect(linesOf(llm.inputMessages)).toEqual(['system: Be brief.', 'user: Hi'])
    expect(linesOf(llm.outputMessages)).toEqual(['assistant: (Hm) →get({"a":1})'])
    expect(llm).toMatchObject({ provider: 'gcp.gemini', finishReasons: ['stop'] })
    const tool = {
      'gen_ai.tool.name': 'get',
      'gcp.vertex.agent.tool_call_args': '{"a":1}',
      'gcp.vertex.agent.tool_response': '{"result":"x"}',
    }
    expect(readSpan(otlpSpan({ scope, name: 'execute_tool get', attributes: tool }))).toMatchObject({
      kind: 'tool',
      output: '{"result":"x"}',
    })
  })

  test('AWS Bedrock: Converse bodies', () => {
    const llm = llmOf({
      attributes: {
        'rpc.service': 'BedrockRuntime',
        'rpc.method': 'ConverseStream',
        'gen_ai.request.model': 'us.anthropic.claude-sonnet-4-20250514-v1:0',
        'aws.bedrock.request.body':
          '{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Hi"}]}]}',
        'aws.bedrock.response.body':
          '{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"get","input":{}}}]}},"stopReason":"tool_use"}',
      },
    })
    expect(linesOf(llm.inputMessages)).toEqual(['system: Be brief.', 'user: Hi'])
    expect(linesOf(llm.outputMessages)).toEqual(['assistant: →get({})'])
    expect(llm).toMatchObject({ provider: 'aws.bedrock', finishReasons: ['tool_use'], streamed: true })
    expect(
      readSpan(otlpSpan({ attributes: { 'rpc.service': 'BedrockAgentRuntime', 'rpc.method': 'Retrieve' } })).kind,
    ).toBe('retrieval')
  })

  test('LlamaIndex: its event classes as span events', () => {
    const events = [
      {
        name: 'LLMChatStartEvent',
        timeMs: 1000,
        attributes: {
          messages: '[{"role":"user","blocks":[{"block_type":"text","text":"Hi"}]}]',
          model_dict: '{"model":"gpt-4o","class_name":"openai_llm"}',
        },
      },
      {
        name: 'LLMChatEndEvent',
        timeMs: 2000,
        attributes: {
          response:
            '{"message":{"role":"assistant","blocks":[{"block_type":"text","text":"Hello."}]},"raw":{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":3,"completion_tokens":2}}}',
        },
      },
    ]
    const llm = llmOf({ events })
    expect(llm).toMatchObject({
      provider: 'openai',
      requestModel: 'gpt-4o',
      responseModel: 'gpt-4o-2024-08-06',
      usage: { inputTokens: 3, outputTokens: 2 },
    })
    expect([...linesOf(llm.inputMessages), ...linesOf(llm.outputMessages)]).toEqual(['user: Hi', 'assistant: Hello.'])
  })

  test.each([
    [{ 'crewai.crew.result': 'done', 'crewai.crew.tasks': '[]' }, 'workflow'],
    [{ 'crewai.task.description': 'write', 'crewai.task.agent': 'Writer' }, 'workflow'],
    [{ 'crewai.agent.role': 'Writer' }, 'agent'],
  ])('CrewAI: %j is a span of kind %s', (attributes, kind) => {
    expect(readSpan(otlpSpan({ attributes })).kind).toBe(kind)
  })

  test('our own attributes say what no convention has a name for', () => {
    const attributes = {
      'gen_ai.request.model': 'm',
      'tetrascope.feature': 'search',
      'tetrascope.prompt_version': '3',
      'tetrascope.context': ['doc'],
    }
    expect(llmOf({ attributes })).toMatchObject({ feature: 'search', promptVersion: '3', context: ['doc'] })
  })
})

describe('spans of any kind', () => {
  test('a span that is no call keeps everything', () => {
    const span = readSpan(
      otlpSpan({
        name: 'GET /',
        role: 'server',
        attributes: { 'http.route': '/' },
        links: [{ traceId: 'a', spanId: 'b', attributes: {} }],
      }),
    )
    expect(span).toMatchObject({
      kind: 'other',
      service: 'shop',
      attributes: {
        'http.route': '/',
        'span.kind': 'server',
        'otel.links': [{ traceId: 'a', spanId: 'b', attributes: {} }],
      },
    })
  })

  test('eight zero bytes are no parent', () => {
    expect(readSpan(otlpSpan({ parentSpanId: '0000000000000000' })).parentSpanId).toBe('')
  })
})

describe.skipIf(!existsSync(fixtures))('recorded spans', () => {
  const json = (file: string): unknown => JSON.parse(readFileSync(path.join(fixtures, file), 'utf8'))
  const genai = (file: string) =>
    otlpSpan({ attributes: json(`openinference-genai/test/__fixtures__/${file}.json`) as OtlpSpan['attributes'] })
  const conversation = [
    'user: Weather in Paris?',
    'assistant: Absolutely! Let me check the weather for you. →get_weather({"location":"Paris"})',
    'tool: ←rainy, 57°F',
  ]

  test.each([
    'openinference_client_span_input_output_only',
    'openinference_client_span_tool_calls',
    'otel_genai_client_span_tool_calls',
    'otel_genai_deprecated_client_span_tool_calls',
  ])('%s: the same conversation in every dialect', (file) => {
    const span = readSpan(genai(file))
    expect(span).toMatchObject({
      kind: 'llm',
      llm: { provider: 'openai', responseModel: 'gpt-4-0613', finishReasons: ['stop'] },
    })
    expect(span.llm?.usage).toMatchObject({ inputTokens: 97, outputTokens: 52 })
    expect(linesOf(span.llm?.inputMessages ?? [])).toEqual(conversation)
    expect(textOf(span.llm?.outputMessages ?? [])).toBe(
      'The weather in Paris is currently rainy with a temperature of 57°F.',
    )
  })

  test('a tool execution', () => {
    const span = readSpan(genai('otel_genai_tool_execution_span'))
    expect(span).toMatchObject({ kind: 'tool', input: '{"city": "New York"}' })
  })

  test.each([
    ['ai.generateText.doGenerate', 'llm'],
    ['ai.generateText', 'agent'],
    ['ai.generateObject.doGenerate', 'llm'],
    ['ai.generateObject', 'agent'],
    ['ai.streamText.doStream', 'llm'],
    ['ai.streamText', 'agent'],
    ['ai.embed.doEmbed', 'embedding'],
    ['ai.embed', 'workflow'],
  ])('Vercel AI SDK 6: every %s is a span of kind %s, with the tokens and texts it states', (name, kind) => {
    const recorded = json('openinference-vercel/test/__fixtures__/v6-spans/all-spans.json') as RecordedSpan[]
    const spans = recorded.filter((span) => span.name === name)
    expect(spans.length).toBeGreaterThan(0)
    for (const { attributes } of spans) {
      const span = readSpan(otlpSpan({ name, attributes }))
      expect(span.kind).toBe(kind)
      if (span.llm === undefined) continue
      const input =
        attributes['ai.usage.inputTokens'] ?? attributes['ai.usage.promptTokens'] ?? attributes['ai.usage.tokens']
      const output = attributes['ai.usage.outputTokens'] ?? attributes['ai.usage.completionTokens']
      expect(span.llm).toMatchObject({ provider: 'openai', requestModel: attributes['ai.model.id'] })
      expect([span.llm.usage.inputTokens, span.llm.usage.outputTokens]).toEqual([input, output])
      expect(textOf(span.llm.outputMessages)).toBe(
        attributes['ai.response.text'] ?? attributes['ai.response.object'] ?? '',
      )
      expect(textOf(span.llm.inputMessages)).not.toBe('')
    }
  })

  interface RecordedSpan {
    readonly name: string
    readonly attributes: OtlpSpan['attributes']
  }
})
