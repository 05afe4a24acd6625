import { firstNumber, firstText, isRecord, recordOf, textOf, type JsonRecord } from '../../json-value.ts'
import { headerOf, type Headers } from '../exchange.ts'
import type { WireFormat } from '../wire-format.ts'
import { anthropic } from './anthropic.ts'
import { cohere, readCohereAnswer, readCohereCall } from './cohere.ts'
import { openai } from './openai.ts'
import { joinTextAnswers, readTextAnswer, textOfAnswer } from './text-answer.ts'

const CALL = /\/model\/([^/]+)\/(converse|converse-stream|invoke|invoke-with-response-stream)$/

/**
 * AWS Bedrock's runtime (https://docs.aws.amazon.com/bedrock/latest/APIReference/): Converse, one format for all models, and
 * InvokeModel, whose bodies are the model's own (Anthropic, Nova, Titan, Llama, Mistral, Cohere, AI21; OpenAI's for the rest).
 */
export const bedrock: WireFormat = {
  provider: 'aws.bedrock',
  operationOf: (path) => {
    const [, model = '', action] = CALL.exec(path) ?? []
    if (action === undefined) return undefined
    return model.includes('embed') ? 'embeddings' : 'chat'
  },
  modelOf: (path) => decoded(CALL.exec(path)?.[1]),
  carriesToken: (event) =>
    event['contentBlockDelta'] !== undefined ||
    textOfAnswer(readTextAnswer(event) ?? {}) !== '' ||
    [anthropic, openai, cohere].some((format) => format.carriesToken(event)),
  assemble: (events) => ({ ...assembleModel(events), ...measuredUsage(events) }),
  readCall: ({ inputText, ...body }) => readCohereCall(inputText === undefined ? body : { ...body, prompt: inputText }),
  readAnswer: (body, headers) => ({ ...usageInHeaders(headers), ...readModelAnswer(body) }),
}

/** Ids of models hold a colon, whole profiles are ARNs; clients encode them. */
function decoded(model: string | undefined): string | undefined {
  try {
    return model === undefined ? undefined : decodeURIComponent(model)
  } catch {
    return model
  }
}

function readModelAnswer(body: JsonRecord): JsonRecord {
  const message = recordOf(body['output'])?.['message']
  if (message !== undefined) {
    const usage = recordOf(body['usage'])
    return { choices: [{ message, finish_reason: body['stopReason'] }], ...(usage !== undefined && { usage }) }
  }
  // Anthropic's and OpenAI's are read as they are; Cohere's text comes with a reason and an id of its own.
  if (body['content'] !== undefined || body['choices'] !== undefined) return body
  return body['generation_id'] === undefined ? (readTextAnswer(body) ?? body) : readCohereAnswer(body)
}

function assembleModel(events: readonly JsonRecord[]): JsonRecord {
  const has = (...names: string[]) => events.some((event) => names.some((name) => event[name] !== undefined))
  if (has('contentBlockDelta', 'messageStart', 'messageStop')) return assembleConverse(events)
  if (has('choices')) return openai.assemble(events)
  if (has('event_type')) return cohere.assemble(events)
  if (events.some((event) => event['type'] === 'message_start') || has('completion')) return anthropic.assemble(events)
  const error = events.find((event) => event['error'] !== undefined)?.['error']
  return { ...joinTextAnswers(events), ...(error !== undefined && { error }) }
}

/** InvokeModel ends every stream with what Bedrock counted. */
function measuredUsage(events: readonly JsonRecord[]): { usage?: JsonRecord } {
  const measured = recordOf(events.at(-1)?.['amazon-bedrock-invocationMetrics'])
  if (measured === undefined) return {}
  return {
    usage: {
      inputTokens: firstNumber(measured, 'inputTokenCount'),
      outputTokens: firstNumber(measured, 'outputTokenCount'),
      cacheReadInputTokens: firstNumber(measured, 'cacheReadInputTokenCount'),
      cacheWriteInputTokens: firstNumber(measured, 'cacheWriteInputTokenCount'),
    },
  }
}

function usageInHeaders(headers: Headers): { usage?: JsonRecord } {
  const input = headerOf(headers, 'x-amzn-bedrock-input-token-count')
  const output = headerOf(headers, 'x-amzn-bedrock-output-token-count')
  if (input === '' && output === '') return {}
  return { usage: { ...(input !== '' && { inputTokens: input }), ...(output !== '' && { outputTokens: output }) } }
}

interface Block {
  text: string
  reasoning: string
  readonly toolUse: { id: string; name: string; input: string }
}

function assembleConverse(events: readonly JsonRecord[]): JsonRecord {
  const blocks = new Map<number, Block>()
  for (const event of events) addToBlock(blocks, event)
  const stop = events.findLast((event) => isRecord(event['messageStop']))?.['messageStop']
  const metadata = events.findLast((event) => isRecord(event['metadata']))?.['metadata']
  const error = events.find((event) => event['error'] !== undefined)?.['error']
  return {
    output: { message: { role: 'assistant', content: [...blocks.values()].flatMap(partsOf) } },
    stopReason: recordOf(stop)?.['stopReason'],
    usage: recordOf(metadata)?.['usage'],
    ...(error !== undefined && { error }),
  }
}

function addToBlock(blocks: Map<number, Block>, event: JsonRecord): void {
  const start = recordOf(event['contentBlockStart'])
  const delta = recordOf(event['contentBlockDelta'])
  const piece = start ?? delta
  if (piece === undefined) return
  const index = Number(piece['contentBlockIndex'] ?? 0)
  const block = blocks.get(index) ?? { text: '', reasoning: '', toolUse: { id: '', name: '', input: '' } }
  blocks.set(index, block)
  const inner = recordOf(start?.['start'] ?? delta?.['delta']) ?? {}
  const toolUse = recordOf(inner['toolUse']) ?? {}
  block.text += textOf(inner['text'])
  block.reasoning += firstText(recordOf(inner['reasoningContent']) ?? {}, 'text')
  block.toolUse.id ||= firstText(toolUse, 'toolUseId')
  block.toolUse.name ||= firstText(toolUse, 'name')
  block.toolUse.input += firstText(toolUse, 'input')
}

function partsOf({ text, reasoning, toolUse }: Block): JsonRecord[] {
  return [
    ...(reasoning === '' ? [] : [{ reasoningContent: { reasoningText: { text: reasoning } } }]),
    ...(text === '' ? [] : [{ text }]),
    ...(toolUse.name === '' ? [] : [{ toolUse: { toolUseId: toolUse.id, name: toolUse.name, input: toolUse.input } }]),
  ]
}
