import type { MessagePart } from '../model/span.ts'
import { firstOf, firstText, isRecord, type JsonRecord, listOf, recordOf, textOf } from './json-value.ts'
import { filePart, mediaPart } from './media-part.ts'

type PartReader = (part: JsonRecord) => MessagePart[]

/**
 * The parts of a message by the `type` that their format gives them: OpenTelemetry, OpenAI chat and responses, Anthropic,
 * Vercel AI SDK, LangChain, Pydantic AI and LlamaIndex use different words for the same few things.
 */
const READERS: Readonly<Record<string, PartReader>> = {
  text: readText,
  input_text: readText,
  output_text: readText,
  summary_text: readText,
  system_prompt: readText,
  user_prompt: readContent,
  refusal: readText,
  reasoning: readReasoning,
  reasoning_text: readReasoning,
  thinking: readReasoning,
  redacted_thinking: () => [],
  tool_call: readToolCall,
  tool_use: readToolCall,
  server_tool_use: readToolCall,
  function_call: readToolCall,
  function: readToolCall,
  custom_tool_call: readToolCall,
  builtin_tool_call: readToolCall,
  tool_call_response: readToolResult,
  tool_result: readToolResult,
  tool_return: readToolResult,
  builtin_tool_return: readToolResult,
  retry_prompt: readToolResult,
  tool_error: readToolResult,
  function_call_output: readToolResult,
  custom_tool_call_output: readToolResult,
  web_search_tool_result: readToolResult,
  image: readMedia,
  image_url: readMedia,
  input_image: readMedia,
  audio: readMedia,
  input_audio: readMedia,
  video: readMedia,
  video_url: readMedia,
  media: readMedia,
  blob: readMedia,
  uri: readMedia,
  file: readMedia,
  input_file: readMedia,
  document: readMedia,
  binary: readMedia,
}

/** The parts of a message's content: a text, one part or a list of parts, in any of the known formats. */
export function readParts(content: unknown): MessagePart[] {
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  if (Array.isArray(content)) return content.flatMap(readParts)
  return isRecord(content) ? readPart(content) : [{ type: 'text', text: textOf(content) }]
}

/** Whether an object is a part of a message rather than a message or data. */
export function isPart(value: unknown): boolean {
  if (!isRecord(value)) return false
  return READERS[partType(value)] !== undefined || untypedReader(value) !== undefined
}

function readPart(part: JsonRecord): MessagePart[] {
  const reader = READERS[partType(part)] ?? untypedReader(part)
  if (reader !== undefined) return reader(part)
  // Hosted tools of the providers (`web_search_call`, `computer_call` ...) come as parts of their own type.
  if (partType(part).endsWith('_call')) {
    return [{ type: 'tool_call', id: firstText(part, 'id', 'call_id'), name: partType(part), arguments: textOf(part) }]
  }
  return [{ type: 'text', text: textOf(part) }]
}

function partType(part: JsonRecord): string {
  const plain = part['type']
  if (typeof plain === 'string' && READERS[plain] !== undefined) return plain
  const type = firstText(part, 'type', 'part_kind', 'block_type', 'kind')
  return type.toLowerCase().replaceAll('-', '_')
}

/** Gemini and Bedrock name the part by the field that is there. */
function untypedReader(part: JsonRecord): PartReader | undefined {
  if (part['thought'] === true) return readReasoning
  if (isRecord(part['functionCall'] ?? part['function_call'])) return readWrappedCall
  if (isRecord(part['functionResponse'] ?? part['function_response'])) return readWrappedResult
  if (isRecord(part['toolUse'])) return readWrappedCall
  if (isRecord(part['toolResult'])) return readWrappedResult
  if (isRecord(part['reasoningContent'])) return readBedrockReasoning
  if (isRecord(firstOf(part, ...WRAPPED_MEDIA))) return readWrappedMedia
  return typeof part['text'] === 'string' ? readText : undefined
}

const WRAPPED_MEDIA = ['inlineData', 'inline_data', 'fileData', 'file_data', 'image', 'document', 'video', 'audio']

function readText(part: JsonRecord): MessagePart[] {
  const text = firstText(part, 'text', 'content', 'refusal')
  return text === '' ? [] : [{ type: 'text', text }]
}

function readContent(part: JsonRecord): MessagePart[] {
  return readParts(firstOf(part, 'content', 'text'))
}

function readReasoning(part: JsonRecord): MessagePart[] {
  const summary = listOf(part['summary']).map((item) => (isRecord(item) ? firstText(item, 'text') : textOf(item)))
  const text = firstText(part, 'thinking', 'text', 'content', 'reasoning') || summary.join('\n\n')
  return text === '' ? [] : [{ type: 'reasoning', text }]
}

function readBedrockReasoning(part: JsonRecord): MessagePart[] {
  const reasoning = recordOf(recordOf(part['reasoningContent'])?.['reasoningText'])
  return reasoning === undefined ? [] : readReasoning(reasoning)
}

/** A call of a tool in any of the formats, also as an entry of a message's `tool_calls`. */
export function readToolCall(part: JsonRecord): MessagePart[] {
  const call = recordOf(part['function']) ?? part
  return [
    {
      type: 'tool_call',
      id: firstText(part, 'call_id', 'tool_call_id', 'toolCallId', 'toolUseId', 'id'),
      name: firstText(call, 'name', 'toolName', 'tool_name'),
      arguments: textOf(firstOf(call, 'arguments', 'input', 'args')),
    },
  ]
}

function readToolResult(part: JsonRecord): MessagePart[] {
  const content = firstOf(part, 'response', 'result', 'output', 'content', 'error')
  return [
    {
      type: 'tool_result',
      id: firstText(part, 'tool_use_id', 'toolUseId', 'tool_call_id', 'toolCallId', 'call_id', 'id'),
      content: resultText(content),
    },
  ]
}

/** A result that is a list of text parts reads as their text. */
export function resultText(content: unknown): string {
  const items = Array.isArray(content) ? content : [content]
  const texts = items.map((item) => (isRecord(item) && typeof item['text'] === 'string' ? item['text'] : undefined))
  return texts.every((text) => text !== undefined) ? texts.join('\n\n') : textOf(content)
}

function readWrappedCall(part: JsonRecord): MessagePart[] {
  const call = recordOf(firstOf(part, 'functionCall', 'function_call', 'toolUse'))
  return call === undefined ? [] : readToolCall(call)
}

function readWrappedResult(part: JsonRecord): MessagePart[] {
  const result = recordOf(firstOf(part, 'functionResponse', 'function_response', 'toolResult'))
  if (result === undefined) return []
  // Gemini matches results to calls by the function's name where no id is given.
  const [read] = readToolResult(result)
  return read?.type === 'tool_result' && read.id === ''
    ? [{ ...read, id: firstText(result, 'name') }]
    : readToolResult(result)
}

function readMedia(part: JsonRecord): MessagePart[] {
  const type = partType(part)
  const inner =
    recordOf(firstOf(part, 'image_url', 'input_audio', 'source', 'file', 'video_url', 'image', 'audio', 'document')) ??
    part
  const mediaType = firstText(inner, 'media_type', 'mime_type', 'mimeType', 'mediaType') || typeOfMedia(part, type)
  const fileId = firstText(inner, 'file_id', 'id')
  const source = firstOf(
    inner,
    'url',
    'uri',
    'data',
    'content',
    'file_data',
    'image_url',
    'image',
    'bytes',
    'file',
    'audio',
  )
  if (typeof source === 'string' && source !== '') return [mediaPart(source, mediaType)]
  return [filePart(fileId || firstText(inner, 'filename', 'name'), mediaType)]
}

function typeOfMedia(part: JsonRecord, type: string): string {
  const modality = firstText(part, 'modality') || type
  if (modality.includes('image')) return 'image/*'
  if (modality.includes('audio')) return 'audio/*'
  return modality.includes('video') ? 'video/*' : 'application/octet-stream'
}

function readWrappedMedia(part: JsonRecord): MessagePart[] {
  const name = WRAPPED_MEDIA.find((candidate) => isRecord(part[candidate])) ?? ''
  const inner = recordOf(part[name]) ?? {}
  const source = recordOf(inner['source']) ?? inner
  const format = firstText(inner, 'format')
  const mediaType =
    firstText(inner, 'mimeType', 'mime_type') || (format === '' ? typeOfMedia({}, name) : `${name}/${format}`)
  const data =
    firstText(source, 'fileUri', 'file_uri', 'uri', 'data', 'bytes') || textOf(recordOf(source['s3Location'])?.['uri'])
  return [mediaPart(data, mediaType)]
}
