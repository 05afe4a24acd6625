import { firstOf, firstText, isRecord, listOf, recordOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'

/** Alibaba's DashScope by its own paths (https://help.aliyun.com/zh/model-studio/qwen-api-reference); it serves OpenAI's as well. */
export const dashscope: WireFormat = {
  provider: 'alibaba',
  operationOf: (path) => {
    const [, task] = /\/services\/(?:aigc|embeddings)\/([\w-]+)\/[\w-]+$/.exec(path) ?? []
    if (task === 'text-generation' || task === 'multimodal-generation') return 'chat'
    return task?.endsWith('embedding') ? 'embeddings' : undefined
  },
  carriesToken: (event) => textOf(event) !== '',
  assemble: (events) => {
    const last = events.at(-1) ?? {}
    const [choice] = choicesOf(last)
    return { ...last, output: { choices: [{ ...choice, message: { role: 'assistant', content: joined(events) } }] } }
  },
  readCall: ({ input, parameters, ...call }) => ({ ...call, ...recordOf(parameters), ...recordOf(input) }),
  readAnswer: (body) => {
    const choices = choicesOf(body)
    return { ...body, id: body['request_id'], ...(choices.length > 0 && { choices }) }
  },
}

function choicesOf(body: JsonRecord): JsonRecord[] {
  const output = recordOf(body['output']) ?? {}
  const choices = listOf(output['choices']).filter(isRecord)
  return choices.length > 0 || output['text'] === undefined ? choices : [output]
}

function textOf(event: JsonRecord): string {
  const [choice = {}] = choicesOf(event)
  const content = firstOf(recordOf(choice['message']) ?? choice, 'content', 'text')
  return typeof content === 'string'
    ? content
    : listOf(content)
        .filter(isRecord)
        .map((part) => firstText(part, 'text'))
        .join('')
}

/** By default each event repeats the text so far; with `incremental_output` it brings what is new. */
function joined(events: readonly JsonRecord[]): string {
  return events.map(textOf).reduce((text, piece) => (piece.startsWith(text) ? piece : text + piece), '')
}
