import { randomBytes } from 'node:crypto'

export interface OtlpCall {
  readonly model: string
  readonly prompt: string
  readonly response: string
}

/** One model call as an application sends it by OTLP (JSON), in the words of the GenAI conventions, with ids of its own. */
export function otlpCall({ model, prompt, response }: OtlpCall) {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')]
  const nowMs = Date.now()
  const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } })
  const message = (role: string, content: string): string =>
    JSON.stringify([{ role, parts: [{ type: 'text', content }] }])
  const span = {
    traceId,
    spanId,
    name: `chat ${model}`,
    startTimeUnixNano: `${nowMs - 500}000000`,
    endTimeUnixNano: `${nowMs}000000`,
    attributes: [
      text('gen_ai.operation.name', 'chat'),
      text('gen_ai.request.model', model),
      text('gen_ai.input.messages', message('user', prompt)),
      text('gen_ai.output.messages', message('assistant', response)),
    ],
  }
  return { traceId, spanId, body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }) }
}
