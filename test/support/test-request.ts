import type { LlmSpan, Request } from '../../src/model/request.ts'
import type { LlmCall, Message } from '../../src/model/span.ts'
import { NO_USAGE } from '../../src/model/span.ts'

let count = 0

/** A request for tests: everything that is not given is empty. */
export function testRequest(fields: { prompt?: string; response?: string } & Partial<LlmCall> = {}): Request {
  const { prompt = '', response = '', ...llm } = fields
  count++
  return { span: testSpan(prompt, response, llm), costUsd: undefined }
}

function testSpan(prompt: string, response: string, llm: Partial<LlmCall>): LlmSpan {
  return {
    traceId: count.toString(16).padStart(32, '0'),
    spanId: count.toString(16).padStart(16, '0'),
    parentSpanId: '',
    name: 'chat',
    kind: 'llm',
    startMs: 1_000 + count,
    endMs: 2_000 + count,
    status: 'ok',
    statusMessage: '',
    service: 'test',
    sessionId: '',
    userId: '',
    attributes: {},
    resource: {},
    events: [],
    input: '',
    output: '',
    llm: {
      ...EMPTY_CALL,
      inputMessages: messages('user', prompt),
      outputMessages: messages('assistant', response),
      ...llm,
    },
  }
}

function messages(role: Message['role'], text: string): readonly Message[] {
  return text === '' ? [] : [{ role, parts: [{ type: 'text', text }] }]
}

const EMPTY_CALL: LlmCall = {
  operation: 'chat',
  provider: 'openai',
  requestModel: 'gpt-test',
  responseModel: '',
  responseId: '',
  inputMessages: [],
  outputMessages: [],
  usage: NO_USAGE,
  parameters: {},
  finishReasons: [],
  streamed: false,
  ttftMs: undefined,
  errorType: '',
  errorMessage: '',
  reportedCostUsd: undefined,
  promptName: '',
  promptVersion: '',
  feature: '',
  source: 'otlp',
  context: [],
}
