import { isRecord, recordOf, textOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'

/** Anthropic's messages API (https://docs.anthropic.com/en/api/messages-streaming). */
export const anthropic: WireFormat = {
  provider: 'anthropic',
  operationOf: (path) => {
    if (path.endsWith('/v1/messages') || ON_VERTEX.test(path)) return 'chat'
    return path.endsWith('/v1/complete') ? 'text_completion' : undefined
  },
  modelOf: (path) => ON_VERTEX.exec(path)?.[1],
  carriesToken: (event) => event['type'] === 'content_block_delta' || textOf(event['completion']) !== '',
  assemble: (events) => {
    const message = new MessageAssembly()
    for (const event of events) message.add(event)
    return message.write()
  },
}

/** Google's Vertex AI serves the same bodies under its own paths, which name the model. */
const ON_VERTEX = /\/publishers\/anthropic\/models\/([^/:]+):(?:rawPredict|streamRawPredict)$/

class MessageAssembly {
  #head: JsonRecord = {}
  readonly #blocks = new Map<number, Record<string, unknown>>()
  #usage: JsonRecord = {}
  #stopReason: unknown
  #completion = ''
  #error: unknown

  add(event: JsonRecord): void {
    switch (event['type']) {
      case 'message_start':
        this.#head = recordOf(event['message']) ?? {}
        this.#usage = recordOf(this.#head['usage']) ?? {}
        break
      case 'content_block_start':
        this.#blocks.set(Number(event['index']), { ...recordOf(event['content_block']) })
        break
      case 'content_block_delta':
        this.#addDelta(Number(event['index']), recordOf(event['delta']) ?? {})
        break
      case 'message_delta':
        // Usage here is cumulative: what it names replaces what the start said.
        this.#usage = { ...this.#usage, ...recordOf(event['usage']) }
        this.#stopReason = recordOf(event['delta'])?.['stop_reason']
        break
      case 'error':
        this.#error = event['error']
        break
      default:
        this.#completion += textOf(event['completion'])
    }
  }

  write(): JsonRecord {
    const content = [...this.#blocks.values()].map(withParsedInput)
    return {
      ...this.#head,
      content: this.#completion === '' ? content : [{ type: 'text', text: this.#completion }],
      usage: this.#usage,
      stop_reason: this.#stopReason ?? this.#head['stop_reason'],
      ...(this.#error !== undefined && { error: this.#error }),
    }
  }

  #addDelta(index: number, delta: JsonRecord): void {
    const block = this.#blocks.get(index) ?? { type: 'text', text: '' }
    this.#blocks.set(index, block)
    for (const field of ['text', 'thinking', 'partial_json']) {
      if (delta[field] !== undefined) block[field] = textOf(block[field]) + textOf(delta[field])
    }
  }
}

/** The input of a tool call arrives as pieces of JSON text. */
function withParsedInput({ partial_json: text, ...block }: Record<string, unknown>): JsonRecord {
  if (typeof text !== 'string' || text === '') return block
  try {
    const input: unknown = JSON.parse(text)
    return { ...block, input: isRecord(input) ? input : {} }
  } catch {
    return { ...block, input: text }
  }
}
