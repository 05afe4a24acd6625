import { recordOf, textOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'

/** Ollama's own API, which streams JSON lines (https://github.com/ollama/ollama/blob/main/docs/api.md). */
export const ollama: WireFormat = {
  provider: 'ollama',
  operationOf: (path) => {
    const [, name] = /\/api\/(chat|generate|embed|embeddings)(?:\?|$)/.exec(path) ?? []
    if (name === undefined) return undefined
    return name === 'chat' ? 'chat' : name === 'generate' ? 'text_completion' : 'embeddings'
  },
  carriesToken: (event) => pieceOf(event) !== '' || recordOf(event['message'])?.['tool_calls'] !== undefined,
  assemble: (events) => {
    const last = events.at(-1) ?? {}
    const text = events.map(pieceOf).join('')
    const withTools = events.findLast((event) => recordOf(event['message'])?.['tool_calls'] !== undefined)
    const toolCalls = withTools === undefined ? undefined : recordOf(withTools['message'])?.['tool_calls']
    if (events.some((event) => event['response'] !== undefined)) return { ...last, response: text }
    return {
      ...last,
      message: { role: 'assistant', content: text, ...(toolCalls !== undefined && { tool_calls: toolCalls }) },
    }
  },
}

function pieceOf(event: JsonRecord): string {
  return textOf(event['response'] ?? recordOf(event['message'])?.['content'])
}
