import type { LlmCall } from '../../../model/span.ts'
import { isRecord, listOf, recordOf, textOf, type JsonRecord } from '../../json-value.ts'
import type { WireFormat } from '../wire-format.ts'

const OPERATIONS: ReadonlyArray<readonly [ending: RegExp, operation: LlmCall['operation']]> = [
  [/\/chat\/completions$/, 'chat'],
  [/\/completions$/, 'text_completion'],
  [/\/embeddings$/, 'embeddings'],
  [/\/responses$/, 'responses'],
]

/** OpenAI's API, Azure's included, and every server that speaks it (https://platform.openai.com/docs/api-reference). */
export const openai: WireFormat = {
  provider: 'openai',
  operationOf: (path) => OPERATIONS.find(([ending]) => ending.test(path.split('?')[0] ?? ''))?.[1],
  carriesToken: (event) => carriesChatToken(event) || textOf(event['type']).endsWith('.delta'),
  assemble: (events) => finalResponse(events) ?? assembleChoices(events),
}

/** Azure names the deployment in the path, in the way of OpenAI's models. */
export function azureDeployment(path: string): string | undefined {
  return /\/deployments\/([^/]+)\//.exec(path)?.[1]
}

function carriesChatToken(event: JsonRecord): boolean {
  return listOf(event['choices']).some((choice) => {
    if (!isRecord(choice)) return false
    const delta = recordOf(choice['delta']) ?? choice
    const spoken = ['content', 'text', 'reasoning_content', 'reasoning', 'refusal'].some(
      (field) => textOf(delta[field]) !== '',
    )
    return spoken || listOf(delta['tool_calls']).length > 0
  })
}

/** The responses API ends its stream with the whole response. */
function finalResponse(events: readonly JsonRecord[]): JsonRecord | undefined {
  const last = events.findLast((event) => /^response\.(completed|incomplete|failed)$/.test(textOf(event['type'])))
  return last === undefined ? undefined : recordOf(last['response'])
}

interface Choice {
  text: string
  reasoning: string
  refusal: string
  finishReason: string | undefined
  readonly toolCalls: Map<number, { id: string; name: string; arguments: string }>
}

function assembleChoices(events: readonly JsonRecord[]): JsonRecord {
  const choices = new Map<number, Choice>()
  for (const event of events) {
    for (const item of listOf(event['choices'])) if (isRecord(item)) addToChoice(choices, item)
  }
  const usage = events.findLast((event) => isRecord(event['usage']))?.['usage']
  const error = events.find((event) => event['error'] !== undefined)?.['error']
  const first = events.find((event) => textOf(event['model']) !== '') ?? {}
  return {
    id: first['id'],
    model: first['model'],
    choices: [...choices.values()].map(writeChoice),
    ...(usage !== undefined && { usage }),
    ...(error !== undefined && { error }),
  }
}

function addToChoice(choices: Map<number, Choice>, item: JsonRecord): void {
  const index = Number(item['index'] ?? 0)
  const choice = choices.get(index) ?? {
    text: '',
    reasoning: '',
    refusal: '',
    finishReason: undefined,
    toolCalls: new Map(),
  }
  choices.set(index, choice)
  const delta = recordOf(item['delta']) ?? item
  choice.text += textOf(delta['content'] ?? delta['text'])
  choice.reasoning += textOf(delta['reasoning_content'] ?? delta['reasoning'])
  choice.refusal += textOf(delta['refusal'])
  if (textOf(item['finish_reason']) !== '') choice.finishReason = textOf(item['finish_reason'])
  for (const [i, call] of listOf(delta['tool_calls']).entries()) if (isRecord(call)) addToolCall(choice, call, i)
}

function addToolCall(choice: Choice, call: JsonRecord, position: number): void {
  const index = Number(call['index'] ?? position)
  const known = choice.toolCalls.get(index) ?? { id: '', name: '', arguments: '' }
  const func = recordOf(call['function']) ?? {}
  known.id ||= textOf(call['id'])
  known.name += textOf(func['name'])
  known.arguments += textOf(func['arguments'])
  choice.toolCalls.set(index, known)
}

function writeChoice(choice: Choice): JsonRecord {
  const toolCalls = [...choice.toolCalls.values()].map(({ id, name, arguments: given }) => ({
    id,
    type: 'function',
    function: { name, arguments: given },
  }))
  return {
    finish_reason: choice.finishReason,
    message: {
      role: 'assistant',
      content: choice.text || choice.refusal,
      ...(choice.reasoning !== '' && { reasoning_content: choice.reasoning }),
      ...(toolCalls.length > 0 && { tool_calls: toolCalls }),
    },
  }
}
